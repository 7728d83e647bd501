"""Pure: the link of a buy button, for affiliates with their id in it."""

from __future__ import annotations

import string

from common.errors import InvalidInputError
from common.http_address import parse_url_strictly
from common.http_errors import InvalidUrlError
from websites.hosts import host_of

FIELDS = frozenset({"product_id"})


def cleaned_template(text: str) -> str:
    """A template like `https://shop.example/aff.php?aff=7&pid={product_id}`, or "".

    Raises InvalidInputError when it is no web address with {product_id} in it.
    """
    template = text.strip()
    if not template:
        return ""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        parse_url_strictly(fill(template, "1"))
    except (ValueError, LookupError, InvalidUrlError):
        names = set()
    if names != FIELDS:
        message = "Give a web address with {product_id} in it and no other braces."
        raise InvalidInputError("The website is not valid.", fields={"link_template": [message]})
    return template


def fill(template: str, product_id: str) -> str:
    return template.format(product_id=product_id)


def buy_link(*, template: str, own: str, product_id: str, shop_url: str) -> str:
    """Where to buy a product. The template replaces links to the shop itself; a link to elsewhere
    was set on purpose. Only numeric ids can be filled in: others are no pid of the shop."""
    is_own = bool(own) and host_of(own) != host_of(shop_url)
    if not template or is_own or not product_id.isdecimal():
        return own
    return fill(template, product_id)
