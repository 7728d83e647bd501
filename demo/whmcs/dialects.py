"""How each generation of WHMCS prints a product (facts: GetProducts, fields and their versions)."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from demo.whmcs.catalogue import CYCLES, OFF, Option, Product

SIGNS = {"USD": ("$", " USD"), "EUR": ("\u20ac", " EUR"), "GBP": ("\u00a3", " GBP")}


@dataclass(frozen=True, slots=True)
class Dialect:
    version: str
    has_numbers: bool = True
    """False: pid, gid and counts are strings."""
    has_stock_level: bool = False
    """`stockcontrol` and `stocklevel`, on stock-controlled products only."""
    has_slug: bool = False
    has_quantity: bool = False
    """`allowqty` and `quantity_available`, where 0 stands for sold out and for uncontrolled."""
    has_details: bool = True
    """Knows the action WhmcsDetails."""
    has_rest: bool = False
    """Has the REST API v2."""


DIALECTS = {
    "6.3": Dialect("6.3.2", has_numbers=False, has_stock_level=True, has_details=False),
    "7.10": Dialect("7.10.3", has_numbers=False, has_details=False),
    "8.3": Dialect("8.3.2", has_slug=True),
    "8.12": Dialect("8.12.1", has_slug=True, has_quantity=True),
    "9.0": Dialect("9.0.4", has_slug=True, has_quantity=True, has_rest=True),
}


@dataclass(slots=True)
class Style:
    """The switches of one shop's answers."""

    dialect: str = "8.12"
    url_key: str = "product_url"
    """The vendor's sample prints "product-url"."""
    root: str = ""
    """Address of the shop, for product_url."""
    currencies: tuple[str, ...] = ("USD",)
    is_escaped: bool = False
    """Names and descriptions with HTML entities, as old shops store them."""
    description_bytes: int = 0
    """Pads descriptions: 1,000 products of 3,000 bytes make a 3 MB catalogue."""
    list_shape: str = "array"
    """Any list with entries: "array", "numeric-keys" or "single" (one entry comes bare)."""
    empty_shape: str = "list"
    """No products: "list" {"product": []}, "array" [], "object" {}, "text" "", or "missing"."""
    totals: str = "int"
    """`totalresults`: "int" or "string"."""
    token: bool = False
    """An extra value that makes every body differ."""
    rest: str = "pretty"
    """Routing mode of the REST API: "pretty" /api/v2, "index" /index.php/api/v2, "query"
    /index.php?rp=/api/v2, or "off"."""
    rest_page_cap: int = 500
    """More rows than this are not put on a page, whatever is asked for."""
    rest_is_bare: bool = False
    """Only the fields of the vendor's reference: no group, no prices."""
    rest_shows_hidden: bool = False
    error_key: str = "result"
    """Some installations answer errors with "status"."""

    @property
    def rules(self) -> Dialect:
        return DIALECTS[self.dialect]

    def listed(self, rows: list[Any]) -> Any:
        if self.list_shape == "numeric-keys" and rows:
            return {str(index): row for index, row in enumerate(rows)}
        if self.list_shape == "single" and len(rows) == 1:
            return rows[0]
        return rows


def product_row(product: Product, style: Style) -> dict[str, Any]:
    """One product in the documented order of keys."""
    rules = style.rules
    number: type[int] | type[str] = int if rules.has_numbers else str
    described = product.description.ljust(style.description_bytes, ".")
    row: dict[str, Any] = {
        "pid": number(product.pid),
        "gid": number(product.gid),
        "type": product.kind,
        "name": html.escape(product.name) if style.is_escaped else product.name,
    }
    if rules.has_slug:
        row["slug"] = product.slug
        row[style.url_key] = f"{style.root}/store/{product.group}/{product.slug}"
    row["description"] = html.escape(described) if style.is_escaped else described
    row["module"] = product.module
    row["paytype"] = product.paytype
    if rules.has_stock_level and product.stock is not None:
        row["stockcontrol"] = "on"
        row["stocklevel"] = str(product.stock)
    if rules.has_quantity:
        row["allowqty"] = product.allowqty
        row["quantity_available"] = (
            product.stale_quantity if product.stock is None else product.stock
        )
    row["pricing"] = pricing(product.prices, style.currencies)
    row["customfields"] = {
        "customfield": style.listed(
            [
                {"id": str(index), "name": name, "description": "", "required": ""}
                for index, name in enumerate(product.custom_fields, start=1)
            ]
        )
    }
    row["configoptions"] = {
        "configoption": style.listed([option_row(option, style) for option in product.options])
    }
    return row


def pricing(prices: dict[str, dict[str, str]], currencies: tuple[str, ...]) -> dict[str, Any]:
    """Six cycles and their set-up fees per currency; "-1.00" = the cycle is off."""
    result = {}
    for code in dict.fromkeys((*currencies, *prices)):
        cycles = prices.get(code, {})
        prefix, suffix = SIGNS.get(code, ("", f" {code}"))
        row = {"prefix": prefix, "suffix": suffix}
        row |= {f"{c[0]}setupfee": cycles.get(f"{c[0]}setupfee", "0.00") for c in CYCLES}
        row |= {cycle: cycles.get(cycle, OFF) for cycle in CYCLES}
        result[code] = row
    return result


def option_row(option: Option, style: Style) -> dict[str, Any]:
    number: type[int] | type[str] = int if style.rules.has_numbers else str
    choices = [
        {
            "id": number(choice_id),
            "name": name,
            "rawName": name,
            "recurring": price,
            "required": "",
            "pricing": pricing({style.currencies[0]: {"monthly": price}}, style.currencies),
        }
        for choice_id, name, price in option.choices
    ]
    row: dict[str, Any] = {"id": number(option.id), "name": option.name, "type": option.kind}
    if style.rules.has_quantity:
        row |= {"minqty": "0", "maxqty": "0"}
    return row | {"options": {"option": style.listed(choices)}}
