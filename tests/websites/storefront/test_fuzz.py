"""Whatever comes over the wire: a Page, never an exception, never invented stock."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.storefront_faults import PAGES
from demo.storefront_forms import FORMS
from demo.storefront_themes import THEMES
from tests.websites.storefront.pages import DATA, claims, open_shop, page_of, read
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import Answer, Page

pytestmark = [pytest.mark.unit, pytest.mark.bulk, pytest.mark.once]

ASKED = "https://shop.example/cart.php?a=add&pid=12"
SAVED = {
    name: (DATA / name).read_bytes() for name in json.loads((DATA / "expected.json").read_text())
}
STOCKS = {12: 250, 13: None, 14: -25, 15: 0, 16: 31}
CASES = [(form, version) for form in [*FORMS, *THEMES] for version in ("7.10", "8.1", "9.0")]
PARTS = st.sampled_from(
    ['<span class="qty">', "5 Available", "</span>", '<div class="product" id="product7">', "</div>",
     '<header>', '<span id="product7-name">', '<a href="cart.php?a=add&pid=7" id="product7-order-button">',
     '<span id="product7-unavailable">', "Out of Stock", '<input type="radio" name="pid" value="7">',
     "<em>", "(0 Available)", "<template>", "<table>", "<select>", "<script>", "<!--", "-->", "<svg>",
     '<div id="order-boxes">', '<div class="error-heading">', "\x00", "\udcff".encode("utf-8", "replace").decode(),
     "<" * 50, '<form id="frmConfigureProduct">', '<input name="i">']
)  # fmt: skip


@cache
def rendered(form: str, version: str) -> Answer:
    return page_of(open_shop(order_form=form, version=version, stocks=STOCKS, trap="markup"))


def read_cut(answer: Answer, size: int) -> Page:
    return read_page(Answer(answer.body[:size], answer.asked, answer.url, 200, answer.headers))


@pytest.mark.parametrize(("form", "version"), CASES)
def test_a_page_cut_at_any_place_says_nothing_that_the_whole_does_not_say(form, version):
    answer = rendered(form, version)
    whole = claims(read_page(answer)).items()
    start = answer.body.index(b"<section")
    for size in range(start, len(answer.body), 13):
        assert claims(read_cut(answer, size)).items() <= whole, answer.body[size - 60 : size]


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_page_cut_at_any_place_says_nothing_that_the_whole_does_not_say(name):
    answer = Answer(SAVED[name], ASKED, "", 200, {})
    whole = claims(read_page(answer)).items()
    for size in range(0, len(answer.body), 3):
        page = read_cut(answer, size)
        assert claims(page).items() <= whole, answer.body[size - 60 : size]


@pytest.mark.parametrize("form", ["standard_cart", "legacy_boxes", "premium_comparison"])
def test_cards_in_another_order_say_the_same(form):
    stocks = dict(reversed(STOCKS.items()))
    page = read(open_shop(order_form=form, version="9.0", stocks=stocks))
    assert claims(page) == claims(read_page(rendered_without_traps(form)))


def rendered_without_traps(form: str) -> Answer:
    return page_of(open_shop(order_form=form, version="9.0", stocks=STOCKS))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_without_stock(body):
    page = read_page(Answer(body, ASKED, "", 200, {}))
    assert claims(page) == {}


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS | st.text(max_size=8), max_size=30))
def test_pieces_of_pages_in_any_order_never_fail(parts):
    body = "".join(parts).encode("utf-8", "replace")
    for status in (200, 404):
        page = read_page(Answer(body, ASKED, "", status, {"Content-Type": "text/html"}))
        assert status == 200 or not page.items


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(CASES),
    st.integers(min_value=0),
    st.integers(min_value=1, max_value=200),
)
def test_a_hole_in_a_page_invents_no_product(case, place, size):
    """Bytes lost in the middle may change what is shown; no other product may appear."""
    answer = rendered(*case)
    body = answer.body
    place %= len(body)
    page = read_page(Answer(body[:place] + body[place + size :], answer.asked, answer.url, 200, {}))
    assert isinstance(page, Page)
    assert len(page.items) <= 2 * len(STOCKS)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(PAGES)),
    st.sampled_from([200, 302, 403, 429, 503, 520, 0, 999]),
    st.dictionaries(st.sampled_from(["Content-Type", "Set-Cookie", "cf-mitigated"]), st.text()),
)
def test_pages_that_are_no_shop_never_hold_stock(name, status, headers):
    page = read_page(Answer(PAGES[name][1].encode(), ASKED, "", status, headers))
    assert not page.items
    assert page.page not in ("listing", "product", "sold_out")
