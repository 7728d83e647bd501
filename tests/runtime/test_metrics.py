"""/metrics: who may read it, and that every number is what the tables say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_q.tasks import async_task
from prometheus_client.parser import text_string_to_metric_families

from common.queues import POLL, cluster_of, clusters
from monitoring.choices import PollOutcome, PollState
from monitoring.models import PollRun
from runtime import events, heartbeats
from runtime.choices import What
from runtime.events import Happening
from runtime.metrics.collector import DatabaseCollector, exposition
from runtime.metrics.definitions import DEFINITIONS, PREFIX
from runtime.metrics.messages import quantile
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import SECRET, make_channel, make_event, make_notification

pytestmark = [pytest.mark.django_db, pytest.mark.integration]

TOKEN = "planted-metrics-token"


def ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


def samples(**options: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """(name without the prefix, labels) -> value, as a scraper reads them."""
    text = exposition("", **options)[0].decode()
    return {
        (one.name.removeprefix(PREFIX), frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def value(name: str, *, found: dict[Any, float] | None = None, **labels: str) -> float | None:
    return (found or samples()).get((name, frozenset(labels.items())))


# --- Who may read ------------------------------------------------------------------------------


def test_without_a_token_a_stranger_of_this_machine_sees_no_metrics(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    client.force_login(make_user(team=make_team(), is_staff=True))
    assert client.get("/metrics").status_code == 404


def test_a_superuser_sees_them(client: Client) -> None:
    client.force_login(make_user(is_superuser=True))
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer ünknown", 401),
        (TOKEN, 401),
        ("", 401),
    ],
)
def test_a_scraper_needs_the_token(client: Client, settings: Any, given: str, status: int) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer) is (status == 401)
    assert TOKEN not in answer.content.decode()


def test_a_database_that_is_away_is_told_and_shows_nothing(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = TOKEN

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("server at 10.1.2.3 is away")

    monkeypatch.setattr("runtime.metrics.views.exposition", refuse)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, b"10.1" in answer.content) == (503, False)


def test_a_scraper_that_asks_for_openmetrics_gets_it() -> None:
    body, content_type = exposition("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


# --- What is told ------------------------------------------------------------------------------


def test_every_metric_is_a_gauge_with_a_help_text_and_the_labels_of_its_definition() -> None:
    found = {family.name: family for family in DatabaseCollector().collect()}
    assert set(found) == set(DEFINITIONS)
    for name, family in found.items():
        assert family.type == "gauge"
        assert family.documentation == DEFINITIONS[name].help
        for one in family.samples:
            assert set(one.labels) == set(DEFINITIONS[name].labels)


def test_nothing_of_a_team_or_a_secret_is_told_unless_teams_are_asked_for() -> None:
    team = make_team(name="Secretive")
    website = make_website(team, name="hidden-shop", last_success_at=ago(5))
    make_monitor(website, product_name="hidden-product")
    channel = make_channel(team, name="hidden-channel")
    make_notification(channel, subject="hidden-subject")
    for by_team in (False, True):
        text = exposition("", by_team=by_team)[0].decode()
        for word in ("hidden", "Secretive", SECRET, "planted", "127.0.0.1"):
            assert word not in text
        assert (team.slug in text) is by_team


def test_teams_are_told_apart_where_that_is_asked_for(client: Client, settings: Any) -> None:
    one, other = make_team(), make_team()
    make_website(one)
    make_website(other)
    found = samples(by_team=True)
    labels = {"source": "whmcs_api", "health": "never"}
    for team in (one, other):
        assert value("websites", found=found, team=team.slug, **labels) == 1
    settings.METRICS_TOKEN = TOKEN
    key = {"Authorization": f"Bearer {TOKEN}"}
    assert one.slug not in client.get("/metrics", headers=key).content.decode()
    assert one.slug in client.get("/metrics?by=team", headers=key).content.decode()
    settings.METRICS_BY_TEAM = True
    assert one.slug in client.get("/metrics", headers=key).content.decode()


def test_websites_are_counted_by_kind_and_health_and_paused_ones_are_paused() -> None:
    make_website(health="ok")
    make_website(health="ok", source="auto", resolved_source="whmcs_rest")
    make_website(health="ok", source="auto")
    make_website(health="unreachable", is_active=False)
    found = samples()
    for kind, health in (("whmcs_api", "ok"), ("whmcs_rest", "ok"), ("auto", "ok"),
                         ("whmcs_api", "paused")):  # fmt: skip
        assert value("websites", found=found, source=kind, health=health) == 1


def test_the_age_of_the_last_good_read_is_that_of_the_oldest_active_polled_website() -> None:
    make_website(last_success_at=ago(20))
    make_website(last_success_at=ago(100))
    make_website(last_success_at=ago(9000), is_active=False)
    make_website()
    make_website(source="manual", last_success_at=ago(9000))
    found = samples()
    kind = {"source": "whmcs_api"}
    oldest = value("last_good_read_age_seconds_max", found=found, **kind)
    assert oldest is not None
    assert 100 <= oldest < 160
    buckets = [
        value("last_good_read_age_seconds_bucket", found=found, le=le, **kind)
        for le in ("15", "60", "300", "+Inf")
    ]
    assert buckets == [0, 1, 2, 2]
    assert value("websites_never_read", found=found, **kind) == 1
    assert value("last_good_read_age_seconds_max", found=found, source="manual") is None


def test_due_queued_and_polling_websites_are_told_apart() -> None:
    make_website(next_poll_at=ago(50))
    make_website(next_poll_at=ago(-50))
    make_website(next_poll_at=ago(10), queued_at=ago(10))
    make_website(next_poll_at=ago(10), lease_expires_at=ago(-30))
    make_website(next_poll_at=ago(500), is_active=False)
    found = samples()
    kind = {"source": "whmcs_api"}
    assert value("websites_due", found=found, **kind) == 1
    late = value("due_lateness_seconds_max", found=found, **kind)
    assert late is not None
    assert 50 <= late < 110
    assert value("websites_queued", found=found, **kind) == 1
    waited = value("websites_queued_age_seconds_max", found=found, **kind)
    assert waited is not None
    assert 10 <= waited < 70
    assert value("websites_polling", found=found, **kind) == 1


def test_the_outcome_of_the_newest_finished_poll_counts_once_per_website() -> None:
    website = make_website()
    done = {"website": website, "state": PollState.DONE, "source": "whmcs_rest"}
    failed = {**done, "state": PollState.FAILED, "outcome": PollOutcome.ERROR}
    PollRun.objects.create(**failed)
    PollRun.objects.create(outcome=PollOutcome.UNCHANGED, count=500, **done)
    PollRun.objects.create(website=website, state=PollState.QUEUED)
    PollRun.objects.create(**{**done, "website": make_website(is_active=False)})
    found = {key: n for key, n in samples().items() if key[0] == "websites_by_last_poll"}
    ((_, labels),) = found
    assert dict(labels) == {"source": "whmcs_rest", "outcome": "unchanged"}
    assert list(found.values()) == [1]


def test_the_outbox_tells_what_could_be_sent_now_from_what_waits() -> None:
    channel = make_channel()
    paused = make_channel(kind="telegram", paused_until=ago(-60))
    old = make_notification(channel, next_attempt_at=ago(40))
    type(old).objects.filter(pk=old.pk).update(created_at=ago(100))
    make_notification(channel, next_attempt_at=ago(-40))
    make_notification(channel, status="sending", claimed_until=ago(-20))
    make_notification(channel, status="sent", sent_at=ago(0))
    make_notification(paused, next_attempt_at=ago(5))
    found = samples()
    for state in ("due", "waiting", "sending"):
        assert value("outbox_messages", found=found, channel="webhook", state=state) == 1
    assert value("outbox_messages", found=found, channel="telegram", state="due") == 0
    assert value("outbox_messages", found=found, channel="telegram", state="waiting") == 1
    age = value("outbox_age_seconds_max", found=found, channel="webhook")
    late = value("outbox_lateness_seconds_max", found=found, channel="webhook")
    assert age is not None
    assert late is not None
    assert 100 <= age < 160
    assert 40 <= late < 100
    assert value("messages_last_hour", found=found, channel="webhook", status="sent") == 1
    assert value("channels", found=found, channel="webhook", health="unknown") == 1


def test_the_latency_counts_from_the_first_event_and_leaves_out_what_was_to_wait() -> None:
    channel = make_channel()
    for seconds in (1, 2, 30):
        row = make_notification(channel, status="sent", sent_at=ago(0))
        row.events.set([make_event(created_at=ago(seconds)), make_event(created_at=ago(0))])
    late = {"status": "sent", "sent_at": ago(0)}
    held = make_notification(channel, release_at=ago(1), **late)
    resent = make_notification(channel, resend_of=held, **late)
    make_notification(channel, **late).events.clear()  # a test message
    for row in (held, resent):
        row.events.set([make_event(created_at=ago(3000))])
    found = samples()
    told = {
        share: value("delivery_latency_seconds", found=found, channel="webhook", quantile=share)
        for share in ("0.5", "0.95", "0.99", "1")
    }
    assert {share: round(seconds or 0) for share, seconds in told.items()} == {
        "0.5": 2, "0.95": 30, "0.99": 30, "1": 30,
    }  # fmt: skip


def test_events_are_counted_for_an_hour_and_those_nobody_planned_have_an_age() -> None:
    make_event(event_type="restocked", created_at=ago(90))
    make_event(event_type="restocked", created_at=ago(4000), planned_at=ago(3999))
    found = samples()
    assert value("events_last_hour", found=found, event_type="restocked") == 1
    assert value("events_unplanned", found=found) == 1
    age = value("events_unplanned_age_seconds_max", found=found)
    assert age is not None
    assert 90 <= age < 150


def test_the_queue_its_signs_of_life_and_what_happened_to_processes_are_told() -> None:
    heartbeats.beat(heartbeats.TICKER, ago(7))
    async_task("runtime.tasks.canary", cluster=cluster_of(POLL))
    async_task("runtime.tasks.canary", cluster=f"{cluster_of(POLL)}@mine")
    for seconds in (10, 20, 5000):
        events.write([Happening("core", What.DIED, "ended", ago(seconds))], instance="a")
    found = samples()
    beat = value("heartbeat_age_seconds", found=found, part="ticker")
    assert beat is not None
    assert 7 <= beat < 67
    names = {name.rpartition(" ")[2] for name in clusters().values()}
    assert {dict(key[1])["queue"] for key in found if key[0] == "queue_tasks_waiting"} == names
    assert sum(n for key, n in found.items() if key[0] == "queue_tasks_waiting") == 1
    assert value("process_events_last_hour", found=found, process="core", what="died") == 2


def test_a_scrape_takes_as_many_statements_for_many_rows_as_for_few(
    django_assert_max_num_queries: Any,
) -> None:
    def fill() -> None:
        for _ in range(5):
            website = make_website(last_success_at=ago(5))
            make_monitor(website)
            PollRun.objects.create(website=website, state=PollState.DONE, outcome="changed")
            channel = make_channel(website.team)
            row = make_notification(channel, status="sent", sent_at=ago(0))
            row.events.set([make_event(website=website)])

    for _ in range(3):
        fill()
        with django_assert_max_num_queries(16):
            exposition("", by_team=True)


@pytest.mark.unit
@pytest.mark.once
def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert [quantile([1, 2, 3, 4], share) for share in (0.5, 0.75, 0.76, 1)] == [2, 3, 4, 4]
    assert quantile([7], 0.01) == 7
