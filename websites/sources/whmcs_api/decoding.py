"""Pure: from the bytes of an API answer to a JSON object, or the error that says what they are."""

from __future__ import annotations

import json
import re
from typing import Any

from websites.sources.answers import truncated
from websites.sources.errors import BadAnswerError, SourceError
from websites.sources.whmcs_api.errors import api_error, not_whmcs

_DECODER = json.JSONDecoder()
_START = re.compile(r'\{\s*"(?:result|status)"')
_NVP = re.compile(r"\s*(?:result|status)\s*=\s*(\w+)", re.IGNORECASE)
_NVP_MESSAGE = re.compile(r"(?:^|[;&\n])\s*message=([^;&\n]*)", re.IGNORECASE)
MAX_STARTS = 5
"""Places in an answer that may be where the JSON begins; more are not tried."""


def decode(body: bytes, *, status: int = 200) -> dict[str, Any]:
    """The object of a successful answer. Raises SourceError for everything else.

    Accepts a byte order mark and the warnings that PHP code of other vendors prints before it.
    """
    value = _object(body)
    if value is None:
        raise _explained(body, status)
    outcome = value.get("result", value.get("status"))
    if outcome == "success" or (outcome is None and "products" in value):
        return value
    if outcome == "error" or "message" in value:
        raise api_error(_text(value.get("message")), status=status)
    raise not_whmcs(body, status)


def error_message(body: bytes) -> str | None:
    """The message of an answer that is an error of the API itself, in JSON or in NVP text."""
    value = _object(body)
    if value is None:
        return _nvp_message(body)
    if value.get("result", value.get("status")) == "error":
        return _text(value.get("message"))
    return None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else _after_noise(body)


def _after_noise(body: bytes) -> dict[str, Any] | None:
    text = body.decode("utf-8", "replace")
    for count, match in enumerate(_START.finditer(text), start=1):
        try:
            value, _ = _DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        if count == MAX_STARTS:
            break
    return None


def _explained(body: bytes, status: int) -> SourceError:
    """Why these bytes hold no JSON object."""
    message = _nvp_message(body)
    if message is not None:
        return api_error(message, status=status)
    head = body[:65536].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if _NVP.match(head) or head.startswith("<?xml"):
        return BadAnswerError(
            "The shop answered in another format than JSON.",
            code="wrong_format",
            advice="Something between here and WHMCS drops the parameter responsetype: look for a "
            "redirect or a rewrite rule in front of includes/api.php.",
            status=status,
        )
    if _START.search(head):
        return truncated(status)
    return not_whmcs(body, status)


def _nvp_message(body: bytes) -> str | None:
    head = body[:65536].decode("utf-8", "replace").lstrip("\ufeff")
    match = _NVP.match(head)
    if match is None or match.group(1).lower() != "error":
        return None
    message = _NVP_MESSAGE.search(head)
    return message.group(1) if message else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
