"""Finds what was left behind, and asks the queue for the tasks that take care of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Hashable
from datetime import datetime, timedelta

from django.utils import timezone
from django_q.tasks import async_task

from common.queues import NOTIFY, cluster_of, has_room
from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from notifications.services.burying import unsendable
from notifications.services.cards import stale_cards
from notifications.services.picking import abandoned_pick, fresh_pick

LEFT_BEHIND = timedelta(seconds=2)


class Gate:
    """Lets through every 2 s, and ever more rarely while the same piece of work stays the next one:
    a queue that stands still must not be filled with tasks. One that works is asked again soon."""

    SHORTEST, LONGEST = 2.0, 60.0

    def __init__(self) -> None:
        self.asked_at = -self.LONGEST
        self.gap = self.SHORTEST
        self.last: Hashable | None = None

    def ask(self, work: Hashable | None) -> bool:
        """`work` names what is next; None for nothing."""
        now, is_same = time.monotonic(), work == self.last
        if work is None or now < self.asked_at + (self.gap if is_same else self.SHORTEST):
            return False
        self.gap = min(self.gap * 2, self.LONGEST) if is_same else self.SHORTEST
        self.asked_at, self.last = now, work
        return True


CARDS_EVERY = 5
"""Sweeps between two looks at the live cards: Telegram takes an edit every 3 s in a group."""

gates = {"plan": Gate(), "deliver": Gate(), "cards": Gate()}
_sweeps = itertools.count()


def sweep(now: datetime | None = None) -> None:
    """Made every second by the core process and every minute by a schedule.

    When nothing waits, these are three look-ups, each by an index of its own, and every fifth time
    one for cards. When something does, a few more tell whether it can be sent now.
    """
    before = (now or timezone.now()) - LEFT_BEHIND
    unplanned = MonitorHistory.objects.unplanned().filter(created_at__lte=before)
    event_id = unplanned.order_by("pk").values_list("pk", flat=True).first()
    _ask_for("plan", event_id)
    _ask_for("deliver", _next_message(before))
    _ask_for("cards", _next_card(before))


def _ask_for(name: str, work: Hashable | None) -> None:
    if gates[name].ask(work) and has_room(NOTIFY):
        async_task(f"notifications.tasks.{name}", cluster=cluster_of(NOTIFY))


def _next_card(now: datetime) -> Hashable | None:
    """(channel, monitor, fingerprint) of the first one that does not show what it should."""
    if next(_sweeps) % CARDS_EVERY:
        return None
    return next((card.work for card in stale_cards(now)), None)


def _next_message(now: datetime) -> Hashable | None:
    """(id, attempts) of the message that a delivery would take first, or bury."""
    rows = NotificationLog.objects
    is_waiting, is_abandoned = rows.waiting(now).exists(), rows.abandoned(now).exists()
    found: list[int] = []
    if is_waiting:
        found = fresh_pick(now, limit=1, is_locking=False)
    if is_abandoned and not found:
        found = abandoned_pick(now, is_locking=False)
    if (is_waiting or is_abandoned) and not found:
        stranded = (one.values_list("pk", flat=True).first() for one in unsendable(now))
        found = [pk for pk in stranded if pk is not None]
    return rows.filter(pk__in=found[:1]).values_list("pk", "retry_count").first()
