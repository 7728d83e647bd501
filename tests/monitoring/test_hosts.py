"""Manners: one reader of a host at a time, a gap, and longer pauses while it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from demo.world import World
from monitoring.models import Monitor, PollRun
from monitoring.pacing import pause_seconds
from monitoring.selectors import why_not_running
from monitoring.services import polling
from monitoring.services.hosts import host_give, hosts_take
from monitoring.services.polling import poll_request
from tests.factories import make_monitor, make_website
from websites.models import HostBudget, Website
from websites.sources.errors import AuthError, BlockedError, SourceError, UnreachableError

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture(scope="module")
def running_world():
    with World() as world:
        yield world


@pytest.fixture
def world(running_world):
    running_world.reset()
    return running_world


@pytest.fixture
def shop(world, monkeypatch):
    """A shop that is read like a public page."""
    monkeypatch.setattr("websites.sources.whmcs_api.source.WhmcsApiSource.is_public", True)
    shop = world.shop("alpha")
    shop.add_products(2, stock=5)
    return shop


def watcher(shop, **fields):
    website = make_website(url=shop.url, credentials=dict(shop.credentials), **fields)
    make_monitor(website, product_id="1")
    return website


def poll(*websites):
    return polling.cycle_now(website_ids=[website.pk for website in websites])


def due_in(website):
    website.refresh_from_db()
    return (website.next_poll_at - timezone.now()).total_seconds()


def test_equal_addresses_of_two_teams_are_read_once_and_recorded_for_both(shop, world):
    summary = poll(watcher(shop), watcher(shop))
    assert summary.websites_polled == 2
    assert len(world.calls("alpha")) == 1
    assert set(Monitor.objects.values_list("quantity", flat=True)) == {5}
    assert PollRun.objects.filter(outcome="changed").count() == 2


def test_another_address_of_the_host_waits_its_turn(shop, world):
    first, second = watcher(shop), watcher(shop, config={"currency": "EUR"})
    assert poll(first, second).websites_polled == 1
    assert len(world.calls("alpha")) == 1
    waited = next(one for one in (first, second) if not one.poll_runs.exists())
    assert 0 < due_in(waited) <= 2
    assert not Website.objects.suspect().exists()
    HostBudget.objects.update(next_at=timezone.now())
    assert poll(waited).websites_polled == 1


def test_a_host_that_refuses_is_left_alone_by_all_of_its_websites(shop, world):
    first, second = watcher(shop), watcher(shop, config={"currency": "EUR"})
    shop.fault("cloudflare", status=403)
    poll(first)
    budget = HostBudget.objects.get()
    assert budget.failure_count == 1
    assert budget.reason
    calls = len(world.calls("alpha"))
    poll(second)
    assert len(world.calls("alpha")) == calls
    assert due_in(second) > 25
    assert second.health == "never"


def test_a_good_answer_ends_the_pause(shop):
    website = watcher(shop)
    shop.fault("cloudflare", status=403)
    poll(website)
    HostBudget.objects.update(next_at=timezone.now())
    poll(website)
    budget = HostBudget.objects.get()
    assert (budget.failure_count, budget.reason, budget.busy_until) == (0, "", None)


def test_a_request_for_a_poll_survives_the_wait(shop):
    website = watcher(shop)
    permits, _ = hosts_take(["127.0.0.1"], timezone.now())
    run = poll_request(website=website)
    poll(website)
    run.refresh_from_db()
    assert run.finished_at is None
    host_give(permits["127.0.0.1"], None, timezone.now() - timedelta(minutes=1))
    poll(website)
    run.refresh_from_db()
    assert run.state == "done"


def test_two_workers_never_get_the_same_host():
    now = timezone.now()
    permits, later = hosts_take(["a.example", "b.example"], now)
    assert set(permits) == {"a.example", "b.example"}
    again, later = hosts_take(["a.example"], now)
    assert again == {}
    assert later["a.example"] > now


def test_the_host_of_a_dead_reader_is_free_again_after_its_lease(settings):
    now = timezone.now()
    (zombie,) = hosts_take(["a.example"], now)[0].values()
    after = now + timedelta(seconds=settings.POLL_LEASE_SECONDS + 1)
    assert hosts_take(["a.example"], after)[0]
    host_give(zombie, BlockedError("no"), after)
    assert HostBudget.objects.get().failure_count == 0


REFUSED = SourceError("x", status=503)


@pytest.mark.parametrize(
    ("error", "failures", "least", "most"),
    [
        (None, 0, 1, 1.5),
        (UnreachableError("x"), 0, 1, 1.5),
        (AuthError("x", status=401), 0, 1, 1.5),
        (REFUSED, 1, 30, 36),
        (REFUSED, 3, 120, 144),
        (REFUSED, 30, 3600, 4320),
        (BlockedError("x", retry_after=500), 1, 500, 600),
    ],
)
def test_pauses_double_and_honour_what_the_host_asked_for(error, failures, least, most):
    assert pause_seconds(error, failure_count=failures, gap=1, jitter=0) == least
    assert pause_seconds(error, failure_count=failures, gap=1, jitter=1) == pytest.approx(most)


def test_why_not_running_names_the_pause_of_the_host(shop):
    first, second = watcher(shop), watcher(shop, config={"currency": "EUR"})
    assert not any("left alone" in reason for reason in why_not_running(second))
    shop.fault("cloudflare", status=403)
    poll(first)
    assert any("left alone" in reason for reason in why_not_running(second))
