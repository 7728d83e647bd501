"""Websites of the source `auto`: what reads them before a connection test, and after."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from common.errors import InvalidInputError
from demo.whmcs import Shop
from monitoring.models import MonitorHistory, PollRun
from monitoring.services.leases import take
from monitoring.services.polling import cycle_now
from tests.factories import make_monitor, make_team, make_website
from websites.models import HostBudget, Website
from websites.services import website_check, website_create, website_update
from websites.sources.registry import AUTO_KINDS, SOURCES

pytestmark = pytest.mark.django_db

REST, API = "whmcs_rest", "whmcs_api"


@pytest.fixture
def shop(shop: Shop, settings: Any) -> Shop:
    settings.HOST_MIN_GAP_SECONDS = 0
    shop.configure(dialect="9.0")
    return shop


def auto(shop: Shop, *, is_known: bool = False, **fields: Any) -> Website:
    credentials = shop.credentials if is_known else {}
    return make_website(source="auto", url=shop.url, credentials=credentials, **fields)


def remembered(website: Website) -> Any:
    """What the REST API wanted to be remembered."""
    return website.memory.get("sources", {}).get(REST, website.memory)


def stored(website: Website) -> Website:
    return Website.objects.get(pk=website.pk)


def test_no_credentials_are_needed() -> None:
    website = website_create(team=make_team(), name="Alpha", url="shop.example")
    assert (website.source, website.credentials, website.kind) == ("auto", {}, REST)


@pytest.mark.parametrize(("given", "missing"), [("identifier", "secret"), ("secret", "identifier")])
def test_half_a_pair_of_credentials_is_refused(given: str, missing: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        website_create(team=make_team(), name="Alpha", url="shop.example", credentials={given: "x"})
    assert caught.value.fields == {missing: ["Give both or neither."]}


@pytest.mark.parametrize(("is_known", "kind"), [(True, API), (False, REST)])
def test_before_any_test_the_credentials_decide(shop: Shop, is_known: bool, kind: str) -> None:
    website = auto(shop, is_known=is_known)
    assert (website.resolved_source, website.kind) == ("", kind)
    cycle_now(website_ids=[website.pk])
    assert PollRun.objects.get().source == kind
    assert stored(website).health == "ok"


@pytest.mark.parametrize("is_known", [True, False])
def test_the_connection_test_prefers_the_rest_api(shop: Shop, is_known: bool) -> None:
    website = auto(shop, is_known=is_known)
    result = website_check(website=website)
    assert result.ok
    assert result.message.endswith("Found: WHMCS REST API.")
    assert result.details["source"] == REST
    assert stored(website).resolved_source == website.resolved_source == REST
    cycle_now(website_ids=[website.pk])
    assert PollRun.objects.get().source == REST


def test_an_older_shop_is_read_with_the_credentials(shop: Shop) -> None:
    shop.configure(dialect="8.12")
    website = auto(shop, is_known=True)
    result = website_check(website=website)
    assert (result.ok, result.details["tried"]) == (True, {REST: "rest_missing", API: "ok"})
    assert stored(website).resolved_source == API


def test_an_older_shop_without_credentials_is_read_by_its_public_pages(shop: Shop) -> None:
    shop.configure(dialect="8.12")
    website = auto(shop)
    result = website_check(website=website)
    assert (result.ok, result.details["source"]) == (True, "whmcs_storefront")
    cycle_now(website_ids=[website.pk])
    assert PollRun.objects.get().source == "whmcs_storefront"


def test_where_pages_are_not_allowed_it_says_what_is_needed(shop: Shop) -> None:
    shop.configure(dialect="8.12")
    website = auto(shop)
    website_update(website=website, config={"allow_pages": False})
    result = website_check(website=website)
    assert (result.ok, result.code) == (False, "rest_missing")
    assert "with credentials" in result.advice
    assert stored(website).resolved_source == ""


def test_wrong_credentials_of_an_older_shop_are_named(shop: Shop) -> None:
    shop.configure(dialect="8.12", secret="changed")
    website = make_website(
        source="auto", url=shop.url, credentials={"identifier": "demo-identifier", "secret": "x"}
    )
    result = website_check(website=website)
    assert (result.ok, result.details["source"]) == (True, "whmcs_storefront")
    assert "WHMCS API" in result.advice
    website_update(website=website, config={"allow_pages": False})
    assert website_check(website=website).code == "bad_credentials"


def test_a_source_that_is_named_is_the_only_one_tried(shop: Shop) -> None:
    website = make_website(source=API, url=shop.url, credentials=shop.credentials)
    assert website_check(website=website).ok
    assert stored(website).resolved_source == ""
    assert not shop.calls("rest")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://127.0.0.1:9/other", "credentials": {"identifier": "a", "secret": "b"}},
        {"source": API},
        {"credentials": {"secret": "new"}},
        {"config": {"currency": "EUR"}},
    ],
)
def test_a_change_of_the_connection_forgets_what_was_found(
    shop: Shop, change: dict[str, Any]
) -> None:
    website = auto(shop, is_known=True)
    website_check(website=website)
    website_update(website=website, **change)
    assert stored(website).resolved_source == website.resolved_source == ""


def test_a_change_of_other_things_forgets_nothing(shop: Shop) -> None:
    website = auto(shop)
    website_check(website=website)
    website_update(website=website, name="Renamed", poll_interval=30)
    assert stored(website).resolved_source == REST


def test_a_website_changed_during_its_test_keeps_its_own_source(shop: Shop) -> None:
    website = auto(shop)
    website_update(website=stored(website), name="Renamed")
    assert website_check(website=website).ok
    assert stored(website).resolved_source == ""


def test_a_poll_under_way_while_the_source_changes_is_dropped(shop: Shop) -> None:
    website = auto(shop, is_known=True)
    lease = take([website.pk], website.next_poll_at, only_queued=False)[0]
    assert lease.kind == API
    website_check(website=website)
    assert stored(website).fence > lease.fence


def test_testing_again_disturbs_nothing(shop: Shop) -> None:
    website = auto(shop)
    website_check(website=website)
    cycle_now(website_ids=[website.pk])
    before = stored(website)
    assert remembered(before) == {"base": "/api/v2", "pages": 1}
    website_check(website=stored(website))
    after = stored(website)
    assert (after.memory, after.fence, after.applied_hash) == (
        before.memory,
        before.fence,
        before.applied_hash,
    )


def test_credentials_that_no_key_opens_are_not_read_around(shop: Shop, settings: Any) -> None:
    website = auto(shop, is_known=True)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    cycle_now(website_ids=[website.pk])
    assert stored(website).last_error_code == "credentials_unreadable"
    assert not shop.calls("rest")


def test_a_change_over_rest_is_an_event(shop: Shop) -> None:
    website = auto(shop)
    make_monitor(website, product_id="1")
    website_check(website=website)
    cycle_now(website_ids=[website.pk])
    HostBudget.objects.all().delete()  # no pause of the host stands between the two polls
    shop.set_stock(1, 0)
    cycle_now(website_ids=[website.pk])
    event = MonitorHistory.objects.get(event_type="sold_out")
    assert event.metadata["evidence"]["source"] == REST
    assert remembered(stored(website)) == {"base": "/api/v2", "pages": 1}


def test_the_command_says_which_source_was_found(shop: Shop) -> None:
    website = auto(shop)
    out = StringIO()
    call_command("check_website", str(website.pk), stdout=out)
    assert "Found: WHMCS REST API." in out.getvalue()


def test_every_kind_auto_may_take_is_a_polled_one() -> None:
    assert all(SOURCES.get(kind).is_polled for kind in AUTO_KINDS)
