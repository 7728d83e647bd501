"""The parser alone: every way WHMCS prints a product, and what is never concluded from it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from websites.sources.base import Availability, StockReading
from websites.sources.errors import BadAnswerError, EmptyCatalogueError
from websites.sources.values import to_int, to_text
from websites.sources.whmcs_api import parser
from websites.sources.whmcs_api.parser import Listing, body_hash, parse_products

pytestmark = [pytest.mark.unit, pytest.mark.once]

DATA = Path(__file__).resolve().parents[2] / "data" / "whmcs_api"
IN, OUT, UNKNOWN = Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.UNKNOWN


def listing(name: str, **options: Any) -> dict[str, StockReading]:
    found = parse_products((DATA / name).read_bytes(), **options)
    assert found.is_complete
    return {reading.product_id: reading for reading in found.readings}


def parse(*rows: Any, total: Any = None) -> Listing:
    total = len(rows) if total is None else total
    value = {"result": "success", "totalresults": total, "products": {"product": list(rows)}}
    return parse_products(json.dumps(value).encode())


def one(**row: Any) -> StockReading:
    return parse({"pid": 1, **row}).readings[0]


def test_an_old_listing_without_stock_keys_is_unknown() -> None:
    readings = listing("v5_unlimited.json")
    assert {reading.availability for reading in readings.values()} == {UNKNOWN}
    assert (readings["1"].price, readings["1"].currency) == (Decimal("29.95"), "GBP")
    assert readings["2"].name == "Set-up & Transfer"
    assert readings["2"].price == Decimal("15.00")
    assert readings["1"].option_ids == frozenset()


def test_stock_control_with_its_level_is_exact() -> None:
    readings = listing("v6_stock.json", shop_root="https://shop.example")
    seen = {
        key: (reading.availability, reading.quantity, reading.stock_control)
        for key, reading in readings.items()
    }
    assert seen == {
        "7": (IN, 12, True),
        "8": (OUT, 0, True),
        "9": (IN, None, False),
        "10": (OUT, -3, True),
    }
    assert readings["7"].url == "https://shop.example/cart.php?a=add&pid=7"
    assert readings["7"].option_ids is None


def test_a_listing_of_today_is_read_with_options_prices_and_links() -> None:
    readings = listing("v8_12.json")
    first, second, third = readings["1"], readings["2"], readings["3"]
    assert (first.availability, first.quantity, first.name) == (IN, 41, "КВМ 🚀 1")
    assert first.url == "https://shop.example/store/kvm/kvm-1"
    assert first.option_ids == frozenset({"11", "110", "111", "12", "120"})
    assert (first.price, first.currency) == (Decimal("3.49"), "EUR")
    assert second.is_ambiguous_zero
    assert (second.price, second.currency) == (None, "EUR")
    assert (third.availability, third.quantity, third.url) == (OUT, -2, "")


def test_the_price_list_is_the_chosen_one() -> None:
    readings = listing("v8_12.json", currency="USD")
    assert (readings["2"].price, readings["2"].currency) == (Decimal("7.99"), "USD")
    assert (readings["3"].price, readings["3"].currency) == (None, "")
    assert listing("v8_12.json", currency="JPY")["1"].price is None


@pytest.mark.parametrize("value", ["on", "1", 1, True, "yes"])
def test_a_zero_under_stock_control_is_sold_out(value: Any) -> None:
    reading = one(stockcontrol=value, quantity_available=0)
    assert (reading.availability, reading.quantity) == (OUT, 0)
    assert not reading.is_ambiguous_zero


@pytest.mark.parametrize("value", ["", "0", 0, False, "off", " OFF "])
def test_stock_control_that_is_off_is_unlimited(value: Any) -> None:
    reading = one(stockcontrol=value, stocklevel="7", quantity_available=7)
    assert (reading.availability, reading.quantity, reading.stock_control) == (IN, None, False)


def test_a_flag_that_is_null_says_nothing() -> None:
    assert one(stockcontrol=None).availability is UNKNOWN
    assert one(stockcontrol=None, quantity_available=7).quantity == 7
    assert one(stockcontrol=None, quantity_available=0).is_ambiguous_zero


@pytest.mark.parametrize("value", [None, "", "many", "5.5", True, [], {}, 1e300, "9" * 30])
def test_a_number_that_is_none_proves_nothing(value: Any) -> None:
    reading = one(quantity_available=value)
    assert (reading.availability, reading.quantity, reading.is_ambiguous_zero) == (
        UNKNOWN,
        None,
        False,
    )
    controlled = one(stockcontrol="on", stocklevel=value)
    assert (controlled.availability, controlled.stock_control) == (UNKNOWN, True)


def test_a_level_without_the_switch_says_nothing() -> None:
    assert one(stocklevel="3").availability is UNKNOWN
    assert one(qty=3, stockcontrol=["x"]).availability is UNKNOWN


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), (" -2 ", -2), ("5.00", 5), (5.0, 5), ("٥", None), ("5e3", None),
     ("0x5", None), ("--5", None), (float("nan"), None), (2**63, None), (True, None)],
)  # fmt: skip
def test_whole_numbers_in_every_spelling(value: Any, number: int | None) -> None:
    assert to_int(value) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("A &amp; B", "A & B"),
        ("&lt;b&gt;x&lt;/b&gt;", "<b>x</b>"),
        ("line\r\nbreak\ttab", "line break tab"),
        ("nul\x00bell\x07", "nulbell"),
        ("rtl\u202eevil", "rtlevil"),
        ("\ud800lone", "lone"),
        ("&#0;&#1;x", "\ufffdx"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("سرور مجازی", "سرور مجازی"),
        ("  padded  ", "padded"),
        ("long" * 10, "longlonglo"),
        (5, ""),
        (None, ""),
    ],
)
def test_texts_become_one_clean_line(value: Any, text: str) -> None:
    assert to_text(value, 10 if value == "long" * 10 else 100) == text


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("5.00", "5.00"),
        (5, "5.00"),
        (4.5, "4.50"),
        ("0.00", "0.00"),
        ("1049.9900", "1049.99"),
        ("-1.00", None),
        (-1, None),
        ("1,049.00", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e400", None),
        (True, None),
        ({}, None),
        ("9" * 40, None),
    ],
)
def test_prices_are_exact_or_unknown(price: Any, expected: str | None) -> None:
    reading = one(pricing={"USD": {"monthly": price}})
    assert reading.price == (None if expected is None else Decimal(expected))


def test_the_first_billing_cycle_that_is_on_is_the_price() -> None:
    cycles = {"annually": "44.00", "monthly": "-1.00", "quarterly": "12.00"}
    assert one(pricing={"USD": cycles}).price == Decimal("12.00")


def test_a_free_product_costs_nothing() -> None:
    reading = one(paytype="free", pricing={"USD": {"monthly": "-1.00"}})
    assert (reading.price, reading.currency) == (Decimal("0.00"), "USD")


@pytest.mark.parametrize("pricing", [None, [], "", {"USD": []}, {"USD": None}, 5])
def test_no_price_list_is_no_price(pricing: Any) -> None:
    assert one(pricing=pricing).price is None


@pytest.mark.parametrize("total", [5, "5"])
def test_more_products_than_listed_is_incomplete(total: Any) -> None:
    assert not parse({"pid": 1}, total=total).is_complete


@pytest.mark.parametrize("total", [1, "1", "", "many", []])
def test_a_list_as_long_as_it_says_is_complete(total: Any) -> None:
    assert parse({"pid": 1}, total=total).is_complete


@pytest.mark.parametrize("row", [{}, {"name": "x"}, {"pid": ""}, {"pid": []}, {"pid": -1}, 7, None])
def test_a_row_without_an_id_makes_the_list_incomplete(row: Any) -> None:
    found = parse({"pid": 1}, row)
    assert [reading.product_id for reading in found.readings] == ["1"]
    assert not found.is_complete


def test_rows_without_any_id_are_an_error() -> None:
    with pytest.raises(BadAnswerError) as error:
        parse({"name": "x"})
    assert error.value.code == "unreadable_products"


def test_the_same_product_twice_is_one_reading() -> None:
    row = {"pid": 1, "quantity_available": 3}
    found = parse(row, {**row, "pid": "1"})
    assert len(found.readings) == 1
    assert found.readings[0].quantity == 3


def test_a_product_listed_twice_with_different_stock_is_unknown() -> None:
    found = parse({"pid": 1, "quantity_available": 3}, {"pid": 1, "quantity_available": 0})
    reading = found.readings[0]
    assert (reading.availability, reading.quantity) == (UNKNOWN, None)
    assert not reading.is_ambiguous_zero
    assert reading.token == "contradiction"


@pytest.mark.parametrize("products", [[], {}, "", None, {"product": []}, {"product": {}}, 0])
def test_no_products_is_an_error_and_never_sold_out(products: Any) -> None:
    body = json.dumps({"result": "success", "totalresults": 0, "products": products})
    with pytest.raises(EmptyCatalogueError):
        parse_products(body.encode())


def test_a_new_parser_version_names_the_same_bytes_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = body_hash(b"x")
    assert before == body_hash(b"x")
    assert before != body_hash(b"y")
    assert len(before) <= 120
    monkeypatch.setattr(parser, "PARSER_VERSION", parser.PARSER_VERSION + 1)
    assert body_hash(b"x") != before
