"""Takes secrets out of text before it reaches a log or a screen. Pure.

It is the last line, not the first: code that knows a secret must not put it into a message.
"""

from __future__ import annotations

import re

MASK = "***"

_PARAMETERS = (
    "identifier|secret|accesskey|access_key|api_?key|password|passwd|token|username|credentials"
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Bot token, alone or inside an address of the Telegram Bot API.
    (re.compile(r"\b(bot)?\d{6,12}:[A-Za-z0-9_-]{30,}"), rf"\1{MASK}"),
    (re.compile(r"/bot\d+:[^/\s\"']+"), f"/bot{MASK}"),
    # Signing secrets of webhooks and our own encrypted values.
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), f"whsec_{MASK}"),
    (re.compile(r"\benc1:[A-Za-z0-9_=-]+"), f"enc1:{MASK}"),
    # Authorization headers.
    (
        re.compile(r"\b(Api-Key|Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
        rf"\1 {MASK}",
    ),
    # scheme://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE), rf"\1{MASK}@"),
    # secret=..., 'secret': '...', "password": "..."
    (
        re.compile(
            rf"\b((?:[a-z]+_)*(?:{_PARAMETERS}))(['\"]?\s*[=:]\s*)"
            r"(\"[^\"]*\"|'[^']*'|[^\s&,;'\"}})\]]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}",
    ),
)


def redact(text: str) -> str:
    """The text with everything that looks like a credential replaced by `***`."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
