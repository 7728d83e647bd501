"""What the application wrote down during a simulation, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitoring.models import Alert, MonitorHistory
from notifications.models import Channel, NotificationLog
from tests.monitoring.simulation.cast import Key
from tests.monitoring.simulation.post import PostOffice


@dataclass(frozen=True, slots=True)
class Happened:
    """An event. `kind` is that of the alert it is about, "" for a fact."""

    id: int
    type: str
    key: Key
    at: datetime
    suppressed: str
    kind: str
    run: int | None
    is_planned: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A message owed, with the events it tells of."""

    id: int
    number: str
    place: str
    type: str
    status: str
    code: str
    made_at: datetime
    settled_at: datetime
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    key: Key
    kind: str
    opened_at: datetime
    resolved_at: datetime | None
    how: str


@dataclass(slots=True)
class Record:
    events: dict[int, Happened]
    rows: list[Row]
    alerts: list[Known]
    places: dict[str, tuple[str, str]]
    """Channel -> (its kind, its person)."""
    post: PostOffice
    told: dict[int, list[Row]] = field(default_factory=dict)


def record(post: PostOffice) -> Record:
    events = {
        pk: Happened(pk, kind, (shop, pid or ""), at, why, meta.get("cause", "")
                     if kind.startswith("alert_") else "", run, planned is not None)
        for pk, kind, shop, pid, at, why, meta, run, planned in MonitorHistory.objects.values_list(
            "pk", "event_type", "website__name", "monitor__product_id", "created_at",
            "suppressed", "metadata", "poll_run_id", "planned_at",
        )
    }  # fmt: skip
    links: dict[int, list[int]] = {}
    for row_id, event_id in NotificationLog.events.through.objects.order_by("pk").values_list(
        "notificationlog_id", "monitorhistory_id"
    ):
        links.setdefault(row_id, []).append(event_id)
    rows = [
        Row(one.pk, str(one.public_id), one.channel.name, one.notification_type, one.status,
            one.error_code, one.created_at, one.sent_at or one.updated_at,
            tuple(links.get(one.pk, ())))
        for one in NotificationLog.objects.select_related("channel").order_by("pk")
    ]  # fmt: skip
    alerts = [
        Known((shop, pid or ""), kind, opened, resolved, how)
        for shop, pid, kind, opened, resolved, how in Alert.objects.values_list(
            "website__name", "monitor__product_id", "kind", "opened_at", "resolved_at",
            "resolve_reason",
        )
    ]  # fmt: skip
    channels = Channel.objects.select_related("user")
    places = {one.name: (one.kind, one.user.username if one.user else "") for one in channels}
    found = Record(events, rows, alerts, places, post)
    for row in rows:
        for event_id in row.events:
            found.told.setdefault(event_id, []).append(row)
    return found
