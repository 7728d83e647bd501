"""Pure: texts that tell how many are left: "5 Available", "(-2 Erhältlich)", "Stock: 3".

WHMCS prints a whole number and {orderavailable}. Sites change that word, and themes print the
number in their own way. A text that could mean anything else is no count.
"""

from __future__ import annotations

import re
from functools import lru_cache

from websites.sources.whmcs_storefront.strings import (
    AVAILABLE,
    LEFT,
    NO_STOCK_WORDS,
    ONLY,
    STOCK_LABELS,
    UNITS,
    beginnings,
)
from websites.sources.whmcs_storefront.words import line, plain

# Stock is never a fraction: a point or comma in front of three digits groups thousands.
_NUMBER = r"[-\u2212]?(?:[1-9]\d{0,2}(?:[.,'\u2019]\d{3}){1,2}|\d{1,9})(?!\d|[.,]\d)"
_TEXT = re.compile(rf"[(\[]?\s*(\D*?)\s*({_NUMBER})\s*(\D*?)\s*[)\]]?")
_BEHIND_LABEL = LEFT | UNITS
_BEHIND_NUMBER = AVAILABLE | LEFT
LONGEST_MARK = 200
"""A mark of stock has no more characters, all the blanks of its template among them."""
_LONGEST = 60
_LONGEST_WORDS = 40


def count_of(text: str) -> int | None:
    """The number of a text that nobody can take for anything but a count of stock."""
    found = _parts(text)
    if found is None:
        return None
    before, number, after = found
    if before in STOCK_LABELS and after in _BEHIND_LABEL:
        return number
    return number if before in ONLY and after in _BEHIND_NUMBER else None


def count_in_place(text: str) -> int | None:
    """The number of a text that stands where the template of the vendor prints stock: the word
    behind it may be any, as long as it is one."""
    found = _parts(text)
    if found is None:
        return None
    before, number, after = found
    if before:
        return count_of(text)
    is_word = not after or after[0].isalpha()
    if not is_word or len(after) > _LONGEST_WORDS or NO_STOCK_WORDS & set(after.split()):
        return None
    return number


_AFTER_BEGINS = beginnings(AVAILABLE | LEFT | UNITS)
_BEFORE_ENDS = frozenset(
    " ".join(reversed(text.split()))
    for text in beginnings(" ".join(reversed(text.split())) for text in STOCK_LABELS | ONLY)
)


@lru_cache(maxsize=8192)
def may_hold_count(text: str) -> bool:
    """Some element that these words with a number are a part of may be a count (`count_of`):
    asked of the texts between the tags of a card, it saves asking each element."""
    found = _parts(text)
    return found is not None and found[0] in _BEFORE_ENDS and found[2] in _AFTER_BEGINS


def _parts(text: str) -> tuple[str, int, str] | None:
    """(words before, number, words behind), made comparable; None without exactly one number."""
    short = text.strip()
    if not short or len(short) > LONGEST_MARK or not any(map(str.isdecimal, short)):
        return None
    return _read(short)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, int, str] | None:
    shown = line(text)
    found = _TEXT.fullmatch(shown) if len(shown) <= _LONGEST else None
    if found is None:
        return None
    digits = re.sub(r"[.,'\u2019]", "", found[2]).replace("\u2212", "-")
    before = plain(found[1]).rstrip(":\uff1a ").strip()
    return before, int(digits), plain(found[3]).lstrip("\u00d7 ").rstrip(").!, ")
