"""Group pages of every order form, in the markup of its generation.

Names and descriptions are printed as the administrator typed them, markup included, as WHMCS does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from demo.storefront_look import Entry, Look
from demo.storefront_strings import ORDER_NOW, SIGNS, STARTING_FROM


@dataclass(frozen=True, slots=True)
class Listing:
    """What a form draws. `menu` is the sidebar, `chooser` its copy for small screens."""

    look: Look
    language: str
    currency: str
    headline: str
    entries: list[Entry]
    links: list[str]
    menu: str
    chooser: str
    notice: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    """(name, address), for forms without a sidebar."""

    @property
    def available(self) -> str:
        return self.look.words(self.language)[0]

    @property
    def sold_out(self) -> str:
        return self.look.words(self.language)[1]


def prefix(listing: Listing, index: int, *, first: int = 1) -> str:
    """The id of a card: its place on the page before 8.3, its pid from then on."""
    entry = listing.entries[index]
    if not listing.look.has_pid_ids:
        return f"product{index + first}"
    return f"bundle{entry.bid}" if entry.bid else f"product{entry.pid}"


def quantity(listing: Listing, entry: Entry) -> str:
    """The number as the form prints it, "" where it prints none."""
    if entry.stock is None or entry.bid:
        return ""
    if not listing.look.shows_zero and entry.stock == 0:
        return ""
    return f"{entry.stock} {listing.available}"


def money(listing: Listing, amount: str) -> str:
    sign, suffix = SIGNS.get(listing.currency, ("", f" {listing.currency}"))
    return f"{escape(sign)}{amount}{suffix}"


def price(listing: Listing, entry: Entry, tag: str = "price") -> str:
    if entry.is_free:
        return "FREE!"
    fee = f"<small>{money(listing, entry.setup_fee)} Setup Fee</small>" if entry.setup_fee else ""
    amount = f'<span class="{tag}">{money(listing, entry.price)}</span>'
    if entry.bid:
        return f"Bundle Deal<br />{amount}"
    return f"{STARTING_FROM}<br />{amount}<br />Monthly<br>{fee}"


def standard_cart(listing: Listing) -> str:
    rows = []
    for index, entry in enumerate(listing.entries):
        card = prefix(listing, index)
        number = quantity(listing, entry)
        qty = f'\n<span class="qty">\n    {number}\n</span>' if number else ""
        newer = " btn-order-now" if listing.look.number >= (8, 5) else ""
        rows.append(f"""
<div class="col-md-6"><div class="product clearfix" id="{card}">
<header>
<span id="{card}-name">{entry.name}</span>{qty}
</header>
<div class="product-desc"><p id="{card}-description">{entry.description}</p>
<ul><li id="{card}-feature1"><span class="feature-value">1 GB</span> Memory</li></ul></div>
<footer><div class="product-pricing" id="{card}-price">{price(listing, entry)}</div>
<a href="{listing.links[index]}" class="btn btn-success btn-sm{newer}" id="{card}-order-button">
<i class="fas fa-shopping-cart"></i> {ORDER_NOW}</a></footer>
</div></div>""")
    return f"""<div id="order-standard_cart"><div class="row">
<div class="cart-sidebar sidebar">{listing.menu}</div>
<div class="cart-body"><div class="header-lined"><h1 class="font-size-36">{listing.headline}</h1>
<p>Tagline</p></div>{listing.notice}
<div class="sidebar-collapsed">{listing.chooser}</div>
<div class="products" id="products"><div class="row row-eq-height">{"".join(rows)}</div></div>
</div></div></div>"""


def legacy_modern(listing: Listing) -> str:
    rows = []
    for index, entry in enumerate(listing.entries):
        card = prefix(listing, index, first=0)
        number = quantity(listing, entry)
        qty = f'<span class="qty">\n({number})\n</span>' if number else ""
        link = listing.links[index]
        rows.append(f"""<div class="col-md-6">
<div id="{card}" class="product" onclick="window.location='{link}'">
<div class="pricing">{price(listing, entry, "pricing")}</div>
<div class="name">
{entry.name}
{qty}</div>
<span class="prodfeature"><span class="feature">Disk</span><br />20 GB</span>
<div class="clear"></div><div class="description">{entry.description}</div>
<div class="text-right"><a href="{link}" class="btn btn-success btn-lg">{ORDER_NOW}</a></div>
</div></div>""")
    items = "".join(f'<li><a href="{url}">{name}</a></li>' for name, url in listing.groups)
    return f"""<div id="order-modern"><div class="title-bar"><h1>{listing.headline}</h1>
<div class="choosecat btn-group"><button type="button">Choose Another Category</button>
<ul class="dropdown-menu" role="menu">{items}
<li><a href="cart.php?a=add&domain=register">Register Domain</a></li>
<li><a href="cart.php?a=view">View Cart</a></li></ul></div></div>{listing.notice}
<div class="row">{"".join(rows)}</div></div>"""


def legacy_boxes(listing: Listing) -> str:
    rows = []
    for entry in listing.entries:
        value = f"b{entry.bid}" if entry.bid else str(entry.pid)
        off = " disabled" if entry.stock == 0 else ""
        number = quantity(listing, entry)
        count = f"<em>({number})</em>" if number else ""
        text = f" - {entry.description}" if entry.description else ""
        rows.append(f"""<div class="field-row clearfix"><div class="col-xs-12">
<label class="radio-inline product-radio"><input type="radio" name="pid" id="pid{entry.pid or ""}"
 value="{value}"{off} /> <strong>{entry.name}</strong> {count}{text}</label></div></div>""")
    return f"""<div id="order-boxes"><div class="col-md-9"><div class="header-lined">
<h1>{listing.headline}</h1></div></div><div class="col-md-3 sidebar">{listing.menu}</div>
<div class="col-md-9">{listing.notice}<form method="post" action="cart.php?a=add">
<div class="fields-container">{"".join(rows)}</div>
<button type="submit" class="btn btn-primary btn-lg">Continue</button></form></div></div>"""


def comparison(name: str) -> Callable[[Listing], str]:
    def draw(listing: Listing) -> str:
        rows = []
        for index, entry in enumerate(listing.entries):
            card = prefix(listing, index)
            link = escape(listing.links[index])
            rows.append(f"""<li id="{card}"><div class="price-table"><div class="top-head">
<div class="top-area"><h4 id="{card}-name">{entry.name}</h4></div></div>
<ul><li id="{card}-description">{entry.description}</li></ul>
<div class="price-area"><div class="price" id="{card}-price">{_cycle(listing, entry)}</div>
{_button(listing, entry, card, link, name)}</div></div></li>""")
        title = (
            f'<div class="product-group-headline">{listing.headline}</div>'
            if name == "supreme_comparison"
            else f'<h3 id="headline">{listing.headline}</h3>'
        )
        return f"""<div class="row row-product-selection">
<div class="col-md-3 sidebar product-selection-sidebar" id="premiumComparisonSidebar">{listing.menu}
</div><div class="col-md-12"><div id="order-{name}">{title}{listing.notice}
<div id="products" class="price-table-container"><ul>{"".join(rows)}</ul></div></div></div></div>"""

    return draw


def _cycle(listing: Listing, entry: Entry) -> str:
    if entry.is_free:
        return "FREE!"
    fee = f"<small>{money(listing, entry.setup_fee)} Setup Fee</small>" if entry.setup_fee else ""
    return f"from {money(listing, entry.price)} Monthly<br>{fee}"


def _button(listing: Listing, entry: Entry, card: str, link: str, form: str) -> str:
    if entry.stock == 0 and not entry.bid:
        if form == "supreme_comparison":
            return f"""<div id="{card}-unavailable"><div class="order-unavailable">
{listing.sold_out}
</div></div>"""
        return f'<span id="{card}-unavailable" class="order-button unavailable">{listing.sold_out}</span>'
    inner = (
        f'<div class="order-now">{ORDER_NOW}</div>' if form == "supreme_comparison" else ORDER_NOW
    )
    kind = "" if form == "supreme_comparison" else ' class="order-button"'
    return f'<a href="{link}"{kind} id="{card}-order-button">{inner}</a>'


def universal_slider(listing: Listing) -> str:
    rows, names = [], []
    for index, entry in enumerate(listing.entries):
        number = f"b{entry.bid}" if entry.bid else str(entry.pid)
        card = f"product{number}"
        button = _button(listing, entry, card, escape(listing.links[index]), "universal_slider")
        label = f"{entry.name} Price <span class='price-cont'>{_cycle(listing, entry)}</span>"
        rows.append(f"""<div id="{card}-container" class="product-container">
<div id="{card}-feature-container"><div id="{card}-price" class="col-md-3 hidden-sm d-none d-md-block">
<div class="price-container">{label}{button}</div></div></div>
<div id="{card}-description" class="product-description">{entry.description}
<div class="visible-sm d-block d-md-none"><div id="{card}-price-small" class="price-container">
{label}{button}</div></div></div></div>""")
        quoted = entry.name.replace("'", "\\'")
        names.append(f"products['{quoted}'] = '{number}';")
    return f"""<div class="col-md-3 sidebar" id="universalSliderSidebar">{listing.menu}</div>
<div id="order-universal_slider"><h2 id="headline">{listing.headline}</h2>{listing.notice}
<input type="text" id="product-selector" name="product-selector" value="" />
<div class="main-container">{"".join(rows)}</div></div>
<script>var products = []; {" ".join(names)}</script>"""


def cloud_slider(listing: Listing) -> str:
    rows = []
    for index, entry in enumerate(listing.entries):
        key = "bid" if entry.bid else "pid"
        row = {
            "name": entry.name,
            "desc": entry.description,
            key: str(entry.bid or entry.pid),
            "displayPrice": money(listing, entry.price),
        }
        if listing.look.is_friendly:
            row["productUrl"] = listing.links[index]
        rows.append(f'"{index}": {json.dumps(row)}')
    return f"""<div class="sidebar">{listing.menu}</div><div id="order-cloud_slider">
<div id="headline">{listing.headline}</div>{listing.notice}<span id="priceTop">--</span>
<a href="#" class="order-btn" id="product-order-button">{ORDER_NOW}</a></div>
<script>var allProducts = {{ {", ".join(rows)} }};</script>"""


FORMS: dict[str, Callable[[Listing], str]] = {
    "standard_cart": standard_cart,
    "nexus_cart": standard_cart,
    "legacy_modern": legacy_modern,
    "legacy_boxes": legacy_boxes,
    "premium_comparison": comparison("premium_comparison"),
    "pure_comparison": comparison("pure_comparison"),
    "supreme_comparison": comparison("supreme_comparison"),
    "universal_slider": universal_slider,
    "cloud_slider": cloud_slider,
}
