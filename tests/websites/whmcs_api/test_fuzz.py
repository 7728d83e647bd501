"""Whatever a shop sends, the parser reads stock that is there or says why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from websites.sources.base import Availability, StockReading
from websites.sources.errors import SourceError
from websites.sources.values import to_int
from websites.sources.whmcs_api.parser import parse_products

pytestmark = [pytest.mark.unit, pytest.mark.once]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
numbers = st.integers(-5, 5) | st.integers() | st.sampled_from(["0", "3", "-1", "", "x"])
rows = st.fixed_dictionaries(
    {"pid": st.integers(0, 3) | json_values},
    optional={
        "name": json_values,
        "gid": json_values,
        "slug": json_values,
        "product_url": json_values,
        "stockcontrol": st.sampled_from(["on", "", "0", 1, 0, None]) | json_values,
        "stocklevel": numbers | json_values,
        "quantity_available": numbers | json_values,
        "paytype": st.sampled_from(["free", "recurring"]) | json_values,
        "pricing": st.dictionaries(
            st.sampled_from(["USD", "EUR"]),
            st.dictionaries(st.sampled_from(["monthly", "annually"]), numbers | json_values),
        )
        | json_values,
        "configoptions": json_values,
    },
)
answers = st.builds(
    lambda products, total, noise: (
        noise
        + json.dumps(
            {"result": "success", "totalresults": total, "products": {"product": products}}
        ).encode()
    ),
    st.lists(rows, max_size=4) | st.dictionaries(st.text(max_size=3), rows) | json_values,
    numbers | json_values,
    st.sampled_from([b"", b"\xef\xbb\xbf", b"Warning: x\n"]),
)


def _assert_storable(reading: StockReading) -> None:
    assert 0 < len(reading.product_id) <= 190
    assert len(reading.name) <= 250
    assert len(reading.slug) <= 190
    assert len(reading.group_id) <= 190
    assert len(reading.url) <= 500
    assert len(reading.currency) <= 8
    for text in (reading.product_id, reading.name, reading.slug, reading.url, reading.currency):
        assert "\x00" not in text.encode().decode()
    assert reading.price is None or 0 <= reading.price < 10**12
    assert reading.quantity is None or -(2**63) < reading.quantity < 2**63


def _assert_consistent(reading: StockReading) -> None:
    if reading.quantity is not None:
        is_in = reading.quantity > 0
        assert reading.availability is (
            Availability.IN_STOCK if is_in else Availability.OUT_OF_STOCK
        )
        assert reading.stock_control
    elif reading.availability is not Availability.UNKNOWN:
        assert reading.availability is Availability.IN_STOCK
        assert reading.stock_control is False
    if reading.is_ambiguous_zero:
        assert reading.availability is Availability.UNKNOWN


@given(st.binary(max_size=300))
def test_any_bytes_are_a_listing_or_a_source_error(body: bytes) -> None:
    with pytest.raises(SourceError):
        parse_products(body)


@given(answers)
@settings(deadline=None)
def test_any_json_is_read_without_inventing_stock(body: bytes) -> None:
    try:
        found = parse_products(body, shop_root="https://shop.example")
    except SourceError:
        return
    sent = _numbers_in(json.loads(body[body.index(b'{"result"') :]))
    for reading in found.readings:
        _assert_storable(reading)
        _assert_consistent(reading)
        assert reading.quantity is None or reading.quantity in sent


@given(answers, st.integers(0, 400))
@settings(deadline=None)
def test_a_cut_answer_is_never_a_shorter_listing(body: bytes, kept: int) -> None:
    if kept >= len(body.rstrip()):
        return
    with pytest.raises(SourceError):
        parse_products(body[:kept])


def _numbers_in(value: Any) -> set[int]:
    if isinstance(value, dict):
        return set().union(*map(_numbers_in, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(_numbers_in, value), set())
    number = to_int(value)
    return set() if number is None else {number}
