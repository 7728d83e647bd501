"""The engine against the fake WHMCS over real sockets."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from common.errors import ConflictError
from common.patience import wait_for_background
from demo.world import World
from monitoring import tasks
from monitoring.models import Monitor, MonitorHistory, PollRun, StockRecord
from monitoring.services import polling
from monitoring.services.importing import products_import
from monitoring.services.monitors import monitor_update
from tests.factories import make_monitor, make_website
from tests.monitoring.polls import events
from websites.models import CatalogueProduct, Website

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
def shop(world):
    shop = world.shop("alpha")
    shop.add_products(3, stock=5)
    return shop


@pytest.fixture
def website(shop):
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    for pid in (1, 2, 3):
        make_monitor(website, product_id=str(pid))
    return website


def poll(website, **kwargs):
    return polling.cycle_now(website_ids=[website.pk], **kwargs)


def stock():
    return list(Monitor.objects.order_by("product_id").values_list("quantity", flat=True))


def test_fall_sell_out_and_restock_are_read_from_a_real_shop(website, shop):
    poll(website)
    assert stock() == [5, 5, 5]
    for number in (3, 0, 7):
        shop.set_stock(1, number)
        poll(website)
    assert events() == ["stock_decreased", "sold_out", "restocked"]
    assert stock() == [7, 5, 5]


def test_an_unchanged_poll_of_a_thousand_monitors_is_one_request_and_few_statements(world):
    shop = world.shop("large")
    shop.add_products(1000, stock=5)
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    products_import(website=website)
    poll(website)
    poll(website)
    before = (shop.request_count, StockRecord.objects.count(), MonitorHistory.objects.count())
    with CaptureQueriesContext(connection) as queries:
        summary = poll(website)
    work = [
        q["sql"]
        for q in queries
        if q["sql"].split(" ")[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}
    ]
    # One statement to choose the website, one to look at it, one to take the lease, then the poll.
    assert len(work) <= 3 + 4, work
    assert summary.monitors_checked == 1000
    assert shop.request_count == before[0] + 1
    assert (StockRecord.objects.count(), MonitorHistory.objects.count()) == before[1:]
    assert PollRun.objects.latest("id").count == 2


def test_an_identical_body_is_not_decoded_again(website, shop):
    poll(website)
    poll(website)
    with CaptureQueriesContext(connection) as queries:
        poll(website)
    assert not [q for q in queries if "monitoring_monitor" in q["sql"] and "MIN" not in q["sql"]]


def test_a_threshold_changed_on_a_quiet_shop_is_evaluated_at_the_next_poll(website):
    poll(website)
    poll(website)
    monitor_update(monitor=Monitor.objects.get(product_id="1"), threshold_low=9)
    poll(website)
    assert events() == ["threshold_breach_low"]


BAD_INPUT = {
    "wrong secret": (lambda s: s.configure(secret="another"), "auth_failed"),
    "address not allowed": (lambda s: s.configure(allowed_ips=["203.0.113.9"]), "auth_failed"),
    "role lacks the action": (lambda s: s.refuse_action("GetProducts"), "auth_failed"),
    "HTML with 200": (lambda s: s.fault("html"), "degraded"),
    "truncated JSON": (lambda s: s.fault("truncated"), "degraded"),
    "over the cap": (lambda s: s.fault("oversize"), "degraded"),
    "empty list": (lambda s: s.remove(1, 2, 3), "degraded"),
    "a part of the list": (lambda s: s.fault("partial"), "degraded"),
    "500": (lambda s: s.fault("php_error"), "degraded"),
    "empty body": (lambda s: s.fault("empty"), "degraded"),
    "a challenge": (lambda s: s.fault("cloudflare", status=403), "blocked"),
    "429": (lambda s: s.fault("rate_limited"), "rate_limited"),
    "429 with Retry-After": (lambda s: s.fault("rate_limited", retry_after=700), "rate_limited"),
    "another host": (
        lambda s: s.fault("redirect", location="http://localhost:9/elsewhere"),
        "degraded",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_leaves_stock_untouched_and_says_what_to_do(website, shop, case):
    spoil, health = BAD_INPUT[case]
    poll(website)
    shop.set_stock(1, 0)
    spoil(shop)
    summary = poll(website)
    website.refresh_from_db()
    assert stock() == [5, 5, 5]
    assert not set(events()) - {"website_unreachable"}
    assert StockRecord.objects.count() == 3
    assert website.health == health
    assert website.last_error
    assert website.last_advice
    assert summary.errors[0]["message"] == website.last_error
    assert PollRun.objects.latest("id").state == "failed"
    if case == "429 with Retry-After":
        assert website.next_poll_at >= timezone.now() + timedelta(seconds=690)


def test_a_slow_drip_is_cut_at_the_deadline(website, shop, monkeypatch):
    poll(website)
    monkeypatch.setattr("websites.sources.whmcs_api.source.DEADLINE_SECONDS", 0.5)
    shop.set_stock(1, 0)
    shop.fault("drip", seconds=3)
    poll(website)
    website.refresh_from_db()
    assert stock() == [5, 5, 5]
    assert website.last_error_code == "timeout"


def test_a_three_megabyte_catalogue_is_legitimate(world):
    shop = world.shop("wide")
    shop.add_products(300, stock=4, description="x" * 10_000)
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    make_monitor(website, product_id="300")
    summary = poll(website)
    assert summary.errors == []
    assert PollRun.objects.latest("id").bytes_read > 3_000_000
    assert stock() == [4]


@pytest.mark.django_db(transaction=True)
def test_a_hung_website_delays_no_other(world, monkeypatch):
    healthy, hung = world.shop("healthy"), world.shop("hung")
    sites = []
    for shop in (hung, healthy):
        shop.add_product(1, stock=5)
        website = make_website(url=shop.url, credentials=dict(shop.credentials))
        make_monitor(website, product_id="1")
        sites.append(website)
    monkeypatch.setattr("websites.sources.whmcs_api.source.DEADLINE_SECONDS", 1.5)
    hung.fault("hang", seconds=3)
    polling.websites_poll([s.pk for s in sites], only_queued=False, patience_seconds=0.3)
    assert Monitor.objects.get(website=sites[1]).quantity == 5
    sites[0].refresh_from_db()
    assert sites[0].lease_expires_at is not None
    assert wait_for_background(10)
    sites[0].refresh_from_db()
    assert sites[0].health == "degraded"
    assert Website.objects.filter(pk=sites[0].pk, lease_expires_at=None).exists()


def test_a_bug_in_a_source_fails_the_poll_and_nothing_else(website, monkeypatch):
    monkeypatch.setattr(
        "websites.sources.whmcs_api.source.WhmcsApiSource.read", lambda *_, **__: 1 / 0
    )
    assert poll(website).errors[0]["code"] == "internal_error"


def test_no_transaction_is_open_while_the_shop_is_asked(website, monkeypatch):
    import socket

    open_at_socket = []
    connect = socket.socket.connect

    def watched(self, address):
        inner = [block for block in connection.atomic_blocks if not vars(block)["_from_testcase"]]
        open_at_socket.append(bool(inner))
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    Website.objects.filter(pk=website.pk).update(url=website.url + "/")
    poll(website)
    assert not any(open_at_socket)
    assert stock() == [5, 5, 5]


def test_the_ticker_hands_due_websites_to_the_queue_by_id_only(website):
    assert polling.cycle_run() == 1
    assert polling.cycle_run() == 0
    assert OrmQ.objects.count() == 1
    assert OrmQ.objects.get().task["args"] == ([website.pk],)


def test_the_task_polls_what_the_ticker_claimed(website):
    assert tasks.run_cycle() == 1
    tasks.poll_websites([website.pk])
    tasks.poll_websites([website.pk])
    assert stock() == [5, 5, 5]
    assert PollRun.objects.get().monitors_checked == 3


def test_a_requested_poll_can_be_followed(website):
    run = polling.poll_request(website=website)
    assert run.state == "queued"
    polling.cycle_run()
    tasks.poll_websites([website.pk])
    run.refresh_from_db()
    assert (run.state, run.outcome, run.monitors_checked) == ("done", "changed", 3)


def test_a_paused_or_manual_website_cannot_be_polled():
    with pytest.raises(ConflictError):
        polling.poll_request(website=make_website(is_active=False))
    with pytest.raises(ConflictError):
        polling.poll_request(website=make_website(source="manual"))


def test_the_cycle_command_prints_what_programs_read(website):
    out = StringIO()
    call_command("run_cycle", "--json", stdout=out)
    summary = json.loads(out.getvalue())
    assert list(summary) == [
        "websites_polled", "monitors_checked", "changes", "events", "errors", "duration_seconds",
    ]  # fmt: skip
    assert (summary["websites_polled"], summary["monitors_checked"], summary["changes"]) == (
        1,
        3,
        3,
    )


def test_the_cycle_command_speaks_to_people(website, shop):
    out, err = StringIO(), StringIO()
    shop.fault("php_error")
    call_command("run_cycle", "--all", stdout=out, stderr=err)
    assert "1 websites polled" in out.getvalue()
    assert website.name in err.getvalue()
    out = StringIO()
    call_command("run_cycle", stdout=out)
    assert "--all" in out.getvalue()


def test_import_creates_monitors_from_what_the_shop_lists(shop):
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    make_monitor(website, product_id="1")
    progress = []
    summary = products_import(website=website, on_progress=lambda *step: progress.append(step))
    assert (summary.created, summary.existing, summary.total) == (2, 1, 3)
    assert progress[-1] == (3, 3)
    assert CatalogueProduct.objects.filter(website=website).count() == 3


def test_the_import_command_names_its_mistakes(shop):
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    out = StringIO()
    call_command("import_products", str(website.pk), "--product", "2", stdout=out)
    assert "1 monitors created" in out.getvalue()
    for arguments in (["Nowhere", "--all"], [website.name], [website.name, "--product", "99"]):
        with pytest.raises(CommandError):
            call_command("import_products", *arguments)
