"""The two other response types: NVP (what a caller gets who names none) and XML."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from demo.server import html_reply as html_reply


def in_format(body: bytes, kind: str, action: str) -> tuple[bytes, str]:
    """JSON bytes as `kind` asks; the content type goes with them."""
    if kind == "json":
        return body, "application/json"
    value = json.loads(body)
    if kind == "xml":
        inner = f"<action>{escape(action)}</action>{_xml(value)}"
        text = f'<?xml version="1.0" encoding="utf-8"?>\n<whmcsapi>{inner}</whmcsapi>'
        return text.encode(), "application/xml"
    return ";".join(_pairs(value, "")).encode(), "text/plain"


def _pairs(value: Any, name: str) -> list[str]:
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return [f"{name}={value}"]
    found = []
    for key, inner in items:
        found += _pairs(inner, f"{name}[{key}]" if name else str(key))
    return found


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_element(key, inner) for key, inner in value.items())
    return escape(str(value))


def _element(key: str, value: Any) -> str:
    rows = value if isinstance(value, list) else [value]
    return "".join(f"<{key}>{_xml(row)}</{key}>" for row in rows)


def error_body(message: str, key: str = "result") -> bytes:
    return json.dumps({key: "error", "message": message}).encode()
