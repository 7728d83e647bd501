"""The page around every form, and the pages an order link ends on."""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING

from demo.storefront_look import Entry, GroupRow, group_url, groups_of, web_root
from demo.storefront_strings import CHOOSE, DESCRIPTION, GO_BACK, PROBLEM

if TYPE_CHECKING:
    from demo.whmcs.shop import Shop

LOGIN_HEADER = """<form class="dropdown-menu" action="dologin.php" method="post">{token}
<input name="username" type="text"><input name="password" type="password"></form>"""


def whole_page(shop: Shop, title: str, body: str, currency: str = "") -> str:
    """`<html lang="en">` whatever the language, as in the official themes; each answer with a token
    of its own."""
    look = shop.look
    token = secrets.token_hex(20)
    hidden = f'<input type="hidden" name="token" value="{token}" />'
    choices = "".join(
        f'<option value="{index}"{" selected" if code == currency else ""}>{code}</option>'
        for index, code in enumerate(shop.style.currencies, start=1)
    )
    chooser = (
        f'<form method="post" action="cart.php">{hidden}<select name="currency">{choices}</select></form>'
        if len(shop.style.currencies) > 1
        else ""
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><title>{escape(title)} - {shop.name}</title>
<script>var csrfToken = '{token}', whmcsBaseUrl = "{web_root(shop)}";</script></head>
<body data-phone-cc-input="1"><header id="header"><ul id="nav">
<li menuItemName="Store"><a href="{web_root(shop)}/index.php?rp=/store">Browse All</a></li>
<li menuItemName="Login"><a href="{web_root(shop)}/clientarea.php">Login</a></li></ul>
{LOGIN_HEADER.format(token=hidden) if look.theme == "six" else ""}</header>
<nav class="breadcrumb"><a href="{web_root(shop)}/cart.php">Shopping Cart</a></nav>
<section id="main-body"><div class="container">{body}</div></section>
<footer id="footer"><p>Out of Stock? Contact us. {chooser}</p></footer>{look.tail}
</body>
</html>
"""


def menu_of(shop: Shop, current: GroupRow | None) -> str:
    items = "".join(
        f"""<a menuItemName="{escape(group.name)}" href="{escape(group_url(shop, group))}"
 class="list-group-item{" active" if group == current else ""}" id="Secondary_Sidebar-{group.gid}">
{escape(group.name)}
</a>"""
        for group in groups_of(shop)
    )
    return f"""<div menuItemName="Categories" class="panel panel-sidebar">
<div class="panel-heading"><h3 class="panel-title">Categories</h3></div>
<div class="list-group">{items}</div></div>
<div menuItemName="Actions" class="panel panel-sidebar"><div class="list-group">
<a menuItemName="Domain Registration" href="{web_root(shop)}/cart.php?a=add&domain=register"
 class="list-group-item">Register a New Domain</a>
<a menuItemName="View Cart" href="{web_root(shop)}/cart.php?a=view" class="list-group-item">View
 Cart</a></div></div>"""


def chooser_of(shop: Shop, current: GroupRow | None) -> str:
    options = "".join(
        f"""<option menuItemName="{escape(group.name)}" value="{escape(group_url(shop, group))}"
 class="list-group-item" {"selected" if group == current else ""}>{escape(group.name)}</option>"""
        for group in groups_of(shop)
    )
    return f'<form role="form"><select class="form-control">{options}</select></form>'


def choose_notice() -> str:
    return f'<div class="alert alert-info">{CHOOSE}</div>'


def _in_cart(shop: Shop, title: str, inner: str, current: GroupRow | None = None) -> str:
    return f"""<div id="order-standard_cart"><div class="row">
<div class="cart-sidebar sidebar">{menu_of(shop, current)}</div><div class="cart-body">
<div class="header-lined"><h1>{escape(title)}</h1></div>
<div class="sidebar-collapsed">{chooser_of(shop, current)}</div>{inner}</div></div></div>"""


def error_page(shop: Shop, heading: str, text: str) -> str:
    """error.tpl: neither a name nor a pid."""
    inner = f"""<div class="alert alert-danger error-heading">
<i class="fas fa-exclamation-triangle"></i>
{escape(heading)}
</div>
<div class="row"><div class="col-sm-8"><p class="margin-bottom">{escape(text)}</p>
<div class="text-center"><a href="javascript:history.go(-1)" class="btn btn-default">
<i class="fas fa-arrow-left"></i>&nbsp; {escape(GO_BACK)}</a></div></div></div>"""
    return whole_page(shop, "Shopping Cart", _in_cart(shop, PROBLEM, inner))


def sold_out_page(shop: Shop, language: str) -> str:
    words = shop.look.words(language)[1]
    return error_page(shop, words, DESCRIPTION if language == "english" else words)


def bundle_expired_page(shop: Shop) -> str:
    return error_page(shop, "Promotion Expired", "The bundle you have chosen has expired.")


def configure_page(shop: Shop, index: int, product_name: str, description: str) -> str:
    """With an option called "Out of Stock": options carry no stock."""
    inner = f"""<form id="frmConfigureProduct"><input type="hidden" name="configure" value="true" />
<input type="hidden" name="i" value="{index}" /><div class="product-info">
<p class="product-title">{product_name}</p><p>{description}</p></div>
<div class="alert alert-danger w-hidden" id="containerProductValidationErrors"></div>
<select name="billingcycle" id="inputBillingcycle"><option value="monthly">$4.99 USD Monthly</option>
</select><select name="configoption[1]"><option value="1">Frankfurt</option>
<option value="2">Out of Stock</option></select>
<button type="submit" id="btnCompleteProductConfig">Continue</button></form>"""
    return whole_page(shop, "Shopping Cart", _in_cart(shop, "Configure", inner))


def domain_page(shop: Shop, pid: int) -> str:
    inner = f"""<form id="frmProductDomain"><input type="hidden" id="frmProductDomainPid" value="{pid}" />
<div class="domain-selection-options"><label><input type="radio" name="domainoption" value="owndomain" />
Use your own</label></div></form>
<form method="post" action="cart.php?a=add&pid={pid}&domainselect=1" id="frmProductDomainSelections">
<div class="domain-unavailable">This domain is unavailable</div></form>"""
    return whole_page(shop, "Shopping Cart", _in_cart(shop, "Choose a Domain...", inner))


def cart_page(shop: Shop, entries: list[Entry]) -> str:
    rows = "".join(f'<div class="item"><span>{entry.name}</span></div>' for entry in entries)
    inner = f"""<form method="post" action="cart.php?a=view"><div class="view-cart-items">
{rows or "Your Shopping Cart is Empty"}</div></form>"""
    return whole_page(shop, "Shopping Cart", _in_cart(shop, "Review & Checkout", inner))


def home_page(shop: Shop) -> str:
    return whole_page(shop, "Portal Home", "<h1>Welcome</h1><p>How can we help today?</p>")


def site_page(shop: Shop) -> str:
    """The company's own site around a shop in a sub-folder; it only links there."""
    link = f"{web_root(shop)}/cart.php?currency=1&amp;language=english"
    return f'<!doctype html><html><body><h1>Hosting</h1><a href="{link}">Shop</a></body></html>'
