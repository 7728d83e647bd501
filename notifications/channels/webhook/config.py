"""Settings of a webhook channel, and its signing secret."""

from __future__ import annotations

import base64
import binascii
import secrets

from common.http_address import parse_url_strictly
from common.http_errors import HttpError
from common.plugin import ConfigField
from common.texts import joined

PREFIX = "whsec_"
KEY_BYTES = range(24, 65)
"""Length of the key (Standard Webhooks 1.0.0)."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes to sign with. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in KEY_BYTES:
        raise ValueError("Must be whsec_ and 24 to 64 random bytes in base64.")
    return key


def clean_secret(secret: str) -> str:
    key_of(secret)
    return secret


def clean_url(url: str) -> str:
    """Raises ValueError for what is no address or holds a password: addresses are shown. Where it
    may lead is decided when it is called."""
    try:
        parse_url_strictly(url)
    except HttpError as error:
        raise ValueError(joined(error.message, "Like https://example.com/hook.")) from None
    if " " in url:
        raise ValueError("The address must not contain spaces. Like https://example.com/hook.")
    return url


CONFIG = (
    ConfigField(
        name="url",
        label="Address",
        help="Receives a signed POST for every message.",
        type="url",
        is_required=True,
        clean=clean_url,
    ),
    ConfigField(
        name="secret",
        label="Signing secret",
        help="whsec_... of Standard Webhooks. Generated when left out, and shown once.",
        is_secret=True,
        is_required=True,
        clean=clean_secret,
    ),
)
