"""The storefront of a fake shop, as a visitor's browser sees it."""

from __future__ import annotations

import pytest
import requests

from demo.storefront_faults import PAGES
from demo.whmcs import Shop
from demo.world import World


@pytest.fixture
def visitor() -> requests.Session:
    return requests.Session()


def get(
    visitor: requests.Session, shop: Shop, page: str, *, follow: bool = False
) -> requests.Response:
    return visitor.get(f"{shop.url}/{page}", timeout=5, allow_redirects=follow)


def test_a_group_shows_the_stock_of_the_api(shop: Shop, visitor: requests.Session) -> None:
    page = get(visitor, shop, "store/vps").text
    assert "5 Available" in page
    shop.set_stock(1, 4)
    assert "4 Available" in get(visitor, shop, "store/vps").text


def test_hidden_products_are_not_listed_but_can_be_ordered(
    shop: Shop, visitor: requests.Session
) -> None:
    assert "VPS M" not in get(visitor, shop, "cart.php?gid=2").text
    shop.set_stock(2, 1)
    assert get(visitor, shop, "cart.php?a=add&pid=2").status_code == 302


def test_the_place_in_the_cart_grows_with_the_session(
    shop: Shop, visitor: requests.Session
) -> None:
    places = [get(visitor, shop, "cart.php?a=add&pid=1").headers["Location"] for _ in range(2)]
    assert [place.rpartition("=")[2] for place in places] == ["0", "1"]
    assert "VPS S" in get(visitor, shop, "cart.php?a=confproduct&i=1").text
    assert get(visitor, shop, "cart.php?a=view").text.count("VPS S") == 2
    assert get(requests.Session(), shop, "cart.php?a=confproduct&i=0").status_code == 302


def test_a_sold_out_product_answers_with_the_error_page(
    shop: Shop, visitor: requests.Session
) -> None:
    shop.set_stock(1, -1)
    page = get(visitor, shop, "store/vps/vps-s")
    assert page.status_code == 200
    assert "error-heading" in page.text
    assert "VPS S" not in page.text
    assert "Slutsåld" in get(visitor, shop, "cart.php?a=add&pid=1&language=swedish").text


@pytest.mark.parametrize(
    "page", ["cart.php?a=add&pid=99", "cart.php?a=add&bid=9", "store/none", "store/vps/none"]
)
def test_unknown_products_and_groups_lead_to_the_cart(
    shop: Shop, visitor: requests.Session, page: str
) -> None:
    answer = get(visitor, shop, page)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/alpha/cart.php")


def test_an_expired_bundle_is_another_error(shop: Shop, visitor: requests.Session) -> None:
    shop.configure(bundles=[(4, "Pack", 1)])
    page = get(visitor, shop, "cart.php?a=add&bid=4").text
    assert "error-heading" in page
    assert "currently out of stock" not in page


def test_previews_language_and_currency_stick_to_the_session(
    shop: Shop, visitor: requests.Session
) -> None:
    shop.configure(currencies=["USD", "EUR"])
    first = get(visitor, shop, "cart.php?gid=1&carttpl=legacy_boxes&language=french&currency=2")
    assert first.text.count("order-boxes") == 1
    second = get(visitor, shop, "cart.php?gid=1").text
    assert "order-boxes" in second
    assert "5 Disponible" in second
    assert '<option value="2" selected>EUR' in second
    assert "order-standard_cart" in get(requests.Session(), shop, "cart.php?gid=1").text
    assert "order-boxes" in get(visitor, shop, "cart.php?gid=1&carttpl=nonsense").text


def test_a_theme_that_is_not_there_gives_a_blank_page(
    shop: Shop, visitor: requests.Session
) -> None:
    assert get(visitor, shop, "cart.php?gid=1&systpl=nonsense").text == ""


def test_older_versions_know_no_friendly_addresses(shop: Shop, visitor: requests.Session) -> None:
    shop.configure(version="8.1")
    assert get(visitor, shop, "store/vps").status_code == 404
    page = get(visitor, shop, "cart.php?gid=1").text
    assert 'id="product1-order-button"' in page
    assert "a=add&pid=1" in page


def test_a_shop_in_a_sub_folder_answers_there_only(shop: Shop, visitor: requests.Session) -> None:
    shop.configure(folder="billing")
    assert "/alpha/billing/cart.php" in get(visitor, shop, "").text
    assert get(visitor, shop, "cart.php").status_code == 404
    assert "5 Available" in get(visitor, shop, "billing/cart.php?gid=1").text


def test_a_shop_without_a_chosen_group_asks_to_choose(
    shop: Shop, visitor: requests.Session
) -> None:
    assert "alert-info" in get(visitor, shop, "cart.php?gid=99").text
    assert "alert-info" in get(visitor, shop, "index.php?rp=/store").text
    assert "Welcome" in get(visitor, shop, "index.php").text


@pytest.mark.parametrize("name", PAGES)
def test_faults_of_pages_leave_the_api_alone(
    shop: Shop, visitor: requests.Session, name: str
) -> None:
    shop.fault(name, action="store", times=None)
    assert get(visitor, shop, "cart.php?gid=1").text == PAGES[name][1]
    answer = requests.post(shop.api_url, data=shop.credentials, timeout=5)
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_requests_to_pages_are_counted_as_such(world: World, shop: Shop) -> None:
    get(requests.Session(), shop, "cart.php")
    assert [call.action for call in world.calls("alpha")] == ["store"]


def test_broken_cookies_make_a_new_visitor(shop: Shop) -> None:
    headers = {"Cookie": "a=1; =; WHMCSalpha=\x80"}
    answer = requests.get(f"{shop.url}/cart.php", headers=headers, timeout=5)
    assert answer.status_code == 200
