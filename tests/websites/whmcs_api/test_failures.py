"""The source against the fake shop when things go wrong: every error says what to do next."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django import Settings

from demo.whmcs import Shop
from demo.world import World
from tests.common.raw_server import read_request, serving
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
from websites.sources.whmcs_api import source as whmcs_api
from websites.sources.whmcs_api.source import WhmcsApiSource

pytestmark = pytest.mark.once


def failure(shop: Shop, **credentials: Any) -> SourceError:
    context = SourceContext(shop.url, {}, {**shop.credentials, **credentials})
    with pytest.raises(SourceError) as error:
        WhmcsApiSource(context).read(())
    assert "demo-secret" not in f"{error.value} {error.value.advice}"
    return error.value


@pytest.mark.parametrize("error_key", ["result", "status"])
@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::7"])
def test_a_refused_address_is_named_with_the_place_to_allow_it(
    shop: Shop, address: str, error_key: str
) -> None:
    shop.configure(caller_ip=address, error_key=error_key)
    error = failure(shop)
    assert isinstance(error, AuthError)
    assert error.code == "ip_not_allowed"
    assert error.health is Health.AUTH_FAILED
    assert f"address {address} to API IP Access Restriction" in error.advice
    assert "General Settings > Security" in error.advice


def test_an_access_key_replaces_the_address_list(shop: Shop) -> None:
    shop.configure(caller_ip="203.0.113.9", accesskey="key-1")
    assert failure(shop, accesskey="wrong").code == "ip_not_allowed"
    context = SourceContext(shop.url, {}, {**shop.credentials, "accesskey": "key-1"})
    assert WhmcsApiSource(context).read(()).readings


@pytest.mark.parametrize("wrong", [{"secret": "x"}, {"identifier": "x"}, {"secret": ""}])
def test_wrong_credentials_are_told_apart_from_other_refusals(
    shop: Shop, wrong: dict[str, str]
) -> None:
    error = failure(shop, **wrong)
    assert isinstance(error, AuthError)
    assert error.code == "bad_credentials"
    assert "API Credentials" in error.advice


def test_a_missing_permission_names_the_role_setting(shop: Shop) -> None:
    shop.refuse_action("GetProducts")
    error = failure(shop)
    assert isinstance(error, AuthError)
    assert error.code == "permission_missing"
    assert "tick GetProducts" in error.advice


@pytest.mark.parametrize(
    ("switch", "code"),
    [({"is_admin_disabled": True}, "account_disabled"),
     ({"has_api_permission": False}, "access_denied")],
)  # fmt: skip
def test_a_disabled_administrator_is_named(shop: Shop, switch: dict[str, bool], code: str) -> None:
    shop.configure(**switch)
    error = failure(shop)
    assert isinstance(error, AuthError)
    assert error.code == code


@pytest.mark.parametrize("message", ["Action not found", "The action getproducts was not found"])
def test_an_unknown_action_is_unsupported(shop: Shop, message: str) -> None:
    shop.fault("error", message=message, status=400)
    assert failure(shop).code == "unsupported"


def test_another_error_of_the_api_is_quoted_without_markup(shop: Shop) -> None:
    shop.fault("error", message="Module <b>failed</b>\r\n to load")
    error = failure(shop)
    assert (error.code, type(error)) == ("api_error", BadAnswerError)
    assert "Module failed to load" in error.message


def test_a_shop_that_echoes_the_secret_does_not_spread_it(shop: Shop) -> None:
    shop.fault("error", message=f"Bad value {shop.access.secret} in field")
    assert "Bad value *** in field" in failure(shop).message


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_in_the_old_text_format_is_understood(shop: Shop, status: int) -> None:
    body = "result=error;message=Invalid IP 198.51.100.4"
    shop.fault("text", body=body, status=status)
    error = failure(shop)
    assert error.code == "ip_not_allowed"
    assert "198.51.100.4" in error.advice


@pytest.mark.parametrize(
    "body", ["result=success;totalresults=1;products[product][0][pid]=1", "<?xml version='1.0'?>"]
)
def test_an_answer_in_another_format_is_no_stock(shop: Shop, body: str) -> None:
    shop.fault("text", body=body)
    assert failure(shop).code == "wrong_format"


@pytest.mark.parametrize(
    ("fault", "options", "kind", "code"),
    [
        ("html", {}, UnreachableError, "maintenance"),
        ("html", {"body": "<html><body>Welcome</body></html>"}, BadAnswerError, "not_whmcs"),
        ("html", {"body": "<html>Just a moment...</html>"}, BlockedError, "blocked"),
        ("text", {"body": "OK"}, BadAnswerError, "not_whmcs"),
        ("text", {"body": "[1, 2]"}, BadAnswerError, "not_whmcs"),
        ("text", {"body": '{"result":"success"}'}, EmptyCatalogueError, "empty_catalogue"),
        ("text", {"body": "<h1>Gone</h1>", "status": 404}, BadAnswerError, "api_not_found"),
        ("truncated", {}, BadAnswerError, "truncated"),
        ("empty", {}, BadAnswerError, "empty_answer"),
        ("text", {"body": "", "status": 302}, BadAnswerError, "redirected"),
        ("text", {"body": "maintenance", "status": 503}, UnreachableError, "maintenance"),
        ("php_error", {}, UnreachableError, "server_error"),
        ("forbidden_html", {}, BlockedError, "blocked"),
        ("cloudflare", {"status": 403}, BlockedError, "blocked"),
        ("cloudflare", {"status": 503}, BlockedError, "blocked"),
        ("cloudflare", {"status": 520}, UnreachableError, "server_error"),
        ("cloudflare", {"status": 522}, UnreachableError, "server_error"),
        ("rate_limited", {}, RateLimitedError, "rate_limited"),
        ("oversize", {}, BadAnswerError, "too_large"),
        ("oversize", {"declared": False}, BadAnswerError, "too_large"),
        ("reset", {}, UnreachableError, "connect_failed"),
    ],
)
def test_an_answer_that_is_no_listing_has_a_name_and_advice(
    shop: Shop, fault: str, options: dict[str, Any], kind: type[SourceError], code: str
) -> None:
    shop.fault(fault, times=None, **options)
    error = failure(shop)
    assert (type(error), error.code) == (kind, code)
    assert error.advice


@pytest.mark.parametrize("shape", ["list", "array", "object", "text", "missing"])
@pytest.mark.parametrize("totals", ["int", "string"])
def test_an_empty_catalogue_is_not_seen_and_never_sold_out(
    shop: Shop, shape: str, totals: str
) -> None:
    shop.remove(1, 2, 3)
    shop.configure(empty_shape=shape, totals=totals)
    error = failure(shop)
    assert isinstance(error, EmptyCatalogueError)
    assert error.code == "empty_catalogue"


def test_a_list_shorter_than_it_says_is_not_complete(shop: Shop) -> None:
    shop.fault("partial", keep=1)
    snapshot = WhmcsApiSource(SourceContext(shop.url, {}, shop.credentials)).read(())
    assert [reading.product_id for reading in snapshot.readings] == ["1"]
    assert not snapshot.is_complete


def test_retry_after_in_seconds_is_kept(shop: Shop) -> None:
    shop.fault("rate_limited", retry_after=120)
    assert failure(shop).retry_after == 120


def test_retry_after_as_a_date_becomes_seconds(shop: Shop) -> None:
    moment = datetime.now(tz=UTC) + timedelta(seconds=600)
    shop.fault("rate_limited", retry_after=format_datetime(moment, usegmt=True))
    wait = failure(shop).retry_after
    assert wait is not None
    assert 500 < wait <= 600


@pytest.mark.parametrize("value", [None, "soon", "-5", "1.5"])
def test_retry_after_that_says_nothing_is_unknown(shop: Shop, value: str | None) -> None:
    options: dict[str, Any] = {} if value is None else {"retry_after": value}
    shop.fault("rate_limited", **options)
    assert failure(shop).retry_after is None


def test_a_redirect_to_another_host_names_it_and_gives_no_secret_away(
    world: World, shop: Shop
) -> None:
    location = f"http://localhost:{world.server.port}/elsewhere/includes/api.php"
    shop.fault("redirect", location=location, status=307)
    error = failure(shop)
    assert (type(error), error.code) == (BadAnswerError, "redirected")
    assert f"http://localhost:{world.server.port}/elsewhere." in error.advice
    assert not world.elsewhere


def test_a_redirect_on_the_same_host_is_followed(world: World, shop: Shop) -> None:
    shop.fault("redirect", location=world.shop("alpha").api_url, status=301)
    source = WhmcsApiSource(SourceContext(shop.url, {}, shop.credentials))
    assert len(source.read(()).readings) == 3


@pytest.mark.parametrize("fault", ["drip", "hang"])
def test_a_shop_that_takes_too_long_is_given_up(
    shop: Shop, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whmcs_api, "DEADLINE_SECONDS", 0.15)
    shop.fault(fault, seconds=30)
    error = failure(shop)
    assert (type(error), error.code) == (UnreachableError, "timeout")


def test_nobody_at_the_address_is_unreachable() -> None:
    with serving(lambda connection: None) as port:
        pass
    source = WhmcsApiSource(SourceContext(f"http://127.0.0.1:{port}"))
    with pytest.raises(UnreachableError) as error:
        source.read(())
    assert error.value.code == "connect_failed"


def test_a_private_address_is_refused_with_advice(shop: Shop, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_NETWORKS = []
    error = failure(shop)
    assert (type(error), error.code) == (BadAnswerError, "address_refused")
    assert "ALLOW_PRIVATE_NETWORKS" in error.advice
    assert not shop.calls()


def test_credentials_travel_in_the_body_and_never_in_the_address() -> None:
    seen: list[bytes] = []
    done = threading.Event()

    def handle(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        done.set()

    with serving(handle) as port:
        context = SourceContext(
            f"http://127.0.0.1:{port}", {}, {"identifier": "id-1", "secret": "s-1"}
        )
        with pytest.raises(UnreachableError):
            WhmcsApiSource(context).read(())
        assert done.wait(2)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /includes/api.php HTTP/1.1")
    assert b"s-1" not in head
    assert b"secret=s-1" in body
    assert b"responsetype=json" in body
