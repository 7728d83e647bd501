"""Cards that contradict themselves, themes that are not what they seem, pages of older themes."""

from __future__ import annotations

import pytest

from tests.websites.storefront.pages import by_key, read_html
from websites.sources.whmcs_storefront.strings import SOLD_OUT_DESCRIPTIONS

pytestmark = [pytest.mark.unit, pytest.mark.once]


def cards(*rows: str, root: str = "") -> str:
    return f'<div id="{root}">{"".join(rows)}</div>'


def test_ids_that_start_at_0_are_places_though_the_links_are_new():
    rows = [
        f'<div id="product{number}" class="product"><div class="name">VPS</div>'
        f'<a href="/store/vps/{slug}">Order</a></div>'
        for number, slug in enumerate(("small", "large"))
    ]
    page = read_html(cards(*rows, root="order-modern"), url="https://shop.example/store/vps")
    assert [item.ref and item.ref.key for item in page.items] == [
        "slug:vps/small",
        "slug:vps/large",
    ]
    assert [item.stock_control for item in page.items] == [False, False]


@pytest.mark.parametrize(("numbers", "keys"), [((1, 2), ["slug:g/1", "slug:g/2"]),
                                               ((2, 1), ["2", "1"])])  # fmt: skip
def test_ids_of_a_foreign_theme_count_as_pids_when_they_cannot_be_places(numbers, keys):
    rows = [
        f'<div id="product{one}"><b id="product{one}-name">VPS</b><a href="/store/g/{one}">Order</a></div>'
        for one in numbers
    ]
    page = read_html(cards(*rows), url="https://shop.example/store/g")
    assert [item.ref and item.ref.key for item in page.items] == keys


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ('<div class="error-container boxed"><h1><i class="fa fa-warning"></i> Hoppla</h1>'
         '<div class="buttons"><a href="/">1</a><a href="/s">2</a></div></div>', "not_found"),
        ('<div class="error-container boxed"><h1><i class="fas"></i> Hoppla</h1>'
         '<div class="buttons"><a href="/">1</a></div></div>', "rate_limited"),
        ('<div class="alert alert-danger"><strong><i class="fa fa-gavel"></i> Gesperrt</strong></div>',
         "blocked"),
        ('<form action="/dologin.php" class="login-form"><input name="username">'
         '<input name="password"></form>', "login"),
        ('<header><form action="/dologin.php"><input name="username"><input name="password"></form>'
         "</header><h1>Hallo</h1>", "unknown"),
        ("<title>Wartungsarbeiten</title>", "maintenance"),
        ("", "error"),
        (" \n ", "error"),
        ("Hello", "unknown"),
    ],
)  # fmt: skip
def test_pages_without_products_are_named_in_any_language(html, kind):
    assert read_html(html).page == kind


CARD = '<header><span id="product7-name">VPS</span><span class="qty">{}</span></header>'


def one_card(*parts: str) -> str:
    link = '<a id="product7-order-button" href="/cart.php?a=add&pid=7">Order</a>'
    rows = "".join(f'<div class="product" id="product7">{part}{link}</div>' for part in parts)
    return cards(rows, root="order-standard_cart")


@pytest.mark.parametrize(
    ("first", "second", "stock"),
    [
        ("5 Available", "5 Available", ("in_stock", 5)),
        ("5 Available", "0 Available", ("unknown", None)),
        ("5 Available", "soon", ("in_stock", 5)),
        ("soon", "0 Available", ("out_of_stock", 0)),
        ("soon", "soon", ("unknown", None)),
    ],
)
def test_a_product_listed_twice_says_what_its_cards_agree_on(first, second, stock):
    link = '<a href="/cart.php?a=add&pid=7" id="{}-order-button">Order</a>'
    rows = [
        f'<div id="{name}"><header><span id="{name}-name">VPS</span><span class="qty">{text}</span>'
        f"</header>{link.format(name)}</div>"
        for name, text in (("product1", first), ("product2", second))
    ]
    (item,) = read_html(cards(*rows, root="order-standard_cart")).items
    assert (item.availability.value, item.quantity) == stock


@pytest.mark.parametrize(
    ("text", "stock"),
    [("1,0 Available", "unknown"), ("Available", "unknown"), ("plenty", "unknown"),
     ("Out of Stock", "out_of_stock"), ("", "unknown")],
)  # fmt: skip
def test_words_in_the_place_of_the_number_are_not_taken_for_unlimited_stock(text, stock):
    other = CARD.format("0 Available").replace("product7", "product8")
    html = one_card(CARD.format(text)) + f'<div class="product" id="product8">{other}</div>'
    assert read_html(html).items[0].availability.value == stock
    boxes = f'<input type="radio" name="pid" value="7"> <strong>VPS</strong> <em>({text})</em>'
    found = read_html(cards(f"<label>{boxes}</label>", root="order-boxes")).items[0]
    assert found.availability.value == "unknown"


def test_two_numbers_in_one_card_prove_nothing():
    parts = CARD.format("5 Available").replace(
        "</header>", '<span class="qty">0 Available</span></header>'
    )
    (item,) = read_html(one_card(parts)).items
    assert (item.availability.value, item.evidence) == ("unknown", "contradiction")


def test_a_number_beside_a_sold_out_mark_proves_nothing():
    mark = '<span id="product7-unavailable">Out of Stock</span>'
    (item,) = read_html(one_card(CARD.format("5 Available") + mark)).items
    assert item.availability.value == "unknown"


@pytest.mark.parametrize("language", ["english", "portuguese-br", "vietnamese"])
def test_the_description_proves_sold_out_where_the_title_was_changed(language):
    texts = {"english": 0, "portuguese-br": 1, "vietnamese": 2}
    text = SOLD_OUT_DESCRIPTIONS[texts[language]]
    html = f'<div class="alert error-heading">Gone!</div><p class="margin-bottom">{text} Sorry.</p>'
    assert read_html(html, asked="https://shop.example/cart.php?a=add&pid=1").page == "sold_out"
    html = f'<div class="alert">Gone!</div><p class="margin-bottom">{text}</p>'
    assert read_html(html, asked="https://shop.example/cart.php?a=add&pid=1").page == "unknown"


def test_the_currency_chosen_on_the_page_is_used():
    html = (
        '<select name="currency"><option>USD</option><option selected>AUD</option></select>'
        + one_card(CARD.format("1 Available") + '<span class="price">$7.00</span>')
    )
    (item,) = read_html(html).items
    assert (str(item.price), item.currency) == ("7.00", "AUD")


def test_names_lose_what_moves_text_about():
    html = one_card(CARD.format("1 Available").replace("VPS", "V\u202ePS\u200d \u0007x"))
    assert read_html(html).items[0].name == "VPS\u200d x"


def in_theme(*rows: str) -> list[str]:
    html = "".join(f'<div class="package"><h3>VPS</h3>{row}</div>' for row in rows)
    items = by_key(read_html(f"<main>{html}</main>"))
    return [items[key].availability.value for key in sorted(items)]


@pytest.mark.parametrize(
    "gone",
    [
        '<a class="price-btn unavailable" href="cart.php?a=add&pid=1">Come back</a>',
        '<a href="cart.php?a=add&pid=1">Out of Stock</a>',
        '<a class="btn" href="cart.php?a=add&pid=1">(Agotado)</a>',
        '<form action="cart.php?a=add"><input type="hidden" name="pid" value="1">'
        '<input type="submit" value="Order Now" disabled></form>',
    ],
)
def test_an_order_link_that_says_sold_out_is_none(gone):
    assert in_theme(gone, '<a href="cart.php?a=add&pid=2">Order</a>') == [
        "out_of_stock",
        "in_stock",
    ]


def test_a_badge_beside_a_working_order_link_proves_nothing():
    badge = '<span class="badge">Out of Stock</span><a href="cart.php?a=add&pid=1">Order</a>'
    assert in_theme(badge, '<a href="cart.php?a=add&pid=2">Order</a>') == ["unknown", "unknown"]


def test_a_badge_outside_of_the_inner_box_belongs_to_the_card():
    row = '<span class="badge">3 Available</span><div class="pricing"><a href="cart.php?a=add&pid={}">Order</a></div>'
    assert in_theme(row.format(1), row.format(2)) == ["in_stock", "in_stock"]


@pytest.mark.parametrize("blanks", ["", "\n", "\n" + 56 * " ", "\n" + 150 * " "])
def test_a_number_counts_however_wide_the_template_sets_it(blanks):
    stock = f'<span class="stock">{blanks}0{blanks} Available</span>'
    link = '<a href="cart.php?a=add&pid=1">Order</a>'
    assert in_theme(stock + link) == ["out_of_stock"]


def test_a_number_behind_the_name_counts_where_the_name_stands_outside_of_the_card():
    html = cards(
        '<h3 id="product3-name">VPS <span class="qty">0 Available</span></h3>',
        '<div id="product3"><a href="cart.php?a=add&pid=3">Order</a></div>',
        root="order-other_theme",
    )
    assert by_key(read_html(html))["3"].availability.value == "out_of_stock"


def test_a_wall_that_links_to_a_product_is_still_a_wall():
    html = (
        '<title>Login</title><p><a href="/cart.php?a=add&pid=1">Order</a></p>'
        '<form action="/dologin.php"><input name="username"><input name="password"></form>'
    )
    assert (read_html(html).page, read_html(html).items) == ("login", ())
