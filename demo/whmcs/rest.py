"""`/{shop}/api/v2/store/products` of WHMCS 9, in the one routing mode the shop has.

    world.shop("alpha").configure(dialect="9.0")                    # /api/v2/...
    world.shop("alpha").configure(dialect="9.0", rest="query")      # /index.php?rp=/api/v2/...

Stock, names and groups are those of the API of the same shop. Hidden and retired products are not
among them; stock is null where stock control is off.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from demo.server import Reply, Request, html_reply
from demo.whmcs.answers import encode

if TYPE_CHECKING:
    from demo.whmcs.catalogue import Product
    from demo.whmcs.shop import Shop

REST = "rest"
"""The action under which requests to this API are counted and disturbed."""

PREFIX = "api/v2"
PATH = "store/products"
DEFAULT_SIZE = 50
LARGEST_SIZE = 500


def route_of(request: Request, path: str, folder: str = "") -> tuple[str, str] | None:
    """(routing mode, path below api/v2) of a request to this API, else None."""
    path = path.removeprefix(folder.strip("/")).strip("/")
    mode = "pretty"
    if path == "index.php":
        mode, path = "query", request.params().get("rp", "").strip("/")
    elif path.startswith("index.php/"):
        mode, path = "index", path.removeprefix("index.php/")
    first, found, rest = path.partition(PREFIX)
    return (mode, rest.strip("/")) if found and not first else None


def rest_reply(shop: Shop, mode: str, path: str, request: Request) -> Reply:
    """The answer of a shop where nothing goes wrong: a page when the mode is not the active one,
    and for every shop before 9.0."""
    if not shop.has_rest or shop.style.rest != mode:
        return html_reply(404, "<html><head><title>404</title></head><h1>404 Not Found</h1></html>")
    if request.method != "GET":
        return _json({"message": "Method Not Allowed"}, 405)
    params = request.params()
    if path == PATH:
        return _json_bytes(_list_body(shop, params))
    number = path.removeprefix(f"{PATH}/")
    product = shop.products.get(int(number)) if number.isdecimal() else None
    if product is None or not _is_shown(shop, product):
        return _json({"message": "Not Found"}, 404)
    return _json({"data": row_of(shop, product)})


def _list_body(shop: Shop, params: dict[str, str]) -> bytes:
    page = max(1, _number(params.get("page"), 1))
    size = min(max(1, _number(params.get("page_size"), DEFAULT_SIZE)), shop.style.rest_page_cap)
    key = (REST, str(page), str(size))
    with shop.lock:
        version, body = shop.bodies.get(key, (0, b""))
        if version != shop.version:
            shown = [one for one in shop.products.values() if _is_shown(shop, one)]
            rows = [row_of(shop, one) for one in shown[(page - 1) * size : page * size]]
            body = encode({"data": rows})
            shop.bodies[key] = (shop.version, body)
    return body


def _is_shown(shop: Shop, product: Product) -> bool:
    return shop.style.rest_shows_hidden or not (product.is_hidden or product.is_retired)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default


def row_of(shop: Shop, product: Product) -> dict[str, Any]:
    """One product. Everything up to `type` is in the vendor's reference; how groups and prices are
    written is not known, and `rest_is_bare` leaves them out."""
    row: dict[str, Any] = {
        "id": product.pid,
        "name": product.name,
        "description": product.description.ljust(shop.style.description_bytes, ".") or None,
        "tagline": None,
        "allow_multiple_quantities": {
            "is_supported": product.allowqty > 0,
            "type": {"code": product.allowqty, "display": "Yes" if product.allowqty else "No"},
        },
        "is_domain_required": False,
        "stock_control_enabled": product.stock is not None,
        "stock_quantity": product.stock,
        "type": {"name": product.kind, "display_name": product.kind.title()},
    }
    if not shop.style.rest_is_bare:
        row["group"] = {"id": product.gid, "name": product.group.replace("-", " ").upper()}
        row["pricing"] = product.prices
    return row


def _json(value: Any, status: int = 200) -> Reply:
    return _json_bytes(json.dumps(value).encode(), status)


def _json_bytes(body: bytes, status: int = 200) -> Reply:
    """Every answer brings a new state for the caller's next request."""
    headers = (("Cache-Control", "no-cache, private"), ("X-Api-State", secrets.token_hex(16)))
    return Reply(status, body, "application/json", headers)
