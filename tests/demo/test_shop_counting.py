"""The journal proves "one request per poll" and "no two at once"."""

from __future__ import annotations

import threading

import pytest

from demo.whmcs import Shop
from demo.world import World
from tests.demo.calling import call


def test_every_request_is_counted_with_its_action_and_outcome(shop: Shop) -> None:
    shop.fault("html")
    call(shop)
    call(shop, "WhmcsDetails")
    call(shop, secret="wrong")

    assert shop.request_count == 3
    assert [(c.action, c.status, c.outcome) for c in shop.calls()] == [
        ("getproducts", 200, "fault:html"),
        ("whmcsdetails", 200, "ok"),
        ("getproducts", 403, "error"),
    ]
    assert len(shop.calls("GetProducts")) == 2


def test_requests_one_after_the_other_are_never_in_flight_together(shop: Shop) -> None:
    for _ in range(20):
        call(shop)

    assert shop.peak_in_flight == 1


def test_two_requests_at_once_are_noticed(world: World, shop: Shop) -> None:
    other = world.shop("beta")
    shop.fault("delay", times=2, seconds=0.1)
    threads = [threading.Thread(target=call, args=(shop,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert shop.peak_in_flight == 2
    assert other.peak_in_flight == 0


def test_a_call_knows_which_stock_it_showed_and_when(shop: Shop) -> None:
    call(shop)
    shop.set_stock(1, 4)
    call(shop)

    before, after = shop.calls()
    assert before.version < after.version == shop.version
    assert before.at <= before.answered_at <= after.answered_at


def test_changes_of_stock_are_remembered(shop: Shop) -> None:
    shop.set_stocks({1: 5, 2: 8})
    shop.set_stock(2, None)

    assert [change[1:] for change in shop.changes] == [(2, 0, 8), (2, 8, None)]


def test_a_bulk_change_with_an_unknown_product_changes_nothing(shop: Shop) -> None:
    with pytest.raises(KeyError):
        shop.set_stocks({1: 0, 99: 1})

    assert shop.products[1].stock == 5
