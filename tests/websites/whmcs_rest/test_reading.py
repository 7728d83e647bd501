"""The source against the fake shop, over a real socket: what is read when all is well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from demo.whmcs import Shop
from demo.world import World
from websites.sources.base import Availability, Snapshot, SourceContext, StockReading
from websites.sources.whmcs_rest.source import WhmcsRestSource

pytestmark = pytest.mark.once

MODES = {
    "pretty": "/api/v2",
    "index": "/index.php/api/v2",
    "query": "/index.php?rp=/api/v2",
}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """WHMCS 9 with three products: 5 in stock, 0, and stock control off."""
    shop.configure(dialect="9.0")
    return shop


def read(shop: Shop, *, memory: Any = None, known_hash: str = "", **config: Any) -> Snapshot:
    context = SourceContext(shop.url, config, memory=memory or {})
    return WhmcsRestSource(context).read((), known_hash=known_hash)


def readings_of(shop: Shop, **config: Any) -> dict[str, StockReading]:
    return {one.product_id: one for one in read(shop, **config).readings}


def test_stock_is_exact_without_credentials(shop: Shop) -> None:
    reading = readings_of(shop)["1"]
    assert (reading.availability, reading.quantity) == (Availability.IN_STOCK, 5)
    assert reading.stock_control is True
    assert (reading.name, reading.token) == ("VPS S", "stock_quantity")
    assert reading.url == f"{shop.url}/cart.php?a=add&pid=1"
    assert (reading.group_id, reading.group_name) == ("1", "VPS")
    assert (reading.price, reading.currency) == (Decimal("4.99"), "USD")


@pytest.mark.parametrize("stock", [0, -2])
def test_zero_and_oversold_are_sold_out_with_their_number(shop: Shop, stock: int) -> None:
    shop.set_stock(1, stock)
    reading = readings_of(shop)["1"]
    assert (reading.availability, reading.quantity) == (Availability.OUT_OF_STOCK, stock)
    assert not reading.is_ambiguous_zero


def test_without_stock_control_a_product_is_unlimited(shop: Shop) -> None:
    reading = readings_of(shop)["3"]
    assert (reading.availability, reading.quantity) == (Availability.IN_STOCK, None)
    assert reading.stock_control is False


def test_the_fields_of_the_reference_are_enough(shop: Shop) -> None:
    shop.configure(rest_is_bare=True)
    reading = readings_of(shop)["1"]
    assert (reading.quantity, reading.price, reading.group_id) == (5, None, "")


@pytest.mark.parametrize("mode", MODES)
def test_the_routing_mode_is_found_and_remembered(shop: Shop, mode: str) -> None:
    shop.configure(rest=mode)
    found = read(shop)
    assert found.memory == {"base": MODES[mode], "pages": 1}
    assert found.requests_made == list(MODES).index(mode) + 1
    again = read(shop, memory=found.memory)
    assert again.requests_made == 1
    assert len(again.readings) == 3


def test_a_routing_mode_that_changed_is_found_again(shop: Shop) -> None:
    memory = read(shop).memory
    shop.configure(rest="query")
    found = read(shop, memory=memory)
    assert found.memory == {"base": MODES["query"], "pages": 1}
    assert len(found.readings) == 3


@pytest.mark.parametrize(
    "memory", [{"base": "/x", "pages": 1}, {"base": 5}, {"pages": "many", "base": "/api/v2"}]
)
def test_a_memory_of_something_else_is_no_harm(shop: Shop, memory: dict[str, Any]) -> None:
    assert len(read(shop, memory=memory).readings) == 3


def test_an_unchanged_answer_is_not_decoded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add_products(600)
    first = read(shop)
    monkeypatch.setattr(
        "websites.sources.whmcs_rest.source.page_rows", lambda *_, **__: pytest.fail("decoded")
    )
    again = read(shop, memory=first.memory, known_hash=first.body_hash)
    assert again.is_unchanged
    assert (again.body_hash, again.requests_made) == (first.body_hash, 2)


def test_a_change_on_any_page_is_seen(shop: Shop) -> None:
    shop.add_products(600)
    first = read(shop)
    shop.set_stock(603, 7)
    again = read(shop, memory=first.memory, known_hash=first.body_hash)
    assert not again.is_unchanged
    assert next(one for one in again.readings if one.product_id == "603").quantity == 7


@pytest.mark.parametrize(("count", "requests"), [(497, 2), (498, 2), (997, 3), (996, 2), (1200, 3)])
def test_pages_are_read_until_a_short_one(shop: Shop, count: int, requests: int) -> None:
    shop.add_products(count)
    found = read(shop)
    assert found.is_complete
    assert len({one.product_id for one in found.readings}) == count + 3
    assert found.requests_made == requests
    assert found.memory == {"base": "/api/v2", "pages": requests}


def test_a_shop_that_grows_or_shrinks_by_a_page_is_read_whole(shop: Shop) -> None:
    shop.add_products(600)
    first = read(shop)
    shop.add_products(500)
    grown = read(shop, memory=first.memory, known_hash=first.body_hash)
    assert (len(grown.readings), grown.is_complete) == (1103, True)
    shop.remove(*range(400, 1104))
    small = read(shop, memory=grown.memory, known_hash=grown.body_hash)
    assert (len(small.readings), small.is_complete) == (399, True)
    assert small.memory == {"base": "/api/v2", "pages": 1}


@pytest.mark.parametrize("cap", [50, 100])
def test_a_shop_that_gives_fewer_rows_than_asked_is_read_whole(shop: Shop, cap: int) -> None:
    shop.configure(rest_page_cap=cap)
    shop.add_products(cap * 2)
    found = read(shop)
    assert (len(found.readings), found.is_complete) == (cap * 2 + 3, True)


def test_the_address_may_be_any_page_of_the_shop(shop: Shop) -> None:
    for page in ("cart.php?gid=1", "index.php?rp=/store", "store/vps", "admin", "api/v2", ""):
        found = WhmcsRestSource(SourceContext(f"{shop.url}/{page}")).read(())
        assert len(found.readings) == 3


def test_nothing_secret_is_asked_for_or_sent(shop: Shop) -> None:
    assert not any(one.is_secret or one.is_required for one in WhmcsRestSource.CONFIG)
    assert WhmcsRestSource.is_public


def test_the_connection_test_says_what_it_found(shop: Shop) -> None:
    shop.configure(rest="index")
    result = WhmcsRestSource(SourceContext(shop.url)).check()
    assert result.ok
    assert result.message.startswith("OK: 3 products, 2 with stock numbers")
    assert result.details["base"] == "/index.php/api/v2"


def test_the_connection_test_names_the_address_that_saves_a_redirect(
    shop: Shop, world: World
) -> None:
    other = world.shop("beta")
    other.configure(dialect="9.0")
    other.add_product(1, "VPS S", stock=5)
    shop.fault("redirect", location=f"{other.url}/api/v2/store/products?page=1&page_size=500")
    result = WhmcsRestSource(SourceContext(shop.url)).check()
    assert result.ok
    assert result.advice.endswith(f"{other.url}.")
    assert WhmcsRestSource(SourceContext(other.url)).check().advice == ""


def test_the_connection_test_names_a_shop_without_this_api(shop: Shop) -> None:
    shop.configure(dialect="8.12")
    result = WhmcsRestSource(SourceContext(shop.url)).check()
    assert (result.ok, result.code) == (False, "rest_missing")
    assert "WHMCS 9.0" in result.advice
