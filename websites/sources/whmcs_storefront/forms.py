"""Data: the order forms of WHMCS, how each of them shows stock, and what its silence means.

Root ids and rules as in the vendor's templates (versions 6 to 9). A shop's own theme usually is a
copy of one of these with other classes and the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Silence(StrEnum):
    """What a card without any mark of stock, but with a live order link, proves."""

    IN_STOCK = "in_stock"
    """The form marks every sold out product, so this one is not sold out."""
    NEW_ONLY = "new_only"
    """Nothing, unless the page is known to be made by WHMCS 8 or later: then stock control is
    off. Older versions show no number at 0, too."""
    NOTHING = "nothing"
    """The form never says anything about stock."""


@dataclass(frozen=True, slots=True)
class OrderForm:
    name: str
    root_id: str
    silence: Silence
    ids_are_pids: bool = False
    """The number in its ids is the pid in every version, not the position on the page."""


FORMS = (
    OrderForm("standard_cart", "order-standard_cart", Silence.NEW_ONLY),
    OrderForm("legacy_modern", "order-modern", Silence.NEW_ONLY),
    OrderForm("legacy_boxes", "order-boxes", Silence.IN_STOCK, ids_are_pids=True),
    OrderForm("premium_comparison", "order-premium_comparison", Silence.IN_STOCK),
    OrderForm("pure_comparison", "order-pure_comparison", Silence.IN_STOCK),
    OrderForm("supreme_comparison", "order-supreme_comparison", Silence.IN_STOCK),
    OrderForm("universal_slider", "order-universal_slider", Silence.IN_STOCK, ids_are_pids=True),
    OrderForm("cloud_slider", "order-cloud_slider", Silence.NOTHING, ids_are_pids=True),
)
BY_ROOT = {form.root_id: form for form in FORMS}

UNKNOWN_FORM = OrderForm("", "", Silence.NOTHING)
"""A theme of somebody else: only what it shows counts."""
