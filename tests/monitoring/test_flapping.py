"""Flips that must be confirmed, and products that go in and out of stock all the time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory
from monitoring.services.steadying import flaps_settle
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll, statements
from websites.models import Website
from websites.sources.errors import UnreachableError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules(settings):
    settings.FLAP_FLIPS = 3
    settings.FLAP_WINDOW_SECONDS = 600
    settings.FLAP_COOLDOWN_SECONDS = 300


@pytest.fixture
def website():
    return make_website()


def watch(website, **fields):
    return make_monitor(website, product_id="1", **fields)


def read(website, *quantities, start=0, step=10):
    """One poll for each quantity, `step` seconds apart; the bodies differ as those of shops do."""
    for n, quantity in enumerate(quantities):
        poll(
            website, snapshot(reading(quantity), body_hash=f"1:{quantity}"), later=start + n * step
        )


def told():
    """Events that are announced."""
    rows = MonitorHistory.objects.filter(suppressed="").order_by("id")
    return list(rows.values_list("event_type", flat=True))


# --- Confirmation ----------------------------------------------------------------------------


def test_a_flip_counts_when_it_was_read_so_often(website):
    watch(website, confirm_reads=3)
    read(website, 5, 0, 0)
    assert (events(), Monitor.objects.get().quantity) == ([], 5)
    assert Website.objects.get().applied_hash == ""  # an equal body must be read again
    read(website, 0, start=60)
    assert (events(), Monitor.objects.get().quantity) == (["sold_out"], 0)
    assert Website.objects.get().applied_hash == "1:0"


def test_a_flip_that_goes_back_starts_anew(website):
    watch(website, confirm_reads=2)
    read(website, 5, 0, 5, 0, 5, 0)
    assert events() == []
    assert Monitor.objects.get().pending == {"available": False, "count": 1}


def test_a_failed_read_confirms_nothing(website):
    watch(website, confirm_reads=2)
    read(website, 5, 0)
    poll(website, UnreachableError("No answer.", advice=""), later=20)
    assert Monitor.objects.get().pending == {"available": False, "count": 1}
    assert events() == []


def test_numbers_need_no_confirmation(website):
    watch(website, confirm_reads=3)
    read(website, 5, 4, 9)
    assert events() == ["stock_decreased", "stock_increased"]


def test_the_first_reading_needs_none(website):
    watch(website, confirm_reads=3)
    read(website, 0)
    assert Monitor.objects.get().available is False


# --- Flapping --------------------------------------------------------------------------------


def test_what_flaps_is_recorded_but_told_once(website):
    watch(website)
    read(website, 5, 0, 5, 0, 5, 0)
    assert events().count("sold_out") == 3
    assert told() == ["sold_out", "restocked", "monitor_flapping"]
    notice = MonitorHistory.objects.get(event_type="monitor_flapping")
    assert notice.message == "In and out of stock 3 times within 10 minutes"
    assert notice.metadata["count"] == 3


def test_slow_flips_are_news_every_time(website):
    watch(website)
    read(website, 5, 0, 5, 0, 5, step=400)
    assert "monitor_flapping" not in events()


def test_when_it_rests_people_hear_how_it_stands(website):
    watch(website)
    read(website, 5, 0, 5, 0, 5)
    now = timezone.now()
    assert flaps_settle(now + timedelta(seconds=200)) == 0
    assert flaps_settle(now + timedelta(seconds=400)) == 1
    assert flaps_settle(now + timedelta(seconds=401)) == 0
    last = MonitorHistory.objects.filter(event_type="monitor_flapping").latest("id")
    assert last.message == "Settled after 4 changes: in stock (5)"
    assert last.metadata["is_over"] is True
    read(website, 0, start=700)
    assert told()[-1] == "sold_out"


def test_it_can_be_switched_off(website, settings):
    settings.FLAP_FLIPS = 0
    watch(website)
    read(website, 5, 0, 5, 0, 5, 0)
    assert told().count("sold_out") == 3


def test_a_paused_monitor_rests_in_silence(website):
    monitor = watch(website)
    read(website, 5, 0, 5, 0)
    Monitor.objects.filter(pk=monitor.pk).update(status="paused")
    flaps_settle(timezone.now() + timedelta(seconds=900))
    assert MonitorHistory.objects.filter(event_type="monitor_flapping").count() == 1


def test_steps_without_a_flip_cost_no_statement(website):
    watch(website)
    read(website, 5)
    with CaptureQueriesContext(connection) as queries:
        read(website, 4, start=20)
    assert not any("flapping" in sql or '"pending"' in sql for sql in statements(queries))


# --- Hysteresis ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((9, 4, 5, 4, 5), ["low"]),
        ((9, 4, 7), ["low"]),
        ((9, 4, 8), ["low", "recovered"]),
        ((50, 101, 100, 98, 101), ["high"]),
        ((50, 101, 97), ["high", "recovered"]),
    ],
)
def test_a_threshold_is_left_only_when_it_is_well_behind(website, numbers, expected):
    watch(website, threshold_low=5, threshold_high=100, hysteresis=3)
    read(website, *numbers)
    words = {"threshold_breach_low": "low", "threshold_breach_high": "high",
             "threshold_recovered": "recovered"}  # fmt: skip
    assert [words[one] for one in events() if one in words] == expected
