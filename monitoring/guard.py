"""Pure: is this snapshot believable, or should the shop be read once more first?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import NamedTuple


class GuardLimits(NamedTuple):
    """Suspect is more than `share` of all and at least `min` products; settings GUARD_*."""

    lost_min: int
    lost_share: float
    flip_min: int
    flip_share: float


class Verdict(NamedTuple):
    """`reason` is a sentence; `fingerprint` names the finding, so that a second read can confirm
    just this one."""

    is_suspect: bool
    reason: str = ""
    fingerprint: str = ""


BELIEVED = Verdict(False)


def judge(
    *,
    listed_before: Collection[str],
    listed_now: Collection[str],
    available_before: Mapping[str, bool],
    available_now: Mapping[str, bool],
    template_before: str,
    template_now: str,
    is_html: bool,
    limits: GuardLimits,
) -> Verdict:
    """`listed_*` are product ids; `available_*` the known availability by product id.

    Many lost products are suspect for every source. Many flips at once, and pages that look
    otherwise than before, are suspect only for pages made for people: an authenticated answer may
    really restock a whole shop.
    """
    lost = sorted(set(listed_before) - set(listed_now))
    if len(lost) >= limits.lost_min and len(lost) > limits.lost_share * len(listed_before):
        return _suspect(
            f"Not believed yet: {len(lost)} of {len(listed_before)} products are gone at once.",
            lost,
        )
    if is_html:
        both = available_before.keys() & available_now.keys()
        flips = sorted(pid for pid in both if available_before[pid] != available_now[pid])
        if len(flips) >= limits.flip_min and len(flips) > limits.flip_share * len(both):
            return _suspect(
                f"Not believed yet: {len(flips)} of {len(both)} products flipped at once.", flips
            )
        if template_before and template_now != template_before:
            return _suspect(
                "Not believed yet: the pages look otherwise than before.", [template_now]
            )
    return BELIEVED


def _suspect(reason: str, product_ids: list[str]) -> Verdict:
    digest = hashlib.blake2b("\n".join(product_ids).encode(), digest_size=12).hexdigest()
    return Verdict(True, reason, digest)
