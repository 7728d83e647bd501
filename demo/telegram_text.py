"""Message text as Telegram reads it: HTML to plain text and entities, buttons checked.

Tags, entities and error texts follow the Bot API's own parser; offsets in errors are bytes,
lengths of entities are UTF-16 units.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT = 4096
MAX_CALLBACK_BYTES = 64
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
TAG = re.compile(r"<(/?)([^\s>/]*)([^>]*)>")
HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")


class Refused(Exception):
    """Telegram says no: HTTP status and description."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def units(text: str) -> int:
    """Length in UTF-16 units, what Telegram counts in."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Plain text and entities; raises Refused (can't parse entities)."""
    parser = _Parser(source)
    parser.run()
    return parser.text, parser.entities


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.open: list[tuple[str, int, str]] = []
        """Tag, offset in the text, link."""

    def run(self) -> None:
        position = 0
        while position < len(self.source):
            character = self.source[position]
            if character == "<":
                position = self._tag(position)
            elif character == "&" and (match := ENTITY.match(self.source, position)):
                self.text += _character(match)
                position = match.end()
            else:
                self.text += character
                position += 1
        if self.open:
            raise _unparsable(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"'
            )

    def _tag(self, position: int) -> int:
        match = TAG.match(self.source, position)
        is_end = self.source.startswith("</", position)
        if match is None:
            raise _unparsable(f"Unclosed {'end' if is_end else 'start'} tag", self._at(position))
        name = match[2].lower()
        if is_end:
            self._close(name, position)
        elif name not in TAGS:
            raise _unparsable(f'Unsupported start tag "{name}"', self._at(position))
        elif name == "span" and "tg-spoiler" not in match[3]:
            raise _unparsable('Tag "span" must have class "tg-spoiler"', self._at(position))
        else:
            self.open.append((name, units(self.text), _link(match[3])))
        return match.end()

    def _close(self, name: str, position: int) -> None:
        if not self.open:
            raise _unparsable("Unexpected end tag", self._at(position))
        expected, offset, link = self.open.pop()
        if name != expected:
            where = f'{self._at(position)}, expected "</{expected}>", found "</{name}>"'
            raise _unparsable("Unmatched end tag", where)
        length = units(self.text) - offset
        if length:
            entity = {"type": TAGS[name], "offset": offset, "length": length}
            self.entities.append(entity | ({"url": link} if name == "a" else {}))

    def _at(self, position: int) -> str:
        return f" at byte offset {len(self.source[:position].encode())}"


def _unparsable(problem: str, where: str = "") -> Refused:
    return Refused(400, f"Bad Request: can't parse entities: {problem}{where}")


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def _link(attributes: str) -> str:
    match = HREF.search(attributes)
    raw = next((part for part in match.groups() if part), "") if match else ""
    return ENTITY.sub(_character, raw)


def read_text(params: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """`text` by its `parse_mode`, within the limits; raises Refused."""
    mode = str(params.get("parse_mode") or "").lower()
    source = str(params.get("text") or "")
    if mode not in ("", "html"):
        raise Refused(400, "Bad Request: unsupported parse_mode")
    text, entities = parse_html(source) if mode else (source, [])
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > MAX_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    return text, entities


def check_buttons(markup: Any) -> None:
    """Inline keyboards: text, and an address or callback data; raises Refused."""
    if markup in (None, "", {}):
        return
    if not isinstance(markup, dict):
        raise Refused(400, "Bad Request: object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            _check_button(button)


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise Refused(400, "Bad Request: can't parse inline keyboard button: text is empty")
    if "url" in button:
        parts = urlsplit(str(button["url"]))
        is_web = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
        if not is_web and parts.scheme != "tg":
            reason = f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
            raise Refused(400, f"Bad Request: {reason}")
    elif "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= MAX_CALLBACK_BYTES:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    else:
        raise Refused(400, "Bad Request: BUTTON_TYPE_INVALID")
