"""Pure: foreign words about an address, without the address. Tokens stand in its path."""

from __future__ import annotations

import re
from urllib.parse import unquote

from common.redaction import MASK, redact

SHORTEST = 4
"""Shorter parts are words like "v1" that would tear every sentence apart."""

MAX_SHOWN = 300
_SPLIT = re.compile(r"[/?&=@:#,;]+")


def mask(text: str, url: str) -> str:
    """`text` in one line of at most 300 characters; every part of `url` is masked in it."""
    tail = url.partition("://")[2]
    parts = {part for whole in (tail, unquote(tail)) for part in _SPLIT.split(whole)}
    shown = " ".join(text.split())
    for part in sorted({tail, *parts}, key=len, reverse=True):
        if len(part) >= SHORTEST:
            shown = re.sub(re.escape(part), MASK, shown, flags=re.IGNORECASE)
    shown = redact(shown)
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
