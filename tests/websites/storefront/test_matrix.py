"""Every order form x template generation x stock x trap: nothing wrong, nothing invented, and what
the page proves is read. The truth is written down here by form, not taken from the reader."""

from __future__ import annotations

from itertools import product

import pytest

from demo.storefront_forms import FORMS
from demo.storefront_look import VERSIONS, Look
from demo.storefront_strings import WORDS
from demo.storefront_themes import THEMES
from tests.websites.storefront.pages import STOCKS, TRAP_NAMES, by_key, claims, open_shop, read
from websites.sources.base import Availability

pytestmark = [pytest.mark.unit, pytest.mark.bulk, pytest.mark.once]

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK
Truth = dict[str, tuple[Availability, int | None]]
NUMBERS = ("standard_cart", "nexus_cart", "legacy_modern")
NO_POSITIONS = ("universal_slider", "theme_v5", "theme_ajaxcart")
CASES = list(product([*FORMS, *THEMES], VERSIONS))


def truth_of(form: str, version: str, stocks: dict[int, int | None]) -> Truth:
    """What a group page proves about each product of known identity."""
    look = Look(version=version)
    if form == "cloud_slider":
        return {}
    found: Truth = {}
    for pid, stock in stocks.items():
        key = str(pid)
        if form in NUMBERS:
            if stock or (stock == 0 and look.shows_zero):
                found[key] = (IN if stock > 0 else OUT, stock)
            elif stock is None and look.shows_zero:
                found[key] = (IN, None)
        elif form == "legacy_boxes":
            found[key] = _in_boxes(stock, look)
        elif stock != 0:
            found[key] = (IN, None)
        elif look.has_pid_ids or form in NO_POSITIONS:
            found[key] = (OUT, None)
    return found


def _in_boxes(stock: int | None, look: Look) -> tuple[Availability, int | None]:
    if stock is None:
        return IN, None
    if stock == 0 and not look.shows_zero:
        return OUT, None
    return (IN if stock > 0 else OUT), stock


@pytest.mark.parametrize("trap", TRAP_NAMES)
@pytest.mark.parametrize(("form", "version"), CASES)
def test_a_page_is_read_as_it_shows_its_stock(form, version, trap):
    page = read(open_shop(order_form=form, version=version, trap=trap))
    assert page.page == "listing"
    assert claims(page) == truth_of(form, version, STOCKS)


@pytest.mark.parametrize("links", ["friendly", "index", "rp", "cart"])
@pytest.mark.parametrize("form", [*FORMS, *THEMES])
def test_links_of_every_kind_name_the_same_products(form, links):
    page = read(open_shop(order_form=form, version="9.0", links=links))
    if links == "cart" and form.startswith("theme_"):
        assert set(claims(page).items()) <= set(truth_of(form, "9.0", STOCKS).items())
    else:
        assert claims(page) == truth_of(form, "9.0", STOCKS)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("form", [*FORMS, *THEMES])
def test_every_language_is_read_as_english_is(form, language):
    page = read(open_shop(order_form=form, version="9.0", language=language))
    assert claims(page) == truth_of(form, "9.0", STOCKS)


@pytest.mark.parametrize(("form", "version"), CASES)
def test_a_bundle_is_never_taken_for_a_product_nor_said_to_be_in_stock(form, version):
    bundles = [(12, "Pack Out of Stock", 1)]
    page = read(open_shop(order_form=form, version=version, bundles=bundles))
    assert claims(page) == truth_of(form, version, STOCKS)
    assert by_key(page)["b12"].availability is Availability.UNKNOWN


@pytest.mark.parametrize("stock", STOCKS.values())
@pytest.mark.parametrize(("form", "version"), CASES)
def test_a_product_that_stands_alone_is_never_read_wrong(form, version, stock):
    """The page shows less when nothing is there to compare with; what is said must be true."""
    page = read(open_shop(order_form=form, version=version, stocks={7: stock}))
    assert set(claims(page).items()) <= set(truth_of(form, version, {7: stock}).items())


@pytest.mark.parametrize("first", [1, 2, 5])
@pytest.mark.parametrize(("form", "version"), CASES)
def test_positions_are_not_taken_for_product_ids(form, version, first):
    """Ids product1, product2, ... of a page whose products are 3, 2, 1, or 1, 2, 3."""
    stocks = {first + 2: 0, first + 1: 5, first: None, first + 3: 0}
    page = read(open_shop(order_form=form, version=version, stocks=stocks))
    assert set(claims(page).items()) <= set(truth_of(form, version, stocks).items())
    assert set(by_key(page)) <= {str(pid) for pid in stocks}


def test_ids_that_may_be_positions_prove_no_newer_version():
    """7.10 hides the 0 of product 1, and its ids happen to equal the pids."""
    page = read(open_shop(version="7.10", stocks={1: 0, 2: None, 3: 4}))
    assert claims(page) == {"3": (IN, 4)}


def test_an_overridden_word_behind_the_number_is_read_in_known_forms(monkeypatch):
    monkeypatch.setitem(WORDS, "english", ("left, hurry!", "Gone"))
    page = read(open_shop(version="9.0"))
    assert claims(page) == truth_of("standard_cart", "9.0", STOCKS)


def test_an_overridden_button_is_still_sold_out_by_its_id(monkeypatch):
    monkeypatch.setitem(WORDS, "english", ("left", "Come back later"))
    page = read(open_shop(order_form="premium_comparison", version="9.0"))
    assert claims(page) == truth_of("premium_comparison", "9.0", STOCKS)


@pytest.mark.parametrize("trap", ["plain", "words"])
@pytest.mark.parametrize("form", [*FORMS, *THEMES])
def test_names_and_prices_are_read_in_every_form(form, trap):
    page = read(open_shop(order_form=form, version="9.0", trap=trap))
    items = by_key(page)
    assert items["13"].name == TRAP_NAMES[trap].format(pid=13)
    if form not in ("legacy_boxes", "theme_v5", "theme_ajaxcart", "theme_badge", "theme_no_link",
                    "theme_table"):  # fmt: skip
        assert (str(items["13"].price), items["13"].currency) == ("13.50", "USD")


def test_a_listing_leads_to_the_order_pages_of_its_products():
    friendly = by_key(read(open_shop(version="9.0")))["13"]
    assert friendly.url == "https://shop.example/shop/store/vps/vps-13"
    gone = by_key(read(open_shop(order_form="pure_comparison"), "store/vps"))["11"]
    assert gone.url == "https://shop.example/shop/cart.php?a=add&pid=11"
