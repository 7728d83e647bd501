"""Mends what was written while the clock was ahead, else it would wait for that time to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from common.http import DEADLINE_SECONDS
from monitoring.models import Alert, Monitor
from monitoring.pacing import REFUSED_CAP_SECONDS
from websites.models import HostBudget, Website
from websites.sources.registry import AUTO_KINDS, source_class

LONGEST_SLOT = timedelta(days=2)
"""No reminder is further away than this, see slots.py."""


def times_mend(now: datetime) -> None:
    """Every time becomes the latest that a right clock can have set: no website waits longer than
    its interval, no lease of a dead worker holds longer than ever. What is under way goes on."""
    websites = Website.objects.order_by()
    websites.filter(queued_at__gt=now).update(queued_at=None)
    websites.filter(last_polled_at__gt=now).update(last_polled_at=now)
    websites.filter(last_success_at__gt=now).update(last_success_at=now)
    leased_until = now + longest_lease()
    websites.filter(lease_expires_at__gt=leased_until).update(lease_expires_at=leased_until)
    for interval in websites.values_list("poll_interval", flat=True).distinct():
        due_at = now + timedelta(seconds=interval)
        websites.filter(poll_interval=interval, next_poll_at__gt=due_at).update(next_poll_at=due_at)

    busy_until = now + timedelta(seconds=settings.POLL_LEASE_SECONDS)
    HostBudget.objects.filter(busy_until__gt=busy_until).update(busy_until=busy_until)
    next_at = now + timedelta(seconds=REFUSED_CAP_SECONDS)
    HostBudget.objects.filter(next_at__gt=next_at).update(next_at=next_at)

    settled_at = now + timedelta(seconds=settings.FLAP_COOLDOWN_SECONDS)
    Monitor.objects.filter(flapping_until__gt=settled_at).update(flapping_until=settled_at)
    # Who was told "tomorrow" was told now: the rule of 24 hours and the reminders go on from here.
    Alert.objects.filter(last_sent_at__gt=now).update(last_sent_at=now)
    slot = now + LONGEST_SLOT
    Alert.objects.filter(next_alert_at__gt=slot).update(next_alert_at=slot)


def longest_lease() -> timedelta:
    """Of a chain in which every source takes its whole time, see leases.py."""
    seconds = sum(source_class(kind).read_seconds for kind in AUTO_KINDS)
    return timedelta(seconds=settings.POLL_LEASE_SECONDS + max(seconds - DEADLINE_SECONDS, 0.0))
