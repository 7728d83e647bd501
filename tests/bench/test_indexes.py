"""The look-ups that are made every second go by their partial indexes, however large the tables."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from websites.models import Website

pytestmark = pytest.mark.django_db


def plan_of(rows):
    """How the database would find them, were the table large."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_due_websites_are_found_by_their_partial_index():
    assert "website_due_idx" in plan_of(Website.objects.due(timezone.now()).order_by())


def test_unplanned_events_are_found_by_their_partial_index():
    rows = MonitorHistory.objects.unplanned().order_by("pk")
    assert "history_unplanned_idx" in plan_of(rows)


def test_waiting_messages_are_found_by_their_partial_index():
    rows = NotificationLog.objects.waiting(timezone.now()).order_by()
    assert "notification_pending_idx" in plan_of(rows)
