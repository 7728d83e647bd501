"""Pure: which host an address belongs to."""

from __future__ import annotations

from common.http_address import parse_url_strictly
from common.http_errors import InvalidUrlError


def host_of(url: str) -> str:
    """The host a website is on, without a leading www; "" for an address nobody can ask."""
    try:
        return (parse_url_strictly(url).host or "").lower().removeprefix("www.")
    except InvalidUrlError:
        return ""
