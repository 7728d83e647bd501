"""Order links, opened only where a group page proves nothing; and the preview of another form."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.once]

IN, OUT, UNKNOWN = "in_stock", "out_of_stock", "unknown"
ALL = {"11": (IN, 5), "12": (OUT, 0), "13": (IN, None), "14": (OUT, -2), "15": (IN, 250)}


def test_only_watched_products_that_show_nothing_are_opened(front, reader):
    front.configure(version="7.10")
    again = reader(front)
    assert again.read(["11", "15"]).requests_made == 3
    snapshot = again.read(["11", "12", "13", "15"])
    found = {one.product_id: one for one in snapshot.readings}
    assert (found["12"].availability.value, found["12"].quantity) == (OUT, None)
    assert (found["13"].availability.value, found["13"].stock_control) == (IN, None)
    assert found["13"].token.startswith("order link")
    assert snapshot.requests_made == 3 + 1 + 2


def test_order_links_take_turns_by_their_oldest_proof(world, reader, settings, time_machine):
    settings.PROBES_PER_POLL = 2
    shop = world.shop("cloud")
    for pid in range(1, 6):
        shop.add_product(pid, stock=pid % 2)
    shop.configure(order_form="cloud_slider")
    again, refs = reader(shop), ["1", "2", "3", "4", "5"]
    seen = []
    for second in range(5):
        time_machine.move_to(1_800_000_000 + second)
        found = again.stock(refs)
        seen.append({pid for pid, stock in found.items() if stock[0] != UNKNOWN})
        assert len(found) == 5
    assert seen == [{"1", "2"}, {"3", "4"}, {"1", "5"}, {"2", "3"}, {"1", "4"}]


def test_bundles_have_no_order_link_to_ask_and_take_no_turn(front, reader, settings):
    settings.PROBES_PER_POLL = 1
    front.configure(order_form="cloud_slider", bundles=[(1, "Pack", 1), (2, "Pack", 1)])
    assert reader(front).stock(["b1", "b2", "11"])["11"] == (IN, None)


def test_each_order_link_is_opened_by_a_new_visitor(world, front, reader):
    """A used session would answer i=1, i=2, ..."""
    front.configure(order_form="cloud_slider")
    again = reader(front)
    again.read(list(ALL))
    again.read(list(ALL))
    sessions = world.whmcs.fronts["front"].sessions.values()
    assert max(len(session.cart) for session in sessions) == 1


def test_a_shop_that_refuses_order_links_is_listed_all_the_same(front, reader, time_machine):
    time_machine.move_to(1_800_000_000)
    front.configure(order_form="cloud_slider")
    again = reader(front)
    for _ in range(3):
        front.fault("delay", action="store", seconds=0.001)
    front.fault("forbidden_html", action="store")
    assert again.stock(["11", "12"])["11"] == (UNKNOWN, None)
    assert front.request_count == 4
    time_machine.move_to(1_800_003_500)
    assert again.stock(["11", "12"])["11"] == (UNKNOWN, None)
    assert front.request_count == 7
    time_machine.move_to(1_800_003_601)
    assert again.stock(["11", "12"])["11"] == (IN, None)


def test_hidden_products_are_read_by_their_order_link_alone(front, reader):
    front.update_product(15, is_hidden=True)
    front.set_stock(11, 0)
    snapshot = reader(front).read(["15", "99"])
    found = {one.product_id: one for one in snapshot.readings}
    assert found["15"].availability.value == IN
    assert snapshot.unlisted == {"15"}
    assert "99" not in found


def test_probing_can_be_switched_off(front, reader):
    front.configure(order_form="cloud_slider")
    assert reader(front, probe=False).stock(["11"])["11"] == (UNKNOWN, None)


def test_a_product_that_asks_for_a_domain_can_be_ordered(front, reader):
    front.configure(order_form="cloud_slider", needs_domain={11, 12})
    found = reader(front).stock(["11", "12"])
    assert (found["11"], found["12"]) == ((IN, None), (OUT, None))


def test_two_cards_of_one_name_are_told_apart_by_the_one_that_has_a_link(front, reader):
    front.configure(order_form="premium_comparison", version="8.1")
    front.update_product(12, name="Plan 11")
    front.set_stock(12, 3)
    again = reader(front)
    again.read()
    front.set_stock(12, 0)
    assert again.stock()["12"] == (OUT, None)
    front.set_stock(11, 0)
    found = again.stock()
    assert (found["11"], found["12"]) == ((OUT, None), (OUT, None))


def test_while_a_card_cannot_be_told_no_product_of_its_group_is_missing(front, reader):
    front.configure(order_form="premium_comparison", version="8.1")
    front.set_stock(12, 3)
    again = reader(front)
    again.read()
    front.update_product(12, name="Renamed and sold out")
    front.set_stock(12, 0)
    assert again.stock()["12"] == (UNKNOWN, None)
    assert again.stock()["12"] == (UNKNOWN, None)
    front.remove(12)
    assert "12" not in again.stock()


def test_a_sold_out_card_of_an_old_form_is_known_by_its_name(front, reader):
    front.configure(order_form="premium_comparison", version="8.1")
    front.set_stock(12, 3)
    again = reader(front)
    assert again.stock()["12"] == (IN, None)
    front.set_stock(12, 0)
    assert again.stock()["12"] == (OUT, None)


def test_the_preview_brings_numbers_from_a_themed_shop(front, reader):
    front.configure(order_form="cloud_slider", version="9.0")
    assert reader(front).stock()["11"] == (UNKNOWN, None)
    assert reader(front, preview=True).stock() == ALL


def test_a_shop_that_ignores_the_preview_is_read_as_it_is_and_not_asked_again(front, reader):
    front.configure(order_form="premium_comparison", version="9.0", is_preview_allowed=False)
    again = reader(front, preview=True)
    assert again.stock()["12"] == (OUT, None)
    assert again.memory["no_preview"]
    assert again.read().requests_made == 3
