"""Pure: a message as Telegram text, plain and in HTML, within its limit."""

from __future__ import annotations

import html

from notifications.channels.base import Message

MAX_UNITS = 4096
"""Length of a text after its tags were read, in UTF-16 units."""


def plain_text(message: Message) -> str:
    """Subject and text, cut to the limit at the end of a line where that is near."""
    whole = "\n".join(filter(None, [message.subject, message.text])) or message.type
    if _units(whole) <= MAX_UNITS:
        return whole
    kept = whole.encode("utf-16-le")[: (MAX_UNITS - 2) * 2].decode("utf-16-le", "ignore")
    head, _, tail = kept.rpartition("\n")
    return f"{head if head and len(tail) < 500 else kept}\n…"


def html_text(message: Message) -> str:
    """The same with the subject in bold. It is cut before tags come in, so none is ever split."""
    text = plain_text(message)
    if not message.subject:
        return html.escape(text, quote=False)
    subject, rest = text[: len(message.subject)], text[len(message.subject) :]
    return f"<b>{html.escape(subject, quote=False)}</b>{html.escape(rest, quote=False)}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
