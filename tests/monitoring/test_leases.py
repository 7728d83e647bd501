"""Who polls a website, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from monitoring.models import Monitor
from monitoring.services.leases import MAX_LOST_POLLS, due_claim, take
from monitoring.services.polling import cycle_run, poll_request, websites_poll
from monitoring.services.recording import outcome_record
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll, website
from websites.models import Website
from websites.sources.base import Snapshot
from websites.sources.errors import UnreachableError

__all__ = ["website"]

pytestmark = pytest.mark.django_db


def test_a_late_result_of_a_lost_lease_is_dropped_by_the_fence(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    now = timezone.now()
    (zombie,) = take([website.pk], now, only_queued=False)
    after = now + timedelta(minutes=10)
    (fresh,) = take([website.pk], after, only_queued=False)
    assert outcome_record(zombie, snapshot(reading(0), body_hash="x"), after).outcome == "lost"
    assert Monitor.objects.get().quantity == 5
    assert events() == []
    assert outcome_record(fresh, snapshot(reading(4), body_hash="y"), after).outcome == "changed"


def test_a_website_is_leased_by_one_poll_at_a_time(website):
    now = timezone.now()
    assert len(take([website.pk], now, only_queued=False)) == 1
    assert take([website.pk], now, only_queued=False) == []


def test_two_tickers_never_claim_the_same_due_time(website):
    now = timezone.now()
    assert due_claim(now) == [website.pk]
    assert due_claim(now) == []


def test_a_task_left_over_in_the_queue_does_nothing(website):
    now = timezone.now()
    due_claim(now)
    (lease,) = take([website.pk], now)
    outcome_record(lease, snapshot(reading(5)), now)
    assert take([website.pk], now) == []


def test_a_poll_lost_with_the_queue_is_due_again_within_two_minutes():
    website = make_website(poll_interval=3600)
    now = timezone.now()
    due_claim(now)
    assert due_claim(now + timedelta(seconds=121)) == [website.pk]


def test_a_long_interval_is_kept_after_a_good_poll():
    website = make_website(poll_interval=3600)
    now = timezone.now()
    due_claim(now)
    (lease,) = take([website.pk], now)
    outcome_record(lease, snapshot(reading(5)), now)
    website.refresh_from_db()
    assert website.next_poll_at == now + timedelta(seconds=3600)


def test_the_shortest_interval_of_its_monitors_wins(website):
    make_monitor(website, check_interval=10)
    make_monitor(website, check_interval=5, status="paused")
    now = timezone.now()
    due_claim(now)
    website.refresh_from_db()
    assert website.next_poll_at <= now + timedelta(seconds=10)


def test_a_requested_poll_has_its_own_run(website):
    poll(website, snapshot(reading(5)))
    run = poll_request(website=website)
    poll(website, Snapshot(is_unchanged=True, body_hash="1:abc"))
    run.refresh_from_db()
    assert (run.state, run.outcome, run.count) == ("done", "unchanged", 1)


def test_a_paused_website_is_never_due():
    make_website(is_active=False)
    assert due_claim(timezone.now()) == []
    assert Website.objects.count() == 1


def test_a_poll_asked_for_while_one_is_under_way_comes_next(website):
    now = timezone.now()
    due_claim(now)
    (lease,) = take([website.pk], now)
    run = poll_request(website=website)
    outcome_record(lease, snapshot(reading(5)), now)
    website.refresh_from_db()
    assert website.next_poll_at <= timezone.now()
    poll(website, Snapshot(is_unchanged=True, body_hash="1:abc"))
    run.refresh_from_db()
    assert run.state == "done"


def test_one_poll_answers_all_requests_and_those_a_dead_worker_left(website):
    make_monitor(website, product_id="1")
    runs = [poll_request(website=website) for _ in range(2)]
    now = timezone.now()
    take([website.pk], now, only_queued=False)
    runs.append(poll_request(website=website))
    poll(website, snapshot(reading(5)), later=600)
    for run in runs:
        run.refresh_from_db()
        assert (run.state, run.outcome) == ("done", "changed")


def lose(website, now):
    """A poll whose worker dies; returns the moment its lease is free again."""
    assert take([website.pk], now, only_queued=False)
    website.refresh_from_db()
    return website.lease_expires_at + timedelta(seconds=1)


def lose_all(website):
    now = timezone.now() - timedelta(hours=2)
    for _ in range(MAX_LOST_POLLS):
        now = lose(website, now)


def test_a_shop_that_ends_its_workers_is_left_alone_and_says_so(website):
    lose_all(website)
    websites_poll([website.pk], only_queued=False)
    website.refresh_from_db()
    assert (website.health, website.last_error_code) == ("unreachable", "no_outcome")
    assert website.next_poll_at >= timezone.now() + timedelta(minutes=59)
    assert events() == ["website_unreachable"]
    run = website.poll_runs.get()
    assert (run.state, run.requests_made) == ("failed", 0)


def test_it_is_tried_once_more_after_the_pause_and_given_up_again(website):
    lose_all(website)
    websites_poll([website.pk], only_queued=False)
    later = timezone.now() + timedelta(hours=2)
    (lease,) = take([website.pk], later, only_queued=False)
    assert not lease.is_given_up
    (again,) = take([website.pk], later + timedelta(hours=1), only_queued=False)
    assert again.is_given_up


@pytest.mark.parametrize("outcome", [snapshot(reading(5)), UnreachableError("no answer")])
def test_any_poll_that_comes_back_clears_the_suspicion(website, outcome):
    now = lose(website, timezone.now() - timedelta(hours=2))
    (lease,) = take([website.pk], now, only_queued=False)
    assert lease.lost_polls == 1
    outcome_record(lease, outcome, now)
    assert not Website.objects.suspect().exists()


def test_an_unchanged_poll_clears_the_suspicion_too(website):
    poll(website, snapshot(reading(5)))
    now = lose(website, timezone.now() + timedelta(minutes=1))
    (lease,) = take([website.pk], now, only_queued=False)
    outcome_record(lease, Snapshot(is_unchanged=True, body_hash=lease.applied_hash), now)
    assert not Website.objects.suspect().exists()


def test_a_suspect_is_polled_in_a_task_of_its_own():
    sites = [make_website() for _ in range(4)]
    lose(sites[2], timezone.now() - timedelta(hours=2))
    assert cycle_run() == 4
    tasks = sorted(task.task["args"][0] for task in OrmQ.objects.all())
    assert tasks == [[sites[0].pk, sites[1].pk, sites[3].pk], [sites[2].pk]]
