"""What a source wants back at its next read, and pages that look otherwise than before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Monitor
from monitoring.services.leases import take
from monitoring.services.recording import outcome_record
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll, website
from websites.services import website_update
from websites.sources.base import Snapshot
from websites.sources.errors import UnreachableError

__all__ = ["website"]

pytestmark = pytest.mark.django_db
KEY = {"identifier": "i", "secret": "s"}


def memory(website):
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    outcome_record(lease, UnreachableError("no answer"), timezone.now())
    return lease.memory


def test_what_a_read_wants_remembered_is_handed_to_the_next_one(website):
    poll(website, snapshot(reading(5), memory={"base": "/api/v2"}))
    assert memory(website) == {"base": "/api/v2"}
    poll(website, snapshot(reading(4), body_hash="2"))
    assert memory(website) == {"base": "/api/v2"}


def test_an_unchanged_read_may_want_something_remembered_too(website):
    poll(website, snapshot(reading(5)))
    website.refresh_from_db()
    poll(
        website,
        Snapshot(is_unchanged=True, body_hash=website.applied_hash, memory={"probed": {"1": 7}}),
    )
    assert memory(website) == {"probed": {"1": 7}}


def test_a_changed_connection_forgets_it():
    website = make_website(source="manual", url="", memory={"base": "/api/v2"})
    website_update(website=website, name="other")
    assert memory_of(website) == {"base": "/api/v2"}
    website_update(website=website, source="whmcs_api", url="shop.example", credentials=KEY)
    assert memory_of(website) == {}


def memory_of(website):
    website.refresh_from_db()
    return website.memory


@pytest.fixture
def html(monkeypatch):
    """The kind of the website reads pages made for people."""
    monkeypatch.setattr("websites.sources.whmcs_api.source.WhmcsApiSource.is_html", True)


@pytest.mark.usefixtures("html")
def test_pages_of_another_look_change_nothing_until_a_second_read_confirms_them(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), template="standard_cart"))
    other = snapshot(reading(0), template="modern", body_hash="2")
    assert poll(website, other).outcome == "quarantined"
    assert Monitor.objects.get().quantity == 5
    website.refresh_from_db()
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=10)
    assert poll(website, snapshot(reading(0), template="supreme", body_hash="3")).outcome == (
        "quarantined"
    )
    assert poll(website, snapshot(reading(5), template="standard_cart")).outcome == "unchanged"
    assert poll(website, other).outcome == "quarantined"
    assert poll(website, other).outcome == "changed"
    assert Monitor.objects.get().quantity == 0
    assert events() == ["snapshot_quarantined", "snapshot_quarantined", "sold_out"]
