from __future__ import annotations

from decimal import Decimal

import pytest

from demo.storefront_strings import WORDS
from tests.websites.storefront.pages import ROOT, open_shop, page_of, read, read_html
from websites.sources.whmcs_storefront.addresses import (
    GroupRef,
    ProductRef,
    absolute,
    group_ref,
    product_ref,
    shop_root,
)
from websites.sources.whmcs_storefront.counts import count_of, may_hold_count
from websites.sources.whmcs_storefront.document import decoded
from websites.sources.whmcs_storefront.kept import LONGEST, kept
from websites.sources.whmcs_storefront.prices import amount_of, price_of
from websites.sources.whmcs_storefront.strings import (
    AVAILABLE,
    LANGUAGES,
    LEFT,
    ONLY,
    SOLD_OUT,
    STOCK_LABELS,
    UNAVAILABLE,
    UNITS,
    is_sold_out,
    is_unavailable,
    may_begin_gone,
)

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$5.00 USD", "5.00", "USD"),
        ("Starting from $1,049.00 USD Monthly", "1049.00", "USD"),
        ("€1.049,00 EUR", "1049.00", "EUR"),
        ("€5.00", "5.00", "EUR"),
        ("1,234 JPY", "1234.00", "JPY"),
        ("49,90 zł", "49.90", ""),
        ("From Rs.1,500.00 INR/mo", "1500.00", "INR"),
        ("12 months from £3.50", "3.50", "GBP"),
        ("FREE!", None, ""),
        ("Contact us, 24/7", None, ""),
    ],
)
def test_prices_are_read_in_every_format(text, amount, currency):
    found = price_of(text)
    assert found == (Decimal(amount) if amount else None, currency)


def test_the_currency_chosen_on_the_page_names_a_bare_sign():
    assert price_of("$5.00", "AUD") == (Decimal("5.00"), "AUD")
    assert amount_of("9" * 40) is None


@pytest.mark.parametrize(
    ("address", "ref"),
    [
        ("cart.php?a=add&pid=12", ProductRef(pid="12")),
        ("/billing/cart.php?pid=12&a=add#x", ProductRef(pid="12")),
        ("cart.php?a=add&bid=3", ProductRef(bid="3")),
        ("/store/vps/small", ProductRef(slug="vps/small")),
        ("/index.php/store/vps/small", ProductRef(slug="vps/small")),
        ("index.php?rp=/store/vps/small", ProductRef(slug="vps/small")),
        ("cart.php?a=add&pid=12abc", None),
        ("cart.php?a=add&pid=0", None),
        ("cart.php?a=add&domain=register", None),
        ("cart.php?a=confproduct&i=0", None),
        ("/store/vps", None),
        ("javascript:location='cart.php?a=add&pid=1'", None),
        ("http://[::1", None),
    ],
)
def test_an_order_link_names_its_product(address, ref):
    assert product_ref(address) == ref


@pytest.mark.parametrize(
    ("address", "ref"),
    [
        ("cart.php?gid=4", GroupRef(gid="4")),
        ("/store/vps", GroupRef(slug="vps")),
        ("/x/index.php?rp=/store/vps", GroupRef(slug="vps")),
        ("cart.php?gid=addons", None),
        ("cart.php?gid=renewals", None),
        ("/store/vps/small", None),
        ("/store", None),
        ("cart.php?a=view", None),
    ],
)
def test_a_link_of_the_menu_names_its_group(address, ref):
    assert group_ref(address) == ref


@pytest.mark.parametrize("folder", ["", "/billing", "/a/b"])
@pytest.mark.parametrize(
    "page", ["", "/", "/cart.php", "/cart.php?gid=1", "/index.php?rp=/store/vps", "/store",
             "/store/vps", "/store/vps/small", "/index.php/store/vps", "/clientarea.php#x"]
)  # fmt: skip
def test_the_root_of_a_shop_is_found_from_any_of_its_pages(folder, page):
    assert shop_root(f"https://shop.example{folder}{page}") == f"https://shop.example{folder}"


def test_only_addresses_a_browser_can_open_are_links():
    assert absolute("cart.php", "https://shop.example/x/y") == "https://shop.example/x/cart.php"
    assert absolute("mailto:x@shop.example", "https://shop.example/") == ""
    assert absolute("/" + "x" * 600, "https://shop.example/") == ""
    assert absolute("cart.php", "") == ""
    assert absolute("http://[::1", "https://shop.example/") == ""


@pytest.mark.parametrize("language", WORDS)
def test_the_words_of_a_language_are_known(language):
    assert tuple(LANGUAGES[language]) == WORDS[language]
    assert is_sold_out(f" ({WORDS[language][1].upper()}) ") or language in ("turkish", "german")
    assert is_sold_out(f"\u200f{WORDS[language][1]}\n")
    assert not is_sold_out(f"{WORDS[language][1]} x")


@pytest.mark.parametrize("form", ["standard_cart", "legacy_modern", "cloud_slider"])
@pytest.mark.parametrize("version", ["8.1", "9.0"])
def test_the_menu_lists_every_group_and_nothing_else(form, version):
    shop = open_shop(order_form=form, version=version, empty_groups=[(7, "Empty & Co", "empty")])
    groups = read(shop).groups
    assert [group.name for group in groups] == ["VPS", "Empty & Co"]
    wanted = (
        ["store/vps", "store/empty"] if version == "9.0" else ["cart.php?gid=1", "cart.php?gid=7"]
    )
    assert [group.url for group in groups] == [f"{ROOT}/shop/{one}" for one in wanted]


def test_the_menu_for_small_screens_serves_where_the_other_is_missing():
    answer = page_of(open_shop())
    html = answer.body.decode().replace('menuItemName="Categories"', "")
    assert [group.ref.key for group in read_html(html, url=answer.url).groups] == ["vps"]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"\xef\xbb\xbf<p>\xc3\xa4", "text/html; charset=latin1", "<p>ä"),
        (b"\xe4", "text/html; charset=iso-8859-1", "ä"),
        (b'<meta charset="windows-1251">\xcf', "", '<meta charset="windows-1251">П'),
        (b"\xc3\xa4", "text/html; charset=nonsense", "ä"),
        (b"\xff", "", "\ufffd"),
        (b"abc", "text/html; charset=idna", "abc"),
        (b"YWJj", "text/html; charset=base64", "YWJj"),
    ],
)
def test_pages_are_decoded_as_they_say(body, content_type, text):
    assert decoded(body, content_type) == text


def test_a_sold_out_page_after_the_cart_says_nothing_about_the_product_asked_for():
    html = '<div class="error-heading alert alert-danger">Out of Stock</div>'
    asked = "https://shop.example/cart.php?a=add&pid=1"
    assert read_html(html, asked=asked).page == "sold_out"
    assert not read_html(html, asked=asked, url="https://shop.example/cart.php?a=view").items


def test_a_form_beside_a_sold_out_message_proves_nothing():
    html = (
        '<div class="error-heading">Out of Stock</div>'
        '<form id="frmConfigureProduct"><input name="i" value="0"></form>'
    )
    page = read_html(html, asked="https://shop.example/cart.php?a=add&pid=1")
    assert (page.page, page.items) == ("unknown", ())


def test_a_domain_page_of_another_product_proves_nothing_about_the_one_asked_for():
    html = '<form id="frmProductDomain"><input id="frmProductDomainPid" value="9"></form>'
    assert not read_html(html, asked="https://shop.example/cart.php?a=add&pid=1").items


@pytest.mark.parametrize("around", ["{}", "({})", "[ {} ]", "{}!", "\u2716 {}", " \n{}. "])
def test_words_for_sold_out_are_suspected_however_tags_divide_them(around):
    for phrase in SOLD_OUT | UNAVAILABLE:
        words = around.format(phrase.title()).split(" ")
        for end in range(len(words) + 1):
            texts = [" ".join(words[:end]), "\n", " ".join(words[end:])]
            assert not is_unavailable(" ".join(texts)) or any(map(may_begin_gone, texts))
        assert any(map(may_begin_gone, words)), words


def test_other_texts_are_not_suspected():
    texts = ["VPS 12", "", " ", "()", "5 Available", "Order Now", "Outer Space", "Locations: 3"]
    assert not any(map(may_begin_gone, texts))
    assert [text for text in texts if may_hold_count(text)] == ["5 Available"]


@pytest.mark.parametrize(
    "around", ["{} {} {}", "({} {} {})", "{}: {} {}.", "{} 1,{} {}", "{} -{}{}"]
)
def test_counts_are_suspected_however_tags_divide_them(around):
    after = AVAILABLE | LEFT | UNITS
    seen = 0
    for phrase in STOCK_LABELS | ONLY | after:
        for text in (around.format(phrase, "345", ""), around.format("", "345", phrase.title())):
            words = text.split(" ")
            for first in range(len(words) + 1):
                for last in range(first, len(words) + 1):
                    texts = [words[:first], words[first:last], words[last:]]
                    parts = [" ".join(part) for part in texts]
                    if count_of(" ".join(parts)) is not None:
                        seen += 1
                        assert any(map(may_hold_count, parts)), parts
    assert seen > 100


def test_answers_are_kept_for_short_texts_only():
    asked = []

    @kept(2)
    def size(text: str, more: int = 0) -> int:
        asked.append(text)
        return len(text) + more

    long = "x" * (LONGEST + 1)
    assert [size("a"), size("a"), size("a", 1), size(long), size(long)] == [1, 1, 2, 1001, 1001]
    assert asked == ["a", "a", long, long]
