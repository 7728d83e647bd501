"""`{% setup_offer as offer %}`: the set-up, where it is of use to who looks at the page."""

from __future__ import annotations

from typing import Any

from django import template

from runtime.firstrun.offer import Offer, is_put_off, offer_of

register = template.Library()


@register.simple_tag(takes_context=True)
def setup_offer(context: dict[str, Any], *, even_if_put_off: bool = False) -> Offer | None:
    request = context.get("request") or getattr(context.get("cl"), "asked_by", None)
    if request is None or (is_put_off(request) and not even_if_put_off):
        return None
    if not hasattr(request, "_setup_offer"):
        request._setup_offer = offer_of(request)
    found: Offer | None = request._setup_offer
    return found
