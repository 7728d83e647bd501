"""The source against the fake shop when things go wrong: every error says what to do next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.whmcs import Shop
from websites.choices import Health
from websites.sources.base import SourceContext
from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    EmptyCatalogueError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)
from websites.sources.whmcs_rest import source
from websites.sources.whmcs_rest.source import WhmcsRestSource

pytestmark = [pytest.mark.integration, pytest.mark.once]

KNOWN = {"base": "/api/v2", "pages": 1}
LONG = 501
"""One product more than a page holds."""


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """WHMCS 9 with three products: 5 in stock, 0, and stock control off."""
    shop.configure(dialect="9.0")
    return shop


def source_of(shop: Shop, memory: dict[str, Any] | None = None) -> WhmcsRestSource:
    return WhmcsRestSource(SourceContext(shop.url, memory=memory or {}))


def failure(shop: Shop, memory: dict[str, Any] | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source_of(shop, memory).read(())
    assert caught.value.advice
    return caught.value


def pass_once(shop: Shop) -> None:
    """The next answer is sent as it is; faults that follow wait for the one after."""
    shop.fault("delay", seconds=0)


def json_fault(shop: Shop, value: Any, *, status: int = 200, times: int | None = None) -> None:
    body = json.dumps(value)
    shop.fault("text", times=times, body=body, status=status, content_type="application/json")


# --- Shops without this API -----------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["6.3", "7.10", "8.3", "8.12"])
def test_an_older_shop_is_told_apart_with_the_way_out(shop: Shop, dialect: str) -> None:
    shop.configure(dialect=dialect)
    error = failure(shop)
    assert (type(error), error.code) == (BadAnswerError, "rest_missing")
    assert error.page_class == "not_found"
    assert "9.0" in error.advice
    assert "WHMCS API with credentials" in error.advice
    assert len(shop.calls("rest")) == 3


def test_a_shop_that_shows_its_home_page_for_every_address_has_no_rest(shop: Shop) -> None:
    shop.fault("html", times=None, body="<html><body><h1>Welcome</h1>0 Available</body></html>")
    assert failure(shop).code == "rest_missing"


def test_a_shop_that_went_back_to_an_older_version_is_told_apart_too(shop: Shop) -> None:
    shop.configure(rest="off")
    assert failure(shop, KNOWN).code == "rest_missing"


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("php_error", {}),
        ("rate_limited", {}),
        ("maintenance_page", {}),
        ("truncated", {}),
        ("reset", {}),
        ("redirect", {}),
    ],
)
def test_trouble_is_no_proof_that_the_api_is_missing_and_ends_the_search(
    shop: Shop, fault: str, options: dict[str, Any]
) -> None:
    shop.fault(fault, times=None, **options)
    assert failure(shop).code != "rest_missing"
    assert len({call.at for call in shop.calls("rest")}) <= 2


def test_a_mode_that_a_firewall_blocks_does_not_hide_the_one_that_answers(shop: Shop) -> None:
    shop.configure(rest="query")
    shop.fault("forbidden_html")
    snapshot = source_of(shop).read(())
    assert len(snapshot.readings) == 3
    assert snapshot.memory == {"base": "/index.php?rp=/api/v2", "pages": 1}


@pytest.mark.parametrize("fault", ["forbidden_html", "cloudflare", "login_wall"])
def test_a_known_mode_that_refuses_us_is_asked_once(shop: Shop, fault: str) -> None:
    shop.fault(fault, times=None)
    assert failure(shop, KNOWN).code != "rest_missing"
    assert len(shop.calls("rest")) == 1


def test_a_shop_that_blocks_every_mode_is_blocked(shop: Shop) -> None:
    shop.fault("forbidden_html", times=None)
    error = failure(shop)
    assert (type(error), error.health) == (BlockedError, Health.BLOCKED)
    assert "api/v2" in error.advice


# --- Answers that list nothing --------------------------------------------------------------


@pytest.mark.parametrize("memory", [None, KNOWN])
def test_a_limit_of_requests_without_retry_after_is_understood(
    shop: Shop, memory: dict[str, Any] | None
) -> None:
    """The vendor's answer: no Retry-After, no X-RateLimit headers."""
    json_fault(shop, {"message": "Rate Limit Exceeded"}, status=429)
    error = failure(shop, memory)
    assert (type(error), error.retry_after) == (RateLimitedError, None)
    assert error.health is Health.RATE_LIMITED
    assert len(shop.calls()) == 1


def test_a_limit_told_with_200_is_understood_too(shop: Shop) -> None:
    json_fault(shop, {"message": "Rate Limit Exceeded"})
    assert isinstance(failure(shop), RateLimitedError)


@pytest.mark.parametrize("status", [401, 403])
def test_a_shop_that_shows_guests_nothing_names_the_other_source(shop: Shop, status: int) -> None:
    json_fault(shop, {"message": "Unauthenticated."}, status=status)
    error = failure(shop)
    assert isinstance(error, AuthError)
    assert "Unauthenticated" in error.message
    assert "WHMCS API with credentials" in error.advice


def test_a_foreign_message_is_quoted_without_markup(shop: Shop) -> None:
    json_fault(shop, {"message": "Module <b>failed</b>\r\n to load"})
    assert "Module failed to load" in failure(shop).message


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"data": []}, EmptyCatalogueError),
        ({"data": None}, BadAnswerError),
        ({"data": {}}, BadAnswerError),
        ({"data": "[]"}, BadAnswerError),
        ({"products": [{"id": 1}]}, BadAnswerError),
        ({"data": [None, 5, "x"]}, BadAnswerError),
        ({"data": [{"name": "VPS"}]}, BadAnswerError),
        ([], BadAnswerError),
        (None, BadAnswerError),
        (True, BadAnswerError),
    ],
)
@pytest.mark.parametrize("memory", [None, KNOWN])
def test_json_of_another_shape_is_no_stock(
    shop: Shop, value: Any, kind: type[SourceError], memory: dict[str, Any] | None
) -> None:
    json_fault(shop, value)
    assert isinstance(failure(shop, memory), kind)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"stock_control_enabled": True, "stock_quantity": None}, ("unknown", None, True)),
        ({"stock_control_enabled": True}, ("unknown", None, True)),
        ({"stock_control_enabled": True, "stock_quantity": "many"}, ("unknown", None, True)),
        ({"stock_control_enabled": True, "stock_quantity": 1.5}, ("unknown", None, True)),
        ({"stock_control_enabled": True, "stock_quantity": False}, ("unknown", None, True)),
        ({"stock_control_enabled": True, "stock_quantity": "7"}, ("in_stock", 7, True)),
        ({"stock_control_enabled": False, "stock_quantity": 0}, ("in_stock", None, False)),
        ({"stock_control_enabled": None, "stock_quantity": 0}, ("unknown", None, None)),
        ({"stock_control_enabled": "yes", "stock_quantity": 3}, ("unknown", None, None)),
        ({"stock_quantity": 0}, ("unknown", None, None)),
        ({"stock_quantity": None}, ("unknown", None, None)),
        ({}, ("unknown", None, None)),
    ],
)
def test_an_odd_value_is_unknown_and_never_zero(
    shop: Shop, row: dict[str, Any], expected: tuple[str, int | None, bool | None]
) -> None:
    json_fault(shop, {"data": [{"id": 1, "name": "VPS", **row}]})
    (reading,) = source_of(shop).read(()).readings
    assert (reading.availability.value, reading.quantity, reading.stock_control) == expected


# --- Pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [None, {"base": "/api/v2", "pages": 2}])
@pytest.mark.parametrize("fault", ["php_error", "truncated", "login_wall", "reset", "empty"])
def test_a_later_page_that_fails_leaves_no_half_list(
    shop: Shop, fault: str, memory: dict[str, Any] | None
) -> None:
    shop.add_products(LONG - 3)
    pass_once(shop)
    shop.fault(fault, times=None)
    assert failure(shop, memory).code
    assert not source_of(shop, memory).check().ok


def test_a_list_that_moved_between_two_pages_is_not_whole(shop: Shop) -> None:
    """A product that went away lets others slip to an earlier page, or one appears twice."""
    shop.add_products(LONG - 3)
    pass_once(shop)
    json_fault(shop, {"data": [{"id": 500, "name": "VPS 500"}]}, times=1)
    assert not source_of(shop).read(()).is_complete


def test_a_shop_that_does_not_turn_pages_is_not_whole(shop: Shop) -> None:
    rows = [{"id": pid, "name": f"VPS {pid}"} for pid in range(1, 51)]
    json_fault(shop, {"data": rows})
    snapshot = source_of(shop).read(())
    assert not snapshot.is_complete
    assert snapshot.requests_made == 2
    result = source_of(shop).check()
    assert (result.ok, result.code) == (False, "partial_answer")
    assert result.advice


def test_a_list_without_end_is_given_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_PAGES", 3)
    shop.configure(rest_page_cap=50)
    shop.add_products(200)
    snapshot = source_of(shop).read(())
    assert (snapshot.is_complete, snapshot.requests_made) == (False, 3)


def test_all_pages_share_one_deadline(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "DEADLINE_SECONDS", 0.15)
    shop.configure(rest_page_cap=50)
    shop.add_products(200)
    shop.fault("delay", times=None, seconds=0.06)
    error = failure(shop)
    assert (type(error), error.code) == (UnreachableError, "timeout")
    assert len(shop.calls()) < 5


def test_all_pages_share_one_limit_of_size(shop: Shop, settings: Any) -> None:
    shop.configure(rest_page_cap=50)
    shop.add_products(200)
    size = source_of(shop).read(()).bytes_read
    settings.HTTP_MAX_BODY_BYTES = size - 100
    assert failure(shop).code == "too_large"


def test_a_redirect_to_another_host_names_the_address_to_enter(shop: Shop) -> None:
    shop.fault("redirect", location="http://localhost:9/shop/api/v2/store/products", times=None)
    assert "http://localhost:9/shop." in failure(shop).advice
