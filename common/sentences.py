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
MOST_SENTENCES = 3
"""Of one text that is looked up among others."""
_SLOT = re.compile(r"\{(\d+)\}")
_NO_VALUE = ". "
_END = re.compile(r"(?<=\.) (?=\S)")

Translate = Callable[[str], str]


def joined(*sentences: str) -> str:
    """One after the other, without those that are empty. A Chinese full stop needs no space."""
    text = ""
    for one in filter(None, sentences):
        text += one if not text or text.endswith("。") else f" {one}"
    return text


class Patterns:
    """The longest words first: the most exact pattern is the right one. Strangers write a part of
    what is looked up (where a shop redirects to), so a text costs steps by its length, not more."""

    def __init__(self, texts: Sequence[str]) -> None:
        longest_first = sorted(texts, key=lambda text: (-len(_SLOT.sub("", text)), text))
        self._known = [(text, _SLOT.split(text)[::2]) for text in longest_first]

    def fit(self, sentence: str) -> tuple[str, tuple[str, ...]] | None:
        """(pattern, values), None when none fits."""
        for text, words in self._known:
            if values := _between(sentence, words):
                return text, values
        return None


def _between(sentence: str, words: list[str]) -> tuple[str, ...]:
    """The values between these words, () when they do not fit. A value takes as little as it can,
    at least one character, and never the end of a sentence."""
    head, *middle, tail = words
    if not (sentence.startswith(head) and sentence.endswith(tail)):
        return ()
    start, end = len(head), len(sentence) - len(tail)
    values = []
    for word in middle:
        at = sentence.find(word, start + 1, end)
        if at < 0:
            return ()
        values.append((start, at))
        start = at + len(word)
    values.append((start, end))
    is_fit = all(
        first < last and sentence.find(_NO_VALUE, first, last + 1) < 0 for first, last in values
    )
    return tuple(sentence[first:last] for first, last in values) if is_fit else ()


@cache
def shipped() -> Patterns:
    """Those of our own code."""
    path = Path(settings.LOCALE_PATHS[0]) / FILE
    return Patterns(path.read_text(encoding="utf-8").splitlines() if path.exists() else [])


def told(text: str, translate: Translate, patterns: Patterns) -> str:
    """Sentence by sentence; what no translation is known for stays as it is.

    `translate` returns what it is given where it knows nothing better.
    """
    if len(text) > LONGEST:
        return translate(text)
    whole = _known(text, translate, patterns)
    if whole is not None:
        return whole
    said: list[str] = []
    ends = [*(found.start() for found in _END.finditer(text)), len(text)]
    start = 0
    while ends:
        for count in range(min(MOST_SENTENCES, len(ends)), 0, -1):
            head = _known(text[start : ends[count - 1]], translate, patterns)
            if head is not None:
                break
        else:
            return joined(*said, text[start:])
        said.append(head)
        start, ends = ends[count - 1] + 1, ends[count:]
    return joined(*said)


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
