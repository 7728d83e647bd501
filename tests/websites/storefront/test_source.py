"""The source against shops on loopback: found from anywhere, read in few requests, believed only
as far as they prove."""

from __future__ import annotations

import pytest

from demo.storefront_forms import FORMS
from demo.storefront_themes import THEMES
from websites.sources.whmcs_storefront import survey

pytestmark = [pytest.mark.integration, pytest.mark.once]

IN, OUT, UNKNOWN = "in_stock", "out_of_stock", "unknown"
ALL = {"11": (IN, 5), "12": (OUT, 0), "13": (IN, None), "14": (OUT, -2), "15": (IN, 250)}


@pytest.mark.parametrize("folder", ["", "billing"])
@pytest.mark.parametrize("version", ["8.1", "9.0"])
@pytest.mark.parametrize(
    "place",
    ["", "/", "/cart.php", "/cart.php?gid=2", "/cart.php?a=add&pid=11", "/index.php",
     "/index.php?rp=/store", "/index.php?rp=/store/storage", "/store/vps/plan-11",
     "/clientarea.php"],
)  # fmt: skip
def test_a_shop_is_found_from_any_of_its_addresses(front, reader, place, version, folder):
    front.configure(version=version, folder=folder)
    front.set_stock(14, 0)
    base = f"{front.url}/{folder}".rstrip("/")
    assert reader(front, f"{base}{place}").stock() == ALL | {"14": (OUT, 0)}


@pytest.mark.parametrize("links", ["friendly", "index", "rp", "cart"])
def test_a_shop_is_read_whatever_its_links_look_like(front, reader, links):
    front.configure(version="9.0", links=links)
    found = reader(front).stock()
    assert {pid: found[pid] for pid in ("11", "12", "14", "15")} == {
        pid: stock for pid, stock in ALL.items() if pid != "13"
    }


def test_the_site_around_a_shop_leads_into_its_sub_folder(front, reader):
    front.configure(folder="clients/area")
    assert reader(front).stock() == ALL


def test_ten_groups_cost_at_most_eleven_requests_and_ten_from_then_on(world, reader):
    shop = world.shop("large")
    for group in range(1, 11):
        for _ in range(30):
            shop.add_product(stock=group, gid=group, group=f"group-{group}")
    again = reader(shop)
    first = again.read()
    assert len(first.readings) == 300
    assert first.is_complete
    assert first.requests_made == shop.request_count <= 11
    second = again.read()
    assert len(second.readings) == 300
    assert second.requests_made == 10


def test_a_page_that_reads_the_same_is_unchanged_though_its_tokens_differ(front, reader):
    again = reader(front)
    known = again.read().body_hash
    front.look.tail = "<script>var token = 1</script>"
    assert again.read(known_hash=known).is_unchanged
    front.set_stock(15, 249)
    changed = again.read(known_hash=known)
    assert not changed.is_unchanged
    assert changed.body_hash != known


def test_stock_that_moves_is_followed(front, reader):
    again = reader(front)
    assert again.stock() == ALL
    front.set_stocks({11: 4, 12: 7, 15: 0})
    assert again.stock() == ALL | {"11": (IN, 4), "12": (IN, 7), "15": (OUT, 0)}
    front.set_stocks({11: None})
    assert again.stock()["11"] == (IN, None)


def test_new_renamed_moved_and_removed_products_are_seen(front, reader):
    again = reader(front)
    again.read()
    front.add_product(20, "New", stock=1, gid=1, group="vps")
    front.update_product(11, name="Renamed")
    front.update_product(12, gid=3, group="metal")
    front.remove(13)
    found = {one.product_id: one for one in again.read().readings}
    assert set(found) == {"11", "12", "14", "15", "20"}
    assert (found["11"].name, found["11"].group_name) == ("Renamed", "VPS")
    assert found["12"].group_id == "metal"


def test_a_group_whose_address_changed_is_found_again(front, reader):
    again = reader(front)
    again.read()
    for pid in (11, 12):
        front.update_product(pid, group="cloud")
    assert again.stock() == ALL


def test_a_group_that_lists_nothing_does_not_make_the_listing_incomplete(front, reader):
    front.configure(empty_groups=[(9, "Soon", "soon")])
    snapshot = reader(front).read()
    assert snapshot.is_complete
    assert len(snapshot.readings) == 5


def test_the_look_of_the_pages_is_told_to_the_guard(front, reader):
    assert reader(front).read().template == "standard_cart"
    front.configure(order_form="legacy_modern")
    assert reader(front).read().template == "legacy_modern"


@pytest.mark.parametrize("form", [*FORMS, *THEMES])
def test_every_form_is_read_with_its_order_links_where_it_shows_nothing(front, reader, form):
    front.configure(order_form=form, version="7.10")
    again = reader(front)
    front.set_stocks({12: 1, 14: 1})
    again.read(list(ALL))
    front.set_stocks({12: 0, 14: 0})
    found = again.stock(list(ALL))
    assert {pid: known for pid, (known, _) in found.items()} == {
        "11": IN, "12": OUT, "13": IN, "14": OUT, "15": IN,
    }  # fmt: skip


# --- Large shops -----------------------------------------------------------------------------------


def test_groups_that_do_not_fit_into_the_time_take_turns(front, reader, monkeypatch, time_machine):
    again = reader(front)
    time_machine.move_to(1_800_000_000)
    assert again.stock() == ALL
    monkeypatch.setattr(survey, "RESERVE_SECONDS", 1e9)
    known = []
    for second in range(1, 5):
        time_machine.move_to(1_800_000_000 + second)
        snapshot = again.read()
        assert snapshot.is_complete
        assert {one.product_id for one in snapshot.readings} == set(ALL)
        assert {str(one.price) for one in snapshot.readings} == {"3.50"}
        known.append({one.product_id for one in snapshot.readings
                      if one.availability.value != UNKNOWN})  # fmt: skip
    assert known[0] | known[1] | known[2] == set(ALL)
    assert known[3] == known[0]


# --- Connection test -------------------------------------------------------------------------------


def test_the_connection_test_says_what_the_pages_show(front, reader):
    found = reader(front).source.check()
    assert found.ok
    assert found.message == (
        "OK: 3 groups; the first lists 2 products, 2 with stock numbers (order form: standard_cart)."
    )
    assert found.advice == ""


@pytest.mark.parametrize(
    ("form", "said"), [("pure_comparison", "in and out"), ("cloud_slider", "show no stock")]
)
def test_the_connection_test_advises_where_numbers_are_missing(front, reader, form, said):
    front.configure(order_form=form)
    found = reader(front).source.check()
    assert found.ok
    assert said in found.advice


def test_discovery_lists_everything_without_opening_order_links(front, reader):
    front.configure(order_form="cloud_slider")
    assert {one.product_id for one in reader(front).source.discover()} == set(ALL)
    assert front.request_count == 3


@pytest.mark.parametrize("memory", [{"version": 1}, {"version": 1, "groups": 5}, {"version": 9}])
def test_memory_that_cannot_be_read_is_forgotten(front, reader, memory):
    again = reader(front)
    again.memory = memory
    assert again.stock() == ALL
