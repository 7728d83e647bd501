"""Pure: texts of pages made comparable, and numbers in front of words."""

from __future__ import annotations

import re
import unicodedata

# Marks of direction and width that themes and browsers put around words; joiners stay.
_INVISIBLE = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, *range(0x202A, 0x202F)))
_COUNT = re.compile(r"\(?\s*([-\u2212]?[0-9]{1,9})(?![0-9.,])\s*([^0-9]*?)\s*\)?")


def line(text: str) -> str:
    """One line without invisible marks, as people read it."""
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


def plain(text: str) -> str:
    """The form in which words are compared: one line, one spelling, no case."""
    return line(unicodedata.normalize("NFKC", text)).casefold()


def name_of(text: str, limit: int = 250) -> str:
    """A foreign text as one printable line, cut to size."""
    shown = " ".join(text.split())
    if not shown.isprintable():
        shown = " ".join("".join(_kept(char) for char in shown).split())
    return shown[:limit].strip()


def _kept(char: str) -> str:
    """Joiners stay, they belong to words and emoji; what moves text about or ends lines goes."""
    if char.isprintable() or char in "\u200c\u200d":
        return char
    return " " if char.isspace() else ""


def counted(text: str) -> tuple[int, str] | None:
    """(number, words behind it) of a text like "5 Available" or "(-2 Erhältlich)"; None for any
    other text, above all for one with more numbers in it."""
    found = _COUNT.fullmatch(line(text))
    if found is None:
        return None
    return int(found[1].replace("\u2212", "-")), found[2].rstrip(")")
