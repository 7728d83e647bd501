"""A page is made and kept for the kinds that send it, and for no other."""

from __future__ import annotations

import pytest
from django.utils import timezone

from notifications.services.claiming import claim
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "config", "has_page"),
    [
        ("email", {"to": ["ops@example.com"]}, True),
        ("webhook", {"url": "http://127.0.0.1:9/"}, False),
        ("telegram", {"chat_id": "1"}, False),
        ("gone", {}, False),
    ],
)
def test_a_page_is_made_for_mails_only(kind, config, has_page):
    row = make_notification(make_channel(kind=kind, config=config))
    claim(ids=[row.pk], limit=1, now=timezone.now())
    row.refresh_from_db()
    assert ("<html" in row.rendered["html"]) is has_page
    assert row.message
