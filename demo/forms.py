"""Parameters of a Bot API call, however the client sends them: JSON, form or multipart."""

from __future__ import annotations

import json
from contextlib import suppress
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from demo.server import Request

STRUCTURED = frozenset({"reply_markup", "link_preview_options", "reply_parameters", "entities"})
"""Sent as JSON text inside a form."""


def parameters(request: Request) -> dict[str, Any]:
    """Query and body together, the body wins. Raises ValueError for a body that is not JSON."""
    content_type = request.headers.get("content-type", "")
    values: dict[str, Any] = dict(request.params())
    if content_type.startswith("application/json"):
        body = request.json()
        if not isinstance(body, dict):
            raise ValueError("an object is expected")
        return values | body
    if content_type.startswith("multipart/form-data"):
        values |= _multipart(content_type, request.body)
    else:
        values |= request.form()
    for key in STRUCTURED & set(values):
        with suppress(ValueError):
            values[key] = json.loads(values[key])
    return values


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    values = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            values[name] = payload.decode("utf-8", "replace")
    return values
