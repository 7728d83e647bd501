"""Cards as shops and themes draw them: what counts, what only looks as if it did."""

from __future__ import annotations

import pytest

from tests.websites.storefront.pages import by_key, read_html
from websites.sources.whmcs_storefront.result import Page
from websites.sources.whmcs_storefront.strings import SOLD_OUT_DESCRIPTIONS

pytestmark = [pytest.mark.unit, pytest.mark.once]

URL = "https://shop.example/store/g"


def order(pid: int, text: str = "Order Now", more: str = "") -> str:
    return f'<a class="btn" href="/cart.php?a=add&pid={pid}"{more}>{text}</a>'


def vendors(*qtys: str, button: str = "") -> Page:
    """standard_cart of version 9, with what stands behind each name."""
    rows = [
        f'<div class="product" id="product{pid}"><header><span id="product{pid}-name">VPS</span>'
        f"{qty}</header><footer>"
        + (button or f'<a id="product{pid}-order-button" href="/store/g/v{pid}">Order Now</a>')
        + "</footer></div>"
        for pid, qty in enumerate(qtys, 41)
    ]
    return read_html(f'<div id="order-standard_cart">{"".join(rows)}</div>', url=URL)


def comparison(*buttons: str, around: str = "") -> Page:
    rows = [
        f'<li id="product{pid}"><h4 id="product{pid}-name">VPS</h4>{button}</li>'
        for pid, button in enumerate(buttons, 41)
    ]
    html = f'{around}<div id="order-premium_comparison"><ul>{"".join(rows)}</ul></div>'
    return read_html(html, url=URL)


def theme(*rows: str, around: str = "", css: str = "package") -> Page:
    """Cards of a theme without ids of the vendor; each row has one order link at least."""
    cards = "".join(f'<div class="{css}"><h3>VPS</h3>{row}</div>' for row in rows)
    return read_html(f'<main>{around}<div class="packages">{cards}</div></main>', url=URL)


def said(page: Page) -> list[tuple[str, int | None]]:
    items = by_key(page)
    return [(items[key].availability.value, items[key].quantity) for key in sorted(items, key=int)]


IN, OUT, UNKNOWN = "in_stock", "out_of_stock", ("unknown", None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250 Verfügbar", 1250),
        ("1,250 Available", 1250),
        ("5&nbsp;Available", 5),
        ("5 &times; Available", 5),
        ("Available: 5", 5),
        ("Only 3 left", 3),
        ("库存：3", 3),
        ("仅剩 2", 2),
        ("&#8207;0&nbsp;זמינים", 0),
        ("\u2067-2 متاح\u2069", -2),
        ("۵ موجود است", 5),
        ("0", 0),
        ("0 left, sorry", 0),
    ],
)
def test_counts_are_read_in_every_spelling(text, number):
    where = IN if number > 0 else OUT
    assert said(vendors(f'<span class="qty">{text}</span>')) == [(where, number)]


@pytest.mark.parametrize(
    "text",
    ["5+ Available", "5% off", "50 sold", "5 / 10", "1 250 Disponible", "1.5 Available", "Loading...",
     "-- Available", "{{qty}} Available", "unlimited", "", "5 of 10 Available", "Limit: 5", "<5 left"],
)  # fmt: skip
def test_what_is_no_count_is_neither_a_number_nor_unlimited_stock(text):
    assert said(vendors(f'<span class="qty">{text}</span>')) == [UNKNOWN]


@pytest.mark.parametrize(
    "more", ['style="display:none"', "hidden", 'class="qty d-none"', 'style="visibility: hidden"']
)
def test_a_hidden_number_leaves_its_product_unknown(more):
    qty = f"<span {more} class='qty'>0 Available</span>"
    assert said(vendors(qty, '<span class="qty">0 Available</span>')) == [UNKNOWN, (OUT, 0)]


def test_a_ribbon_agrees_with_a_zero_and_contradicts_a_number():
    ribbon = '<span class="ribbon">Sold Out</span>'
    rows = [f'<span class="qty">{n} Available</span>{ribbon}' for n in (0, -2, 5)]
    assert said(vendors(*rows, ribbon)) == [(OUT, 0), (OUT, -2), UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("word", ["Sold Out", "Unavailable", "Ausverkauft", "售罄", "Распродано"])
def test_a_dead_button_says_sold_out_in_the_words_of_the_site(word):
    button = f'<button class="btn" disabled>{word}</button>'
    assert said(vendors("", button=button)) == [(OUT, None)]
    assert said(comparison(order(41, word), order(42, more=' id="product42-order-button"'))) == [
        (OUT, None),
        (IN, None),
    ]
    assert said(theme(order(1, word), order(2))) == [(OUT, None), (IN, None)]


@pytest.mark.parametrize("word", ["Coming Soon", "Notify me", "敬请期待"])
def test_what_cannot_be_had_yet_is_not_in_stock(word):
    button = f'<a id="product41-order-button" href="/cart.php?a=add&pid=41">{word}</a>'
    assert said(comparison(button)) == [UNKNOWN]


def test_an_advertisement_is_no_card_of_the_list():
    """Nobody says that it would be marked if its product were sold out."""
    banner = f'<div class="banner">{order(900)}</div>'
    live = '<a id="product41-order-button" href="/cart.php?a=add&pid=41">Order</a>'
    assert said(comparison(live, around=banner)) == [(IN, None), UNKNOWN]
    gone = order(2, "Out of Stock")
    assert said(theme(order(1), gone, around=banner)) == [(IN, None), (OUT, None), UNKNOWN]


@pytest.mark.parametrize(
    ("html", "stock"),
    [
        ('<div class="row"><div>Locations</div><div>3 Available</div></div>', UNKNOWN),
        ("<table><tr><td>IPv4</td><td>5 Available</td></tr></table>", UNKNOWN),
        ("<div>Remaining: 5 / 10</div>", UNKNOWN),
        ("<div>5 vCPU</div><div>Qty: 5</div>", UNKNOWN),
        ("<p class='description'>3 Available</p>", UNKNOWN),
        ("<template><span>3 Available</span></template><!-- 5 Available -->", UNKNOWN),
        ("<strong>0 Available</strong>", UNKNOWN),
        ("<p><b>IPv6</b> <span>1 Available</span></p>", UNKNOWN),
        ("<p>5 Available</p><p>0 Available</p>", UNKNOWN),
        ('<span class="stock" data-stock="5"></span>', UNKNOWN),
        ("<p><b>Stock</b> <span>1 Available</span></p>", (IN, 1)),
        ("<ul><li>Out of Stock</li></ul>", UNKNOWN),
        ('<div class="stock">5 in stock</div>', (IN, 5)),
        ("<div>Stock: 5</div>", (IN, 5)),
        ("<div>库存：0</div>", (OUT, 0)),
        ("<small>Only 3 left</small>", (IN, 3)),
        ("<span>Stock</span> <span>7 Available</span>", (IN, 7)),
        ("<div>Traffic</div><div>Unlimited</div><span class='label'>6 Available</span>", (IN, 6)),
        ('<span class="badge">In Stock</span>', (IN, None)),
        ("<div><span>Snapshots</span> <span>In Stock</span></div>", UNKNOWN),
    ],
)
def test_a_foreign_theme_is_read_where_it_speaks_of_stock(html, stock):
    assert said(theme(html + order(1), order(2))) == [stock, UNKNOWN]


def test_a_bold_zero_or_a_list_that_says_sold_out_casts_doubt_where_others_are_marked():
    gone = order(2, "Out of Stock")
    rows = ("<strong>0 Available</strong>", "<ul><li>Sold out</li></ul>", "<p>fine</p>")
    for row, stock in zip(rows, (UNKNOWN, UNKNOWN, (IN, None)), strict=True):
        assert said(theme(row + order(1), gone)) == [stock, (OUT, None)]


def test_a_card_with_the_class_of_a_sold_out_one_is_not_in_stock():
    assert said(theme(order(1), css="package sold-out")) == [UNKNOWN]
    assert said(theme(order(1, more=" disabled"), css="package sold-out")) == [(OUT, None)]


def version_5(pid: int, number: int, off: str = "") -> str:
    button = f"window.location='cart.php?a=add&amp;pid={pid}'"
    return (
        f'<div class="cartbox"><strong>VPS</strong> <em>({number} Available)</em><br />Fast<br />'
        f'<input type="button" value="Order Now &raquo;"{off} onclick="{button}" /></div>'
    )


def version_5_modern(pid: int, number: int) -> str:
    return (
        f'<div class="product"><div class="name">VPS <span class="qty">({number} Available)</span>'
        f'</div><form method="post" action="/cart.php?a=add&amp;pid={pid}">'
        '<input type="submit" value="Order Now" /></form></div>'
    )


@pytest.mark.parametrize("draw", [version_5, version_5_modern])
@pytest.mark.parametrize("root", ["", "order-web20cart", "order-modern"])
def test_buttons_and_forms_of_version_5_name_their_products(draw, root):
    rows = [draw(3, 5), draw(4, 0), draw(5, -2)]
    page = read_html(f'<div id="{root}">{"".join(rows)}</div>', url="https://shop.example/cart.php")
    assert said(page) == [(IN, 5), (OUT, 0), (OUT, -2)]
    assert by_key(page)["3"].url == "https://shop.example/cart.php?a=add&pid=3"
    assert by_key(page)["3"].name == "VPS"


def test_a_form_beside_the_name_belongs_to_its_card():
    form = (
        '<span class="badge">{} Available</span><form action="/cart.php"><input type="hidden" '
        'name="pid" value="{}"><button>Order</button></form>'
    )
    assert said(theme(form.format(5, 1), form.format(0, 2))) == [(IN, 5), (OUT, 0)]


def test_relative_links_start_from_the_base_of_the_page():
    html = (
        '<base href="/billing/"><div class="package"><a href="cart.php?a=add&pid=1">Order</a></div>'
    )
    assert (
        read_html(html, url=URL).items[0].url == "https://shop.example/billing/cart.php?a=add&pid=1"
    )


LAGOM = (
    '<div class="message message-danger message-lg"><div class="message-icon"><i></i></div>'
    '<h2 class="message-text">{}</h2><p>{}</p><a class="btn" href="/cart.php">Go back</a></div>'
)
DESCRIPTION = SOLD_OUT_DESCRIPTIONS[0]


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Out of Stock", DESCRIPTION, "sold_out"),
        ("缺货", "抱歉", "sold_out"),
        ("Oops", DESCRIPTION, "sold_out"),
        ("Oops", "The bundle expired", "unknown"),
        ("Unavailable", "Choose another domain", "unknown"),
    ],
)
def test_messages_of_other_themes_are_read_by_their_parts(title, text, kind):
    page = read_html(LAGOM.format(title, text), asked="https://shop.example/cart.php?a=add&pid=1")
    assert page.page == kind
    assert said(page) == ([(OUT, None)] if kind == "sold_out" else [])


def test_a_message_above_a_list_of_products_is_not_about_the_one_asked_for():
    message = '<div class="alert alert-danger">Out of Stock</div>'
    html = f'{message}<div class="package"><span class="stock">5 Available</span>{order(2)}</div>'
    page = read_html(html, asked="https://shop.example/cart.php?a=add&pid=1", url=URL)
    assert (page.page, said(page)) == ("listing", [(IN, 5)])


def test_a_card_that_is_a_link_as_a_whole_names_its_product():
    rows = [
        f"""<div id="product{place}" class="product" onclick="window.location='cart.php?a=add&pid={pid}'">
        <div class="name">VPS <span class="qty">({pid - 7} in stock)</span></div></div>"""
        for place, pid in enumerate((7, 9))
    ]
    page = read_html(f'<div id="order-modern">{"".join(rows)}</div>', url=URL)
    assert said(page) == [(OUT, 0), (IN, 2)]
