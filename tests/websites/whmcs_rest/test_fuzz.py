"""Whatever a shop sends, the parser reads stock that is there or says why not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from websites.sources.base import Availability, StockReading
from websites.sources.errors import SourceError
from websites.sources.values import to_id, to_int, to_price
from websites.sources.whmcs_rest.parser import Listing, page_rows, parse_pages

pytestmark = [pytest.mark.unit, pytest.mark.once]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
numbers = st.integers(-5, 5) | st.integers() | st.sampled_from(["0", "3", "-1", "", "x", 1.5])
rows = st.fixed_dictionaries(
    {"id": st.integers(0, 3) | json_values},
    optional={
        "name": json_values,
        "group": st.fixed_dictionaries({"id": json_values, "name": json_values}) | json_values,
        "slug": json_values,
        "product_url": json_values,
        "stock_control_enabled": st.booleans() | json_values,
        "stock_quantity": st.none() | numbers | json_values,
        "pricing": st.dictionaries(
            st.sampled_from(["USD", "EUR", "price", "currency"]),
            st.dictionaries(st.sampled_from(["monthly", "amount"]), numbers | json_values)
            | st.sampled_from(["USD", "4.99"]),
        )
        | json_values,
    },
)
lists = st.lists(rows | json_values, max_size=4)
noises = st.sampled_from([b"", b"\xef\xbb\xbf", b"<b>Warning</b>: x\n"])
answers = st.builds(
    lambda data, noise: noise + json.dumps({"data": data}).encode(),
    lists | st.dictionaries(st.text(max_size=3), rows) | json_values,
    noises,
)


def _read(*bodies: bytes) -> Listing | None:
    """None where the shop proved nothing."""
    try:
        pages = [page_rows(body) for body in bodies]
        return parse_pages(pages, shop_root="https://shop.example")
    except SourceError:
        return None


def _assert_storable(reading: StockReading) -> None:
    assert 0 < len(reading.product_id) <= 190
    assert len(reading.name) <= 250
    assert len(reading.group_name) <= 250
    assert max(len(reading.slug), len(reading.group_id)) <= 190
    assert len(reading.url) <= 500
    assert len(reading.currency) <= 8
    for text in (reading.product_id, reading.name, reading.slug, reading.url, reading.currency):
        assert "\x00" not in text.encode().decode()
    assert reading.price is None or 0 <= reading.price < 10**12
    assert reading.quantity is None or -(2**63) < reading.quantity < 2**63


def _assert_proved(reading: StockReading, sent: list[dict[str, Any]]) -> None:
    """By the rule of the facts, told again: a number counts only where stock control is on."""
    switches = [row.get("stock_control_enabled") for row in sent]
    if reading.quantity is not None:
        is_in = reading.quantity > 0
        expected = Availability.IN_STOCK if is_in else Availability.OUT_OF_STOCK
        assert reading.availability is expected
        assert all(switch is True for switch in switches)
        assert {to_int(row.get("stock_quantity")) for row in sent} == {reading.quantity}
    elif reading.availability is not Availability.UNKNOWN:
        assert reading.availability is Availability.IN_STOCK
        assert reading.stock_control is False
        assert all(switch is False for switch in switches)
    assert not reading.is_ambiguous_zero


def _sent(bodies: Sequence[bytes]) -> list[dict[str, Any]]:
    values = [json.loads(body[body.index(b'{"data"') :])["data"] for body in bodies]
    return [row for data in values for row in data if isinstance(row, dict)]


def _amounts(value: Any) -> Iterator[Decimal]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _amounts(inner)
    elif (price := to_price(value)) is not None:
        yield price


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_source_error(body: bytes) -> None:
    assert _read(body) is None


@given(st.lists(answers, min_size=1, max_size=2))
@settings(deadline=None)
def test_any_json_is_read_without_inventing_stock(bodies: list[bytes]) -> None:
    found = _read(*bodies)
    if found is None:
        return
    sent = _sent(bodies)
    for reading in found.readings:
        rows = [row for row in sent if to_id(row.get("id")) == reading.product_id]
        _assert_storable(reading)
        _assert_proved(reading, rows)
        amounts = {amount for row in rows for amount in _amounts(row.get("pricing"))}
        assert reading.price is None or reading.price in amounts


@given(st.lists(lists, min_size=1, max_size=3))
@settings(deadline=None)
def test_a_row_that_cannot_be_read_or_a_list_that_moved_is_no_whole_list(
    pages: list[list[Any]],
) -> None:
    found = _read(*(json.dumps({"data": page}).encode() for page in pages))
    if found is None:
        return
    ids = [[to_id(row.get("id")) if isinstance(row, dict) else "" for row in page]
           for page in pages]  # fmt: skip
    pages_of = [one for page in ids for one in set(page)]
    is_sound = "" not in pages_of and len(pages_of) == len(set(pages_of))
    assert found.is_complete == is_sound
    assert {one.product_id for one in found.readings} == set(pages_of) - {""}


@given(answers, st.integers(0, 400))
@settings(deadline=None)
def test_a_cut_answer_is_never_a_shorter_list(body: bytes, kept: int) -> None:
    if kept < len(body):
        assert _read(body[:kept]) is None
