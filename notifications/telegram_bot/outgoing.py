"""Pure: what the bot wants to say, as values. Handlers return them; client.py carries them out."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifications.channels.telegram.text import MAX_UNITS

Button = Mapping[str, Any]
Keyboard = Sequence[Sequence[Button]]
ANSWER_MAX = 200
"""Characters of the answer to a press."""


@dataclass(frozen=True, slots=True)
class Say:
    """A new message; the text is HTML."""

    chat_id: int
    text: str
    thread_id: int | None = None
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another text in the place of one of ours."""

    chat_id: int
    message_id: int
    text: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Redraw:
    """Other buttons below one of our messages."""

    chat_id: int
    message_id: int
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who pressed sees; `is_loud`: in a window that must be closed."""

    query_id: str
    text: str = ""
    is_loud: bool = False


Outgoing = Say | Rewrite | Redraw | Answer


def escape(value: object) -> str:
    return html.escape(str(value), quote=False)


def fitted(lines: Iterable[str], more: str = "…") -> str:
    """Whole lines of HTML up to the limit of a message. Tags count here, although Telegram does
    not count them: the text is a little shorter than it might be, and no tag is ever cut."""
    kept: list[str] = []
    left = MAX_UNITS - len(more) - 1
    for line in lines:
        units = len(line.encode("utf-16-le")) // 2 + 1
        if units > left:
            kept.append(more)
            break
        left -= units
        kept.append(line)
    return "\n".join(kept)


def without(keyboard: Keyboard, gone: Iterable[str], *, note: str, nothing: str) -> list[Any]:
    """The keyboard with a note in the place of the buttons that carry one of `gone`; a press of
    the note carries `nothing`."""
    taken = set(gone)
    noted: list[Button] = [{"text": note, "callback_data": nothing}]
    rows: list[list[Button]] = []
    for row in keyboard:
        kept = [button for button in row if button.get("callback_data") not in taken]
        if len(kept) < len(row) and noted not in rows:
            is_first = row[0].get("callback_data") in taken
            rows += [noted, kept] if is_first else [kept, noted]
        else:
            rows.append(kept)
    rows = [row for row in rows if row]
    return rows if noted in rows else [*rows, noted]
