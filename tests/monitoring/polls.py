"""One poll as values: what the tests of recording and leases share."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import MonitorHistory
from monitoring.services.leases import take
from monitoring.services.recording import outcome_record
from tests.factories import make_website


def poll(website, outcome, *, later=0):
    """One poll that came to `outcome`, `later` seconds from now."""
    now = timezone.now() + timedelta(seconds=later)
    (lease,) = take([website.pk], now, only_queued=False)
    return outcome_record(lease, outcome, now)


def events():
    """What happened, without what became of alerts by it."""
    facts = MonitorHistory.objects.exclude(event_type__startswith="alert_")
    return list(facts.order_by("id").values_list("event_type", flat=True))


def alert_events():
    """(transition, kind of alert, why nobody is told of it)"""
    found = MonitorHistory.objects.filter(event_type__startswith="alert_").order_by("id")
    return [
        (event.event_type.removeprefix("alert_"), event.metadata["cause"], event.suppressed)
        for event in found
    ]


def statements(queries):
    return [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]


@pytest.fixture
def website():
    return make_website()
