"""What people read on a page: its texts, and the attributes that are shown or spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

SPOKEN = frozenset({"title", "aria-label", "placeholder", "alt", "data-confirm", "data-tip"})
MUTE = frozenset({"script", "style", "code", "pre", "svg", "template", "iframe", "textarea"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "path", "rect", "circle"})
ICONS = "material-symbols"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    @property
    def is_mute(self) -> bool:
        return any(mute for _, mute in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not self.is_mute:
            self.texts += [given[name] for name in SPOKEN if name in given]
            if tag == "input" and given.get("type") in {"submit", "button"}:
                self.texts.append(given.get("value", ""))
        mute = tag in MUTE or ICONS in given.get("class", "") or given.get("lang", "") != ""
        mute |= given.get("name") == "time_zone"  # hundreds of names
        if tag not in VOID:
            self.open.append((tag, mute and tag != "html"))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self.is_mute and data.strip():
            self.texts.append(data)


def read_aloud(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return [" ".join(text.split()) for text in reader.texts if text.strip()]


_RUN = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:[ ,;]+[A-Za-z][A-Za-z'’-]*)*")


def latin_runs(text: str, *, known: re.Pattern[str]) -> Iterator[str]:
    """Runs of Latin words but for what matches `known`: names, codes, addresses."""
    for run in _RUN.findall(known.sub("·", text)):
        yield run.strip()
