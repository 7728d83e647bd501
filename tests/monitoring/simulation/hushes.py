"""Silences of the script: until when nobody hears of an alert."""

from __future__ import annotations

from datetime import datetime

from tests.monitoring.simulation.cast import Hush, Key, Script

OPENS = {
    "low": ("alert_opened", "threshold_breach_low"),
    "high": ("alert_opened", "threshold_breach_high"),
    "out_of_stock": ("alert_opened", "sold_out"),
    "unreachable": ("alert_opened", "website_unreachable"),
}
"""Kind of alert -> the events that tell that it opened."""


def unheard_until(
    script: Script, key: Key, types: tuple[str, ...], at: datetime
) -> datetime | None:
    """When the last of the silences ends that cover all these kinds of events; None without."""
    ends = []
    for kind in types:
        held = [one.until for one in _about(script, key, at) if not one.kinds or kind in one.kinds]
        if not held:
            return None
        ends.append(max(held))
    return max(ends)


def _about(script: Script, key: Key, at: datetime) -> list[Hush]:
    product, crew = script.products.get(key), script.shops[key[0]].crew
    return [
        one
        for one in script.steps
        if isinstance(one, Hush)
        and one.crew == crew
        and one.at <= at < one.until
        and one.shop in ("", key[0])
        and one.pid in ("", key[1])
        and (not one.label or (product is not None and product.label == one.label))
    ]
