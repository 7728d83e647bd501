"""Plays a script through the application: real polls, ticks, plans and deliveries at frozen times."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from accounts.choices import Role
from accounts.models import Team, User
from accounts.services.preferences import preferences_update
from accounts.services.teams import membership_set
from monitoring.alerting import Author
from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.services.alerts import alert_acknowledge, alert_resolve
from monitoring.services.ingest import stock_push
from monitoring.services.leases import Lease, take
from monitoring.services.monitors import monitor_pause, monitor_resume, monitor_update
from monitoring.services.recording import outcome_record
from monitoring.services.reminders import alerts_remind
from monitoring.services.silences import silence_create
from monitoring.services.steadying import flaps_settle
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import build
from notifications.models import Channel, NotificationLog, Subscription
from notifications.planning import all_plan
from notifications.services.claiming import claim
from notifications.services.outbox import deliver
from notifications.services.sweeping import Gate, gates, sweep
from tests.factories import make_team, make_user, make_website
from tests.monitoring.simulation.cast import (
    Hand,
    Hush,
    Key,
    Person,
    Place,
    Poll,
    Push,
    Script,
    Shown,
    Tick,
)
from tests.monitoring.simulation.post import PostOffice
from websites.sources.base import Availability, Snapshot, StockReading
from websites.sources.errors import AuthError, SourceError, UnreachableError

PRICE = Decimal("5.00")
EXPECTED = {"refused": "error", "timeout": "error", "partial": "error", "doubtful": "quarantined"}


class StageCrashError(Exception):
    """A worker ends in the middle of writing."""


class Stage:
    """The world of a script as rows, by name."""

    def __init__(self, script: Script, clock: Any, post: PostOffice) -> None:
        self.script, self.clock, self.post = script, clock, post
        self.dead: dict[str, Lease] = {}
        self.teams = {
            one.name: make_team(
                one.name,
                time_zone=one.zone,
                reminders=one.mode,
                reminder_hour=one.hour,
                low_stock_threshold=one.low,
            )
            for one in script.crews.values()
        }
        self.users = {one.name: self._person(one) for one in script.people.values()}
        self.websites = {
            one.name: make_website(self.teams[one.crew], name=one.name, source=one.source)
            for one in script.shops.values()
        }
        Monitor.objects.bulk_create(self._monitors())
        rows = Monitor.objects.values_list("website__name", "product_id", "pk")
        self.monitors: dict[Key, int] = {(shop, pid): pk for shop, pid, pk in rows}
        for place in script.places:
            self._place(place)

    def _person(self, one: Person) -> User:
        user = make_user(one.name)
        membership_set(team=self.teams[one.crew], user=user, role=Role.OPERATOR)
        wish: dict[str, Any] = {"email": f"{one.name}@example.com", "time_zone": one.zone}
        if one.threshold is not None:
            wish["alert_threshold"] = one.threshold
        if one.quiet:
            wish["quiet_from"], wish["quiet_until"] = one.quiet
        preferences_update(user=user, **wish)
        return user

    def _monitors(self) -> list[Monitor]:
        return [
            Monitor(
                website=self.websites[one.shop],
                product_id=one.pid,
                product_name=f"VPS {one.pid}",
                threshold_low=one.low,
                threshold_high=one.high,
                hysteresis=one.hysteresis,
                owner=self.users.get(one.owner),
                notify_on_purchase=one.tells_purchases,
                labels=[one.label] if one.label else [],
            )
            for one in self.script.products.values()
        ]

    def _place(self, one: Place) -> None:
        team: Team = self.teams[one.crew]
        start, end = one.quiet or (None, None)
        configs: dict[str, dict[str, Any]] = {
            "telegram": {"chat_id": "1001"},
            "webhook": {"url": "http://127.0.0.1:9/"},
            "email": {"to": [f"{one.name}@example.com"]},
        }
        channel = Channel.objects.create(
            team=team, name=one.name, kind=one.kind, quiet_from=start, quiet_until=end,
            config={**configs[one.kind], "place": one.name}, secrets=self.post.secrets_of(one.kind),
        )  # fmt: skip
        Subscription.objects.create(channel=channel, events=list(one.events), digest=one.digest)

    # --- the play

    def play(self) -> None:
        acts: dict[type, Callable[[Any], None]] = {
            Poll: self._poll, Tick: self._tick, Push: self._push, Hand: self._hand, Hush: self._hush
        }  # fmt: skip
        for step in self.script.steps:
            self.clock.move_to(step.at)
            acts[type(step)](step)
        end = self.script.steps[-1].at
        for hours in range(0, 60, 3):
            self.clock.move_to(end + timedelta(hours=hours, minutes=1))
            self._send()

    def _poll(self, step: Poll) -> None:
        website = self.websites[step.shop]
        (lease,) = take([website.pk], step.at, only_queued=False)
        if step.trouble == "dies":
            self.dead[step.shop] = lease
            return
        outcome = self._outcome(step, lease)
        if step.trouble == "crashes":
            try:
                with transaction.atomic():
                    outcome_record(lease, outcome, step.at)
                    raise StageCrashError
            except StageCrashError:
                return
        result = outcome_record(lease, outcome, step.at)
        wanted = EXPECTED.get(step.trouble)
        assert wanted is None or result.outcome == wanted, (step.at, step.shop, result)
        assert wanted or result.outcome in ("changed", "unchanged"), (step.at, step.shop, result)
        zombie = self.dead.pop(step.shop, None)
        if zombie is not None:
            lie = Poll(step.at, step.shop, dict.fromkeys(step.shown, 0))
            late = outcome_record(zombie, self._outcome(lie, zombie), step.at)
            assert late.outcome == "lost"

    def _outcome(self, step: Poll, lease: Lease) -> Snapshot | SourceError:
        if step.trouble == "refused":
            return AuthError("The shop refused the key.")
        if step.trouble == "timeout":
            return UnreachableError("No answer.", code="timeout")
        body = f"1:{zlib.crc32(repr(sorted(step.shown.items())).encode()):08x}"
        if body == lease.applied_hash:
            return Snapshot(is_unchanged=True, body_hash=body)
        return Snapshot(
            readings=[reading(pid, shown) for pid, shown in step.shown.items()],
            is_complete=step.trouble != "partial",
            body_hash=body,
        )

    def _tick(self, step: Tick) -> None:
        flaps_settle(step.at)
        alerts_remind(step.at)
        if step.is_wiped:
            gates.update({name: Gate() for name in gates})
            sweep(step.at)
            OrmQ.objects.all().delete()
            return
        if step.dies:
            all_plan()
            self._die(step)
            return
        self._send()

    def _die(self, step: Tick) -> None:
        """A worker ends with messages in its hands."""
        for one in claim(ids=None, limit=5, now=step.at):
            if step.dies == "sent" and one.message is not None:
                with suppress(DeliveryError):
                    build(one.kind, one.target).send(one.message)
                    self.post.allowed_twice.add(one.message.id)

    def _send(self) -> None:
        """As the sweep does it: nobody is bothered while nothing waits."""
        now = timezone.now()
        if MonitorHistory.objects.unplanned().exists():
            all_plan()
        rows = NotificationLog.objects
        while rows.waiting(now).exists() or rows.abandoned(now).exists():
            if not deliver(patience_seconds=None).claimed:
                break

    def _push(self, step: Push) -> None:
        stock_push(monitor=self._monitor(step.key), quantity=step.quantity)

    def _monitor(self, key: Key) -> Monitor:
        return Monitor.objects.select_related("website").get(pk=self.monitors[key])

    def _hand(self, step: Hand) -> None:
        if step.what == "wish":
            preferences_update(user=self.users[step.person], alert_threshold=step.value)
            return
        monitor = self._monitor(step.key)
        author = Author("user", self.users["ada"].pk, "ada")
        alerts = list(Alert.objects.unresolved().filter(monitor=monitor))
        if step.what == "acknowledge":
            for alert in alerts:
                if alert.status == "open":
                    alert_acknowledge(alert=alert, author=author)
        elif step.what == "resolve":
            for alert in alerts:
                alert_resolve(alert=alert, author=author)
        elif step.what == "pause":
            monitor_pause(monitor=monitor)
        elif step.what == "resume":
            monitor_resume(monitor=monitor)
        else:
            monitor_update(monitor=monitor, threshold_low=step.value)

    def _hush(self, step: Hush) -> None:
        silence_create(
            team=self.teams[step.crew],
            author=Author("user", None, "ada"),
            ends_at=step.until,
            website=self.websites[step.shop] if step.shop and not step.pid else None,
            monitor=self._monitor((step.shop, step.pid)) if step.pid else None,
            event_types=step.kinds,
            label=step.label,
            reason="Moving",
        )


def reading(pid: str, shown: Shown) -> StockReading:
    quantity = shown if isinstance(shown, int) else None
    availability = Availability.IN_STOCK
    if shown == "unknown":
        availability = Availability.UNKNOWN
    elif shown == 0:
        availability = Availability.OUT_OF_STOCK
    control = None if shown == "unknown" else shown != "unlimited"
    return StockReading(
        product_id=pid, name=f"VPS {pid}", availability=availability, quantity=quantity,
        stock_control=control, price=PRICE, currency="USD",
    )  # fmt: skip
