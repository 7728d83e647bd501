"""The last day of the overview: columns of events by hour, restocks by hour, kinds of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext, pgettext

from accounts.admin.display import list_url
from accounts.admin.spans import span_value
from common.texts import shown
from monitoring.admin.badges import EVENT_TONES
from monitoring.choices import EventType
from monitoring.hours import Hour, Part, hour_columns
from monitoring.models import MonitorHistory
from runtime.deskfigures import Figure

LABELS = {str(value): str(label) for value, label in EventType.choices}
KINDS: dict[str, str] = {
    **{one: "good" for one, tone in EVENT_TONES.items() if tone == "good"},
    **{one: "info" for one, tone in EVENT_TONES.items() if tone == "info"},
    **{one: "warn" for one, tone in EVENT_TONES.items() if tone == "warn"},
    **{one: "bad" for one, tone in EVENT_TONES.items() if tone == "bad"},
    **{one: "idle" for one in EventType.values if one not in EVENT_TONES},
}
"""Event type -> colour of its piece of a column, from the bottom up."""


class Column(NamedTuple):
    """One hour. Texts name what the colours only hint at."""

    label: str
    total: Figure
    restocks: Figure
    title: str
    parts: tuple[Part, ...]
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    total: Figure
    columns: list[Column]
    kinds: list[Figure]
    top: int

    @property
    def restocks(self) -> int:
        return sum(one.restocks.number for one in self.columns)


def timeline(
    starts: Sequence[datetime], counts: Mapping[tuple[int, str], int], *, now: datetime
) -> Timeline:
    """`now` is told in the zone of the viewer; `counts` as `events_by_hour` gives them."""
    hours = hour_columns(starts, counts, now=now, kinds=KINDS)
    sums = Counter[str]()
    for hour in hours:
        sums.update(hour.by_type)
    whole = span_value(starts[0])
    return Timeline(
        total=Figure(sums.total(), pgettext("counted", "events"), list_url(MonitorHistory, f"when={whole}")),
        columns=[_column(place, hour, now) for place, hour in enumerate(hours)],
        kinds=[
            Figure(
                number, shown(LABELS[one]),
                list_url(MonitorHistory, f"event_type__exact={one}&when={whole}"),
                f"is-{KINDS[one]}",
            )
            for one, number in sums.most_common()
        ],
        top=max((hour.total for hour in hours), default=0),
    )  # fmt: skip


def _column(place: int, hour: Hour, now: datetime) -> Column:
    span = span_value(hour.since, hour.until)
    since = hour.since.astimezone(now.tzinfo)
    until = (
        pgettext("the end of a span", "now")
        if hour.until is None
        else f"{hour.until.astimezone(now.tzinfo):%H:%M}"
    )
    named = [
        f"{number} {shown(LABELS[one])}" for one, number in Counter(hour.by_type).most_common()
    ]
    restocks = hour.by_type.get(EventType.RESTOCKED, 0)
    return Column(
        label=hour.label,
        total=Figure(
            hour.total, pgettext("counted", "events"), list_url(MonitorHistory, f"when={span}")
        ),
        restocks=Figure(
            restocks,
            gettext("restocks"),
            list_url(MonitorHistory, f"event_type__exact={EventType.RESTOCKED}&when={span}"),
        ),
        title=gettext("%(since)s to %(until)s: %(events)s")
        % {
            "since": f"{since:%H:%M}",
            "until": until,
            "events": ", ".join(named) or gettext("nothing"),
        },
        parts=hour.parts,
        is_labelled=place % 3 == 2,
    )
