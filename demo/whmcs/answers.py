"""What the API says about products, versions and currencies, as JSON bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from demo.whmcs.catalogue import Product
from demo.whmcs.dialects import SIGNS, Style, product_row

if TYPE_CHECKING:
    from demo.whmcs.shop import Shop


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def products_body(shop: Shop, params: dict[str, str]) -> bytes:
    """GetProducts: everything that fits `pid` (one or a comma list), `gid` and `module`."""
    key = (params.get("pid", ""), params.get("gid", ""), params.get("module", ""))
    with shop.lock:
        version, body = shop.bodies.get(key, (0, b""))
        if version != shop.version:
            if version == 0 and len(shop.bodies) > 50:
                shop.bodies.clear()
            body = _build(_selected(shop, *key), shop.style)
            shop.bodies[key] = (shop.version, body)
    if shop.style.token:
        return body[:-1] + b',"token":"' + uuid4().hex.encode() + b'"}'
    return body


def _selected(shop: Shop, pids: str, gid: str, module: str) -> list[Product]:
    wanted = {part.strip() for part in pids.split(",") if part.strip()}
    return [
        product
        for product in shop.products.values()
        if (not wanted or str(product.pid) in wanted)
        and (not gid or str(product.gid) == gid)
        and (not module or product.module == module)
    ]


def _build(products: list[Product], style: Style) -> bytes:
    count = len(products)
    total = encode(str(count) if style.totals == "string" else count)
    head = b'{"result":"success","totalresults":' + total
    listed = _listed(products, style) if products else _nothing(style)
    return head + (b',"products":' + listed if listed else b"") + b"}"


def _listed(products: list[Product], style: Style) -> bytes:
    fragments = [_fragment(product, style) for product in products]
    if style.list_shape == "numeric-keys":
        pairs = [b'"%d":%b' % (index, row) for index, row in enumerate(fragments)]
        return b'{"product":{' + b",".join(pairs) + b"}}"
    if style.list_shape == "single" and len(fragments) == 1:
        return b'{"product":' + fragments[0] + b"}"
    return b'{"product":[' + b",".join(fragments) + b"]}"


def _fragment(product: Product, style: Style) -> bytes:
    if product.fragment is None:
        product.fragment = encode(product_row(product, style))
    return product.fragment


def _nothing(style: Style) -> bytes:
    shapes = {"list": b'{"product":[]}', "array": b"[]", "object": b"{}", "text": b'""'}
    return shapes.get(style.empty_shape, b"")


def details_body(shop: Shop) -> bytes:
    version = shop.style.rules.version
    details = {"version": version, "canonicalversion": f"{version}-release.1"}
    return encode({"result": "success", "whmcs": details})


def currencies_body(shop: Shop) -> bytes:
    rows = []
    for index, code in enumerate(shop.style.currencies, start=1):
        prefix, suffix = SIGNS.get(code, ("", f" {code}"))
        rows.append(
            {"id": index, "code": code, "prefix": prefix, "suffix": suffix, "format": 1, "rate": 1}
        )
    return encode(
        {
            "result": "success",
            "totalresults": len(rows),
            "currencies": {"currency": shop.style.listed(rows)},
        }
    )
