"""The page of the hosts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_user
from websites.models import HostBudget

pytestmark = pytest.mark.django_db

PAGE = "/admin/websites/hostbudget/"


@pytest.fixture
def root():
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def test_an_empty_list_says_when_hosts_appear(root):
    assert "No host was asked yet" in root.get(PAGE).content.decode()


def test_a_host_that_refuses_shows_why_and_can_be_asked_again(root):
    later = timezone.now() + timedelta(minutes=10)
    row = HostBudget.objects.create(
        host="shop.example", next_at=later, failure_count=3, reason="Too many requests"
    )
    HostBudget.objects.create(host="busy.example", busy_until=later)
    text = root.get(PAGE).content.decode()
    assert "Left alone" in text
    assert "Too many requests" in text
    assert "Being read" in text
    assert root.get(f"{PAGE}{row.pk}/change/").status_code == 200
    chosen = {"action": "ask_now", "_selected_action": [row.pk]}
    assert "1 asked again" in root.post(PAGE, chosen, follow=True).content.decode()
    row.refresh_from_db()
    assert row.next_at <= timezone.now()
