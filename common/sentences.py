"""English sentences with values in them, as errors and advice are stored, told in another language.

`make words` writes the pattern of each, "No connection to {0} on port {1}.", into
locale/patterns.txt; a finished sentence is found again by it, and its values are put into the
translation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings

FILE = "patterns.txt"
LONGEST = 1000
_SLOT = re.compile(r"\{(\d+)\}")
VALUE = r"((?:(?!\. ).)+?)"
_END = re.compile(r"(?<=\.) (?=\S)")

Translate = Callable[[str], str]


def joined(*sentences: str) -> str:
    """One after the other, without those that are empty. A Chinese full stop needs no space."""
    text = ""
    for one in filter(None, sentences):
        text += one if not text or text.endswith("。") else f" {one}"
    return text


class Patterns:
    """The longest words first: the most exact pattern is the right one."""

    def __init__(self, texts: Sequence[str]) -> None:
        longest_first = sorted(texts, key=lambda text: (-len(_SLOT.sub("", text)), text))
        self._known = [(text, re.compile(_expression(text), re.DOTALL)) for text in longest_first]

    def fit(self, sentence: str) -> tuple[str, tuple[str, ...]] | None:
        """(pattern, values), None when none fits."""
        for text, expression in self._known:
            if found := expression.fullmatch(sentence):
                return text, found.groups()
        return None


def _expression(text: str) -> str:
    """A value takes as little as it can, and never the end of a sentence."""
    parts, end = "", 0
    for slot in _SLOT.finditer(text):
        parts += re.escape(text[end : slot.start()]) + VALUE
        end = slot.end()
    return parts + re.escape(text[end:])


@cache
def shipped() -> Patterns:
    """Those of our own code."""
    path = Path(settings.LOCALE_PATHS[0]) / FILE
    return Patterns(path.read_text(encoding="utf-8").splitlines() if path.exists() else [])


def told(text: str, translate: Translate, patterns: Patterns) -> str:
    """Sentence by sentence; what no translation is known for stays as it is.

    `translate` returns what it is given where it knows nothing better.
    """
    whole = _known(text, translate, patterns)
    if whole is not None or len(text) > LONGEST:
        return text if whole is None else whole
    for cut in reversed([found.start() for found in _END.finditer(text)]):
        head = _known(text[:cut], translate, patterns)
        if head is not None:
            return joined(head, told(text[cut + 1 :], translate, patterns))
    return text


def _known(text: str, translate: Translate, patterns: Patterns) -> str | None:
    said = translate(text)
    if said != text:
        return said
    if not text.endswith(".") or (found := patterns.fit(text)) is None:
        return None
    pattern, values = found
    said = translate(pattern)
    if said == pattern:
        return None
    return _SLOT.sub(lambda slot: values[int(slot[1])], said)
