"""The source against shops on loopback: found from anywhere, read in few requests, believed only
as far as they prove."""

from __future__ import annotations

import pytest

from demo.storefront_forms import FORMS
from demo.storefront_themes import THEMES
from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    EmptyCatalogueError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)
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


# --- Order links ---------------------------------------------------------------------------------


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


def test_a_sold_out_card_of_an_old_form_is_known_by_its_name(front, reader):
    front.configure(order_form="premium_comparison", version="8.1")
    front.set_stock(12, 3)
    again = reader(front)
    assert again.stock()["12"] == (IN, None)
    front.set_stock(12, 0)
    assert again.stock()["12"] == (OUT, None)


# --- Preview -------------------------------------------------------------------------------------


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


# --- Failures --------------------------------------------------------------------------------------

FAILURES = {
    "login_wall": (AuthError, "login_required"),
    "ip_banned": (BlockedError, "blocked"),
    "cloudflare_1020": (BlockedError, "blocked"),
    "cloudflare": (BlockedError, "blocked"),
    "forbidden_html": (BlockedError, "blocked"),
    "waf_wait": (BlockedError, "blocked"),
    "sucuri": (BlockedError, "blocked"),
    "rate_limited": (RateLimitedError, "rate_limited"),
    "rate_limit_page": (RateLimitedError, "rate_limited"),
    "maintenance_page": (UnreachableError, "maintenance"),
    "html": (UnreachableError, "maintenance"),
    "security_warning": (UnreachableError, "server_error"),
    "licence_error": (UnreachableError, "server_error"),
    "php_error": (UnreachableError, "server_error"),
    "empty": (UnreachableError, "server_error"),
    "truncated": (BadAnswerError, "truncated"),
    "reset": (UnreachableError, "connect_failed"),
    "page_not_found": (BadAnswerError, "page_not_found"),
    "redirect": (BadAnswerError, "redirected"),
}


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("name", FAILURES)
def test_a_page_that_proves_nothing_is_an_error_with_advice(front, reader, name, is_known):
    again = reader(front)
    if is_known:
        again.read()
    front.fault(name, action="store", times=None)
    kind, code = FAILURES[name]
    with pytest.raises(SourceError) as caught:
        again.read(list(ALL))
    assert isinstance(caught.value, kind)
    assert caught.value.code == code
    assert caught.value.advice
    check = again.source.check()
    assert (check.ok, check.code) == (False, code)


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("name", ["login_wall", "truncated", "rate_limit_page", "store_not_found"])
def test_a_failure_in_the_middle_of_a_read_is_no_shorter_list(front, reader, name, place):
    again = reader(front)
    again.read()
    for _ in range(place - 1):
        front.fault("delay", action="store", seconds=0.001)
    front.fault(name, action="store", times=5 if name == "store_not_found" else 1)
    with pytest.raises(SourceError):
        again.read()


def test_a_rate_limit_says_how_long_to_wait(front, reader):
    front.fault("rate_limited", action="store", retry_after="120")
    with pytest.raises(RateLimitedError) as caught:
        reader(front).read()
    assert caught.value.retry_after == 120


def test_a_page_of_another_software_is_no_shop(front, reader):
    page = "<html><body><h1>Blog</h1></body></html>"
    front.fault("html", action="store", body=page, times=None)
    with pytest.raises(BadAnswerError) as caught:
        reader(front).read()
    assert caught.value.code == "not_whmcs"


def test_a_shop_without_products_is_not_sold_out(world, reader):
    with pytest.raises(EmptyCatalogueError):
        reader(world.shop("bare")).read()


def test_a_group_that_suddenly_lists_nothing_is_not_believed(front, reader):
    """The page is WHMCS's own, but not the group: a home page, an error in the theme."""
    again = reader(front)
    again.read()
    page = "<html><body><script>var csrfToken=1</script><h1>Welcome</h1></body></html>"
    front.fault("delay", action="store", seconds=0.001)
    front.fault("text", action="store", body=page, content_type="text/html")
    with pytest.raises(BadAnswerError) as caught:
        again.read()
    assert caught.value.code == "unreadable_page"


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
