"""One suite over every registered source kind: what goes wrong is an error with advice, and never a
reading that claims to know something."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.whmcs import Shop
from demo.world import World
from tests.contracts.sources import (
    PLANTED,
    POLLED,
    assert_silent,
    failure,
    learnt,
    source_of,
)
from websites.sources.base import SourceContext
from websites.sources.errors import RateLimitedError, SourceError
from websites.sources.registry import build

pytestmark = [pytest.mark.integration, pytest.mark.once]

# Where each kind says how long it may take.
DEADLINES = {
    "whmcs_api": "whmcs_api.source.DEADLINE_SECONDS",
    "whmcs_rest": "whmcs_rest.source.DEADLINE_SECONDS",
    "whmcs_storefront": "whmcs_storefront.source.READ_SECONDS",
}

# Answers that list nothing, whatever asked for them: (fault, options).
NO_LISTING: dict[str, tuple[str, dict[str, Any]]] = {
    "server error": ("php_error", {}),
    "maintenance": ("html", {}),
    "origin down": ("cloudflare", {"status": 521}),
    "challenge": ("cloudflare", {"status": 403}),
    "challenge 503": ("cloudflare", {"status": 503}),
    "firewall": ("forbidden_html", {}),
    "banned": ("ip_banned", {}),
    "log-in page": ("login_wall", {}),
    "not found": ("page_not_found", {}),
    "too many requests": ("rate_limited", {}),
    "empty": ("empty", {}),
    "breaks off": ("truncated", {}),
    "plain text": ("text", {"body": "OK"}),
    "null": ("text", {"body": "null", "content_type": "application/json"}),
    "a list": ("text", {"body": "[1, 2]", "content_type": "application/json"}),
    "other json": ("text", {"body": '{"data": {"a": 1}}', "content_type": "application/json"}),
    "no products": ("text", {"body": '{"data": [], "result": "success"}'}),
    "xml": ("text", {"body": "<?xml version='1.0'?><a/>", "content_type": "text/xml"}),
    "elsewhere": ("redirect", {}),
    "hangs up": ("reset", {}),
}
EMPTY_LISTS: tuple[dict[str, Any], ...] = (
    {"data": []},
    {"data": {}},
    {"products": {"product": []}, "result": "success"},
)


def break_everything(shop: Shop, name: str) -> None:
    fault, options = NO_LISTING[name]
    shop.fault(fault, times=None, **options)


@pytest.mark.parametrize("is_known", [False, True], ids=["stranger", "known"])
@pytest.mark.parametrize("name", NO_LISTING)
@pytest.mark.parametrize("kind", POLLED)
def test_an_answer_that_lists_nothing_is_an_error_with_advice(
    kind: str, name: str, is_known: bool, shop: Shop
) -> None:
    memory = learnt(kind, shop) if is_known else {}
    break_everything(shop, name)
    error = failure(kind, shop, **memory)
    assert error.code
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    assert_silent(error)
    result = source_of(kind, shop, **memory).check()
    assert (result.ok, result.code) == (False, error.code)
    assert result.advice
    assert_silent(result)


@pytest.mark.parametrize("kind", POLLED)
def test_nothing_is_sold_out_in_a_shop_that_lists_nothing(kind: str, shop: Shop) -> None:
    shop.remove(1, 2, 3)
    assert failure(kind, shop).code
    for value in EMPTY_LISTS:
        shop.fault("text", times=None, body=json.dumps(value))
        assert failure(kind, shop).code
        shop.clear_faults()


@pytest.mark.parametrize("kind", POLLED)
def test_a_shop_that_asks_to_wait_is_told_apart_with_the_wait(kind: str, shop: Shop) -> None:
    shop.fault("rate_limited", times=None, retry_after=120)
    error = failure(kind, shop)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after == 120
    shop.clear_faults()
    shop.fault("rate_limited", times=None)
    assert failure(kind, shop).retry_after is None


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("kind", POLLED)
def test_an_answer_without_end_is_cut_off(
    kind: str, declared: bool, shop: Shop, settings: Any
) -> None:
    settings.HTTP_MAX_BODY_BYTES = 100_000
    shop.fault("oversize", times=None, bytes=400_000, declared=declared)
    assert failure(kind, shop).code == "too_large"


@pytest.mark.parametrize("fault", ["hang", "drip"])
@pytest.mark.parametrize("kind", POLLED)
def test_a_slow_shop_is_given_up(
    kind: str, fault: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"websites.sources.{DEADLINES[kind]}", 0.2)
    shop.fault(fault, times=None, seconds=30)
    error = failure(kind, shop)
    assert error.code == "timeout"
    assert error.advice


@pytest.mark.parametrize("kind", POLLED)
def test_a_redirect_to_another_host_is_named_and_not_followed(
    kind: str, shop: Shop, world: World
) -> None:
    shop.fault("redirect", times=None, status=307)
    error = failure(kind, shop)
    assert error.code == "redirected"
    assert "localhost" in error.message + error.advice
    assert not world.elsewhere


@pytest.mark.parametrize("kind", POLLED)
def test_an_address_inside_is_refused_without_a_request(
    kind: str, shop: Shop, settings: Any
) -> None:
    settings.ALLOW_PRIVATE_NETWORKS = []
    error = failure(kind, shop)
    assert error.code == "address_refused"
    assert "ALLOW_PRIVATE_NETWORKS" in error.advice
    assert not shop.calls()


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://shop.example", "https://", "http://[::1"])
@pytest.mark.parametrize("kind", POLLED)
def test_an_address_that_is_none_is_an_error_like_any_other(kind: str, url: str) -> None:
    source = build(kind, SourceContext(url=url, credentials=PLANTED))
    with pytest.raises(SourceError) as caught:
        source.read(())
    assert_silent(caught.value)
    assert not source.check().ok


@pytest.mark.parametrize("kind", POLLED)
def test_after_the_trouble_it_reads_again(kind: str, shop: Shop) -> None:
    memory = learnt(kind, shop)
    shop.fault("php_error", times=None)
    failure(kind, shop, **memory)
    shop.clear_faults()
    snapshot = source_of(kind, shop, **memory).read(["1"])
    assert len(snapshot.readings) == 3
