from __future__ import annotations

from decimal import Decimal

from monitoring.listing import CatalogueState, compare
from tests.factories import reading


def _known(product_id="1", **fields):
    values = {
        "id": 1,
        "product_id": product_id,
        "slug": "",
        "group_id": "",
        "group_name": "",
        "name": "VPS 1",
        "url": "",
        "price": Decimal("5.00"),
        "currency": "USD",
        "absent_count": 0,
        "is_missing": False,
    }
    return {product_id: CatalogueState(**{**values, **fields})}


def test_an_equal_catalogue_changes_nothing():
    change = compare(_known(), {"1": reading(5)})
    assert not any(change)
    assert change.is_settled


def test_a_product_not_known_yet_is_new():
    assert [r.product_id for r in compare({}, {"1": reading(5)}).new] == ["1"]


def test_a_new_name_or_price_rewrites_the_row():
    assert len(compare(_known(), {"1": reading(5, name="VPS 2")}).rewritten) == 1
    assert len(compare(_known(), {"1": reading(5, price=Decimal("6.00"))}).rewritten) == 1


def test_a_product_is_missing_only_when_absent_twice_in_a_row():
    once = compare(_known(), {})
    assert ([s.product_id for s in once.absent], once.gone, once.is_settled) == (["1"], [], False)
    twice = compare(_known(absent_count=1), {})
    assert ([s.product_id for s in twice.gone], twice.absent, twice.is_settled) == (["1"], [], True)


def test_a_missing_product_is_not_missed_again():
    assert not any(compare(_known(is_missing=True, absent_count=2), {}))


def test_a_product_that_returns_is_rewritten_not_new():
    change = compare(_known(is_missing=True, absent_count=2), {"1": reading(5)})
    assert (len(change.rewritten), change.new) == (1, [])
