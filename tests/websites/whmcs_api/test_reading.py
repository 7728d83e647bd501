"""The source against the fake shop, over a real socket: what is read when all is well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from demo.whmcs import Option, Shop
from websites.sources.base import Availability, SourceContext, StockReading
from websites.sources.whmcs_api.source import WhmcsApiSource

pytestmark = pytest.mark.once


def source_of(shop: Shop, *, url: str = "", **config: Any) -> WhmcsApiSource:
    return WhmcsApiSource(SourceContext(url or shop.url, config, shop.credentials))


def readings_of(shop: Shop, **config: Any) -> dict[str, StockReading]:
    snapshot = source_of(shop, **config).read(())
    return {reading.product_id: reading for reading in snapshot.readings}


def test_a_number_above_zero_is_exact(shop: Shop) -> None:
    reading = readings_of(shop)["1"]
    assert (reading.availability, reading.quantity) == (Availability.IN_STOCK, 5)
    assert reading.stock_control is True
    assert reading.name == "VPS S"
    assert (reading.price, reading.currency) == (Decimal("4.99"), "USD")
    assert reading.url == f"{shop.url}/store/vps/vps-s"
    assert (reading.group_id, reading.slug) == ("1", "vps-s")


@pytest.mark.parametrize("product_id", ["2", "3"])
def test_zero_without_a_flag_is_ambiguous(shop: Shop, product_id: str) -> None:
    reading = readings_of(shop)[product_id]
    assert reading.is_ambiguous_zero
    assert (reading.availability, reading.quantity) == (Availability.UNKNOWN, None)
    assert reading.stock_control is None


def test_an_oversold_product_is_out_with_its_number(shop: Shop) -> None:
    shop.set_stock(1, -2)
    reading = readings_of(shop)["1"]
    assert (reading.availability, reading.quantity) == (Availability.OUT_OF_STOCK, -2)


def test_an_old_shop_says_which_products_it_controls(shop: Shop) -> None:
    shop.configure(dialect="6.3")
    readings = readings_of(shop)
    assert (readings["1"].availability, readings["1"].quantity) == (Availability.IN_STOCK, 5)
    assert (readings["2"].availability, readings["2"].quantity) == (Availability.OUT_OF_STOCK, 0)
    assert not readings["2"].is_ambiguous_zero
    assert readings["3"].availability is Availability.UNKNOWN
    assert readings["1"].url == f"{shop.url}/cart.php?a=add&pid=1"


@pytest.mark.parametrize("dialect", ["7.10", "8.3"])
def test_versions_without_stock_fields_prove_nothing(shop: Shop, dialect: str) -> None:
    shop.configure(dialect=dialect)
    for reading in readings_of(shop).values():
        assert (reading.availability, reading.quantity) == (Availability.UNKNOWN, None)
        assert not reading.is_ambiguous_zero


@pytest.mark.parametrize("dialect", ["6.3", "7.10", "8.3", "8.12", "9.0"])
@pytest.mark.parametrize("list_shape", ["array", "numeric-keys"])
@pytest.mark.parametrize("totals", ["int", "string"])
def test_every_list_shape_is_read_whole(
    shop: Shop, dialect: str, list_shape: str, totals: str
) -> None:
    shop.configure(dialect=dialect, list_shape=list_shape, totals=totals)
    snapshot = source_of(shop).read(())
    assert [reading.product_id for reading in snapshot.readings] == ["1", "2", "3"]
    assert snapshot.is_complete


def test_a_single_product_may_come_bare(shop: Shop) -> None:
    shop.remove(2, 3)
    shop.configure(list_shape="single")
    snapshot = source_of(shop).read(())
    assert [reading.product_id for reading in snapshot.readings] == ["1"]
    assert snapshot.is_complete


@pytest.mark.parametrize("fault", ["warning", "bom"])
def test_noise_before_the_json_does_not_matter(shop: Shop, fault: str) -> None:
    shop.fault(fault)
    assert readings_of(shop)["1"].quantity == 5


def test_the_other_spelling_of_the_product_address_is_read(shop: Shop) -> None:
    shop.configure(url_key="product-url")
    assert readings_of(shop)["1"].url == f"{shop.url}/store/vps/vps-s"


def test_names_come_decoded_in_one_line(shop: Shop) -> None:
    shop.configure(is_escaped=True)
    shop.update_product(1, name="VPS <S> & Co\r\n\x00 \u202eRTL 🚀")
    assert readings_of(shop)["1"].name == "VPS <S> & Co RTL 🚀"


def test_options_and_their_choices_are_known(shop: Shop) -> None:
    option = Option(7, "Location", [(71, "Berlin", "0.00"), (72, "Paris", "1.00")])
    shop.update_product(1, options=[option])
    readings = readings_of(shop)
    assert readings["1"].option_ids == frozenset({"7", "71", "72"})
    assert readings["2"].option_ids == frozenset()


def test_the_configured_currency_sets_the_price(shop: Shop) -> None:
    shop.configure(currencies=["USD", "EUR"])
    prices = {"USD": {"monthly": "5.00"}, "EUR": {"annually": "44.00"}}
    shop.update_product(1, prices=prices)
    assert readings_of(shop)["1"].price == Decimal("5.00")
    reading = readings_of(shop, currency="EUR")["1"]
    assert (reading.price, reading.currency) == (Decimal("44.00"), "EUR")


def test_a_poll_is_one_request(shop: Shop) -> None:
    source_of(shop).read(("1", "2", "3"))
    assert [call.action for call in shop.calls()] == ["getproducts"]


def test_a_known_body_is_not_decoded(shop: Shop) -> None:
    first = source_of(shop).read(())
    second = source_of(shop).read((), known_hash=first.body_hash)
    assert second.is_unchanged
    assert second.readings == ()
    assert second.body_hash == first.body_hash
    shop.set_stock(1, 4)
    third = source_of(shop).read((), known_hash=first.body_hash)
    assert not third.is_unchanged
    assert third.readings[0].quantity == 4


def test_a_catalogue_of_three_megabytes_is_read(shop: Shop) -> None:
    shop.add_products(997)
    shop.configure(description_bytes=3000)
    snapshot = source_of(shop).read(())
    assert len(snapshot.readings) == 1000
    assert snapshot.bytes_read > 3_000_000


@pytest.mark.parametrize(
    "suffix",
    ["", "/", "/admin", "/admin/index.php", "/includes/api.php", "/cart.php?gid=1", "/index.php"],
)
def test_any_address_of_the_shop_leads_to_its_api(shop: Shop, suffix: str) -> None:
    source = source_of(shop, url=shop.url + suffix)
    assert source.config.api_url == shop.api_url
    assert source.check().ok
