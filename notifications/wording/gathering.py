"""Pure: what is said of several events at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notifications.bursts import Burst, Step, bursts_of, span_text
from notifications.choices import Gathered
from notifications.payload import EventFacts
from notifications.wording.catalogue import word
from notifications.wording.telling import label_of

OF_ALL_SHOPS = frozenset({Gathered.DIGEST.value, Gathered.QUIET.value, Gathered.REMINDERS.value})
"""Types of messages whose subject begins with what they are."""


def sums_of(events: Sequence[EventFacts], language: str) -> dict[str, str]:
    """Monitor id -> `VPS 1: -7 in 4 min`, for those that changed more than once."""
    steps = [
        Step(event.monitor_id, event.type, event.from_quantity, event.to_quantity, event.at)
        for event in events
        if event.monitor_id
    ]
    names = {event.monitor_id: event.product for event in events}
    colon = word("form.colon", language)
    return {
        burst.key: f"{names[burst.key]}{colon}{burst_text(burst, language)}"
        for burst in bursts_of(steps)
    }


def burst_text(burst: Burst, language: str) -> str:
    """`-7 in 4 min`; without the sum where it is unknown: `3 changes in 4 min`."""
    units = [word(f"unit.{name}", language) for name in ("second", "minute", "hour")]
    span = span_text(burst.seconds, (units[0], units[1], units[2]))
    if burst.net is None:
        return word("burst.unknown", language, count=burst.changes, span=span)
    net = f"{burst.net:+d}" if burst.net else "±0"
    return word("burst.known", language, net=net, span=span)


def subject_of_many(
    events: Sequence[EventFacts],
    notification_type: str,
    total: int,
    sums: Mapping[str, str],
    language: str,
) -> str:
    """`events` are the first of `total`."""
    colon = word("form.colon", language)
    what = word("many.one" if total == 1 else "many.count", language, count=total)
    if notification_type in OF_ALL_SHOPS:
        return f"{word(f'many.{notification_type}', language)}{colon}{what}"
    shops = {event.website for event in events}
    of_shop = f" ({events[0].website})" if len(shops) == 1 else ""
    if len(sums) == 1 and {event.monitor_id for event in events} == set(sums):
        return f"{next(iter(sums.values()))}{of_shop}"
    counts: dict[str, int] = {}
    for event in events:
        label = label_of(event, language)
        counts[label] = counts.get(label, 0) + 1
    listed = word("form.listed", language).join(
        word("many.part", language, count=count, event=label) for label, count in counts.items()
    )
    parts = f" ({listed})" if total == len(events) else ""
    shop = f"{events[0].website}{colon}" if len(shops) == 1 else ""
    return f"{shop}{what}{parts}"
