"""The connection test: what it says when all is well, and the exact fix when not."""

from __future__ import annotations

import pytest

from demo.whmcs import Shop
from demo.world import World
from websites.sources.base import CheckResult, SourceContext
from websites.sources.whmcs_api.source import WhmcsApiSource

pytestmark = pytest.mark.once


def check(shop: Shop, **credentials: str) -> CheckResult:
    context = SourceContext(shop.url, {}, {**shop.credentials, **credentials})
    return WhmcsApiSource(context).check()


def test_a_good_connection_says_what_it_sees(shop: Shop) -> None:
    result = check(shop)
    assert (result.ok, result.code) == (True, "ok")
    assert result.message == "OK: 3 products, 1 with stock numbers, WHMCS 8.12.1."
    assert result.details == {"products": 3, "with_numbers": 1, "version": "8.12.1"}
    assert "zero means" in result.advice


@pytest.mark.parametrize("dialect", ["6.3", "7.10"])
def test_a_version_that_is_not_told_breaks_nothing(shop: Shop, dialect: str) -> None:
    shop.configure(dialect=dialect)
    result = check(shop)
    assert result.ok
    assert "version not told" in result.message


def test_a_role_without_the_version_action_breaks_nothing(shop: Shop) -> None:
    shop.refuse_action("WhmcsDetails")
    assert check(shop).ok


def test_a_version_without_stock_is_told(shop: Shop) -> None:
    shop.configure(dialect="8.3")
    result = check(shop)
    assert result.ok
    assert "8.12" in result.advice


def test_numbers_everywhere_need_no_advice(shop: Shop) -> None:
    shop.set_stocks({1: 1, 2: 2, 3: 3})
    assert check(shop).advice == ""


def test_a_wrong_secret_is_sent_only_once(shop: Shop) -> None:
    result = check(shop, secret="wrong")
    assert (result.ok, result.code) == (False, "bad_credentials")
    assert result.advice
    assert len(shop.calls()) == 1


def test_a_role_without_products_is_not_ok(shop: Shop) -> None:
    shop.refuse_action("WhmcsDetails", "GetProducts")
    result = check(shop)
    assert (result.ok, result.code) == (False, "permission_missing")
    assert "GetProducts" in result.message


def test_an_empty_shop_is_not_ok(shop: Shop) -> None:
    shop.remove(1, 2, 3)
    assert check(shop).code == "empty_catalogue"


def test_a_shop_that_moved_tells_its_new_address(world: World, shop: Shop) -> None:
    old = world.shop("old")
    old.fault("redirect", location=shop.api_url, status=308, times=None)
    result = check(old)
    assert result.ok
    assert f"as the address: {shop.url}" in result.advice


def test_discovery_lists_everything(shop: Shop) -> None:
    source = WhmcsApiSource(SourceContext(shop.url, {}, shop.credentials))
    assert [reading.product_id for reading in source.discover()] == ["1", "2", "3"]
