"""Group pages of themes that others sell: copies of the vendor's forms with new classes."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from demo.storefront_forms import Listing, money, prefix
from demo.storefront_look import Entry
from demo.storefront_strings import ORDER_NOW


def _is_gone(entry: Entry) -> bool:
    return entry.stock == 0 and not entry.bid


def _page(listing: Listing, cards: list[str]) -> str:
    return f"""<div class="site-content"><div class="sidebar">{listing.menu}</div>
<h1>{listing.headline}</h1>{listing.notice}<div class="packages">{"".join(cards)}</div></div>"""


def ids_kept(listing: Listing) -> str:
    """A comparison form in new clothes; the ids survive."""
    cards = []
    for index, entry in enumerate(listing.entries):
        card, link = prefix(listing, index), escape(listing.links[index])
        button = (
            f'<span id="{card}-unavailable" class="order-button unavailable">{listing.sold_out}</span>'
            if _is_gone(entry)
            else f'<a class="btn" id="{card}-order-button" href="{link}">{ORDER_NOW}</a>'
        )
        cards.append(f"""<div class="package" id="{card}"><h3 id="{card}-name">{entry.name}</h3>
<div class="package-content" id="{card}-description">{entry.description}</div>
<div class="price" id="{card}-price">{money(listing, entry.price)}</div>{button}</div>""")
    return _page(listing, cards)


def button_without_link(listing: Listing) -> str:
    """`href="#"` instead of an order link, and a class."""
    cards = []
    for index, entry in enumerate(listing.entries):
        card, link = prefix(listing, index), escape(listing.links[index])
        button = (
            f'<a href="#" class="price-btn unavailable" id="{card}-order-button">{listing.sold_out}</a>'
            if _is_gone(entry)
            else f'<a href="{link}" class="price-btn" id="{card}-order-button">{ORDER_NOW}</a>'
        )
        cards.append(f"""<div class="plan" id="{card}"><h3 id="{card}-name">{entry.name}</h3>
<div class="description">{entry.description}</div>{button}</div>""")
    return _page(listing, cards)


def badge(listing: Listing) -> str:
    cards = []
    for index, entry in enumerate(listing.entries):
        card, link = prefix(listing, index), escape(listing.links[index])
        foot = (
            f'<div class="product-unavailable"><span class="badge">{listing.sold_out}</span></div>'
            if _is_gone(entry)
            else f'<a href="{link}" id="{card}-order-button">{ORDER_NOW}</a>'
        )
        cards.append(f"""<div class="card" id="{card}"><div id="{card}-name">{entry.name}</div>
<p id="{card}-description">{entry.description}</p>{foot}</div>""")
    return _page(listing, cards)


def table(listing: Listing) -> str:
    """A row each; the cell of a sold out product holds just the words."""
    cards = []
    for index, entry in enumerate(listing.entries):
        card, link = prefix(listing, index), escape(listing.links[index])
        cell = listing.sold_out if _is_gone(entry) else f'<a href="{link}">{ORDER_NOW}</a>'
        cards.append(f"""<tr id="{card}"><td id="{card}-name">{entry.name}</td>
<td class="description">{entry.description}</td><td>{money(listing, entry.price)}</td>
<td>{cell}</td></tr>""")
    return _page(listing, [f"<table><tbody>{''.join(cards)}</tbody></table>"])


def version_5(listing: Listing) -> str:
    """A form for each product, its button switched off."""
    cards = []
    for entry in listing.entries:
        off = " disabled" if _is_gone(entry) else ""
        cards.append(f"""<div class="cartbox"><form method="post" action="cart.php?a=add">
<input type="hidden" name="{"bid" if entry.bid else "pid"}" value="{entry.bid or entry.pid}" /><strong>{entry.name}</strong><br />
<span class="description">{entry.description}</span>
<input type="submit" value="{ORDER_NOW}"{off} /></form></div>""")
    return _page(listing, cards)


def ajaxcart(listing: Listing) -> str:
    """One form with a radio each; the words follow the name."""
    rows = []
    for entry in listing.entries:
        value = f"b{entry.bid}" if entry.bid else str(entry.pid)
        off, words = (
            (" disabled", f" <em>({listing.sold_out})</em>") if _is_gone(entry) else ("", "")
        )
        rows.append(f"""<label><input type="radio" name="pid" value="{value}"{off} />
<strong>{entry.name}</strong>{words} - {entry.description}</label>""")
    return _page(listing, [f'<form action="cart.php?a=add">{"".join(rows)}</form>'])


THEMES: dict[str, Callable[[Listing], str]] = {
    "theme_ids_kept": ids_kept,
    "theme_no_link": button_without_link,
    "theme_badge": badge,
    "theme_table": table,
    "theme_v5": version_5,
    "theme_ajaxcart": ajaxcart,
}
