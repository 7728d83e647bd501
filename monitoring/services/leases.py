"""Who polls a Website right now. The fence grows with every take, so a zombie's write is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery

from common.http import DEADLINE_SECONDS
from monitoring.choices import MonitorStatus, PollState
from monitoring.health import HealthState
from monitoring.models import Monitor, PollRun
from monitoring.services.setbased import update_rows
from websites.models import Website
from websites.querysets import LOST_TASK
from websites.sources.registry import chain_of, source_class

LOST_TASK_SECONDS = int(LOST_TASK.total_seconds())

MAX_LOST_POLLS = 3
"""After so many polls in a row that never came back the website is left alone for a while."""

UNFINISHED = (PollState.QUEUED, PollState.RUNNING)


@dataclass(frozen=True, slots=True)
class Lease:
    """A Website taken for one poll, as values: safe to hand to a thread."""

    website_id: int
    fence: int
    name: str
    kinds: tuple[str, ...]
    """The source kind that really reads (Website.kind), then those that may stand in for it."""
    url: str
    config: Mapping[str, Any]
    credentials: Mapping[str, Any] = field(repr=False)
    proxy: Mapping[str, Any] = field(repr=False)
    interval: int
    applied_hash: str
    applied_monitors: int
    applied_template: str
    memory: Mapping[str, Any]
    quarantine: Mapping[str, Any]
    health: HealthState
    next_poll_at: datetime
    requested_run_ids: tuple[int, ...]
    taken_at: datetime
    lost_polls: int = 0
    is_given_up: bool = False
    """Not to be read: the last MAX_LOST_POLLS polls never came back."""

    @property
    def kind(self) -> str:
        return self.kinds[0]


def _interval() -> Subquery:
    """Smallest interval asked for by an active Monitor of the Website."""
    asked = (
        Monitor.objects.filter(website=OuterRef("pk"), check_interval__isnull=False)
        .exclude(status=MonitorStatus.PAUSED)
        .order_by()
        .values("website")
    )
    return Subquery(asked.annotate(least=Min("check_interval")).values("least"))


def _shorter(poll_interval: int, asked: int | None) -> int:
    return poll_interval if asked is None else min(poll_interval, asked)


def due_claim(now: datetime, *, website_ids: list[int] | None = None) -> list[int]:
    """Moves the due time of due Websites by compare-and-swap; returns the ids this caller won.

    Two tickers never win the same due time. A poll lost with the queue costs one interval, at most
    LOST_TASK_SECONDS.
    """
    due = Website.objects.due(now)
    if website_ids is not None:
        due = due.filter(pk__in=website_ids)
    rows = []
    for pk, due_at, interval, asked in due.annotate(asked=_interval()).values_list(
        "pk", "next_poll_at", "poll_interval", "asked"
    ):
        step = timedelta(seconds=min(_shorter(interval, asked), LOST_TASK_SECONDS))
        after = due_at + step
        rows.append((pk, due_at, after if after > now else now + step, now))
    return update_rows(
        Website, match=["id", "next_poll_at"], change=["next_poll_at", "queued_at"], rows=rows
    )


def take(website_ids: list[int], now: datetime, *, only_queued: bool = True) -> list[Lease]:
    """Leases of the given Websites that are active and free; others are left alone.

    `only_queued`: skip those no ticker asked for since their last poll, so that tasks left over in
    a long queue do nothing.
    """
    requests = PollRun.objects.filter(website=OuterRef("pk"), state__in=UNFINISHED)
    free = Website.objects.pollable().unleased(now).filter(pk__in=website_ids)
    if only_queued:
        free = free.filter(Q(queued_at__isnull=False))
    rows: list[dict[str, Any]] = [
        {**row, "kinds": _kinds(row)}
        for row in free.annotate(asked=_interval(), is_requested=Exists(requests))
        .select_related(None)
        .order_by(
            F("last_polled_at").asc(nulls_first=True), "pk"
        )  # the longest waiting comes first
        .values(
            "pk",
            "fence",
            "name",
            "source",
            "resolved_source",
            "url",
            "config",
            "credentials",
            "proxy",
            "poll_interval",
            "asked",
            "applied_hash",
            "applied_monitors",
            "applied_template",
            "memory",
            "quarantine",
            "health",
            "failure_count",
            "failing_since",
            "is_announced_down",
            "next_poll_at",
            "is_requested",
            "lease_expires_at",
            "lost_polls",
        )
    ]
    won = set(
        update_rows(
            Website,
            match=["id", "fence"],
            change=["fence", "lease_expires_at", "queued_at", "lost_polls"],
            rows=[
                (row["pk"], row["fence"], row["fence"] + 1, _expires(row, now), None, _lost(row))
                for row in rows
            ],
        )
    )
    taken = [row for row in rows if row["pk"] in won]
    runs = _runs_start([row["pk"] for row in taken if row["is_requested"]], now)
    return [_lease(row, tuple(runs.get(row["pk"], ())), now) for row in taken]


def _kinds(row: Mapping[str, Any]) -> tuple[str, ...]:
    return chain_of(row["source"], row["resolved_source"], row["credentials"], row["config"])


def _expires(row: Mapping[str, Any], now: datetime) -> datetime:
    """The usual lease is enough for one source that takes the usual time."""
    needed = sum(source_class(kind).read_seconds for kind in row["kinds"])
    more = max(needed - DEADLINE_SECONDS, 0.0)
    return now + timedelta(seconds=settings.POLL_LEASE_SECONDS + more)


def _lost(row: Mapping[str, Any]) -> int:
    """A lease that ran out was never given back: whoever held it died."""
    return int(row["lost_polls"]) + (row["lease_expires_at"] is not None)


def _runs_start(website_ids: list[int], now: datetime) -> dict[int, list[int]]:
    """Requested runs by website, set running. Whoever holds the lease answers them all, also those
    a dead worker left running."""
    found: dict[int, list[int]] = {}
    if website_ids:
        waiting = PollRun.objects.filter(website_id__in=website_ids, state__in=UNFINISHED)
        for pk, website_id in waiting.order_by("id").values_list("pk", "website_id"):
            found.setdefault(website_id, []).append(pk)
        waiting.update(state=PollState.RUNNING, first_at=now)
    return found


def _lease(row: Mapping[str, Any], run_ids: tuple[int, ...], now: datetime) -> Lease:
    return Lease(
        website_id=row["pk"],
        fence=row["fence"] + 1,
        name=row["name"],
        kinds=row["kinds"],
        url=row["url"],
        config=row["config"],
        credentials=row["credentials"],
        proxy=row["proxy"],
        interval=_shorter(row["poll_interval"], row["asked"]),
        applied_hash=row["applied_hash"],
        applied_monitors=row["applied_monitors"],
        applied_template=row["applied_template"],
        memory=row["memory"],
        quarantine=row["quarantine"],
        health=HealthState(
            row["health"], row["failure_count"], row["failing_since"], row["is_announced_down"]
        ),
        next_poll_at=row["next_poll_at"],
        requested_run_ids=run_ids,
        taken_at=now,
        lost_polls=_lost(row),
        is_given_up=row["lease_expires_at"] is not None and _lost(row) >= MAX_LOST_POLLS,
    )


def postpone(waiting: Sequence[tuple[Lease, datetime]]) -> None:
    """Gives leases back unread; the websites are due at the given times. Nothing else changes."""
    update_rows(
        Website,
        match=["id", "fence"],
        change=["lease_expires_at", "next_poll_at"],
        rows=[(lease.website_id, lease.fence, None, at) for lease, at in waiting],
    )


def give_back(lease: Lease) -> None:
    """After an outcome that could not be stored: the website was read, and its reader lives. The
    lease must not run out as that of a dead one, which counts against the shop."""
    update_rows(
        Website,
        match=["id", "fence"],
        change=["lease_expires_at"],
        rows=[(lease.website_id, lease.fence, None)],
    )


def release(lease: Lease, now: datetime, *, next_poll_at: datetime, **columns: Any) -> bool:
    """Writes the outcome and gives the lease back; False when another worker took over meanwhile.

    `next_poll_at` counts only if nobody moved the due time since the take: a poll that a person
    asks for while one is under way comes next. Likewise `applied_hash`: whoever changed something
    meanwhile wants it compared. The fence moves on, so a poller that read the row before this
    does not take it with values that are old.

    Every poll ends here. The statement is written out, as building it anew by the ORM would cost
    more than asking the shop.
    """
    guarded: dict[str, tuple[Any, Any]] = {"next_poll_at": (lease.next_poll_at, next_poll_at)}
    if columns.get("applied_hash"):
        guarded["applied_hash"] = (lease.applied_hash, columns.pop("applied_hash"))
    lost_polls = lease.lost_polls if lease.is_given_up else 0
    columns |= {"last_polled_at": now, "lost_polls": lost_polls}
    sets = [f"{name} = %s" for name in columns]
    sets += [f"{name} = CASE WHEN {name} = %s THEN %s ELSE {name} END" for name in guarded]
    values = [_stored(name, value) for name, value in columns.items()]
    values += [_stored(name, value) for name, pair in guarded.items() for value in pair]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Website._meta.db_table} "  # noqa: S608 - the table and its columns are ours
            f"SET fence = fence + 1, lease_expires_at = NULL, {', '.join(sets)} "
            "WHERE id = %s AND fence = %s",
            [*values, lease.website_id, lease.fence],
        )
        return bool(cursor.rowcount == 1)


def _stored(name: str, value: Any) -> Any:
    """As the column of Website keeps it. Raises FieldDoesNotExist."""
    return Website._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]
