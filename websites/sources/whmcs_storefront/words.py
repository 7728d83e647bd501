"""Pure: texts of pages made comparable."""

from __future__ import annotations

import unicodedata

# Marks of direction and width that themes and browsers put around words; joiners stay.
_INVISIBLE = dict.fromkeys(
    (
        0x200B,
        0x200E,
        0x200F,
        0x2060,
        0xFEFF,
        0xAD,
        *range(0x202A, 0x202F),
        0x61C,
        *range(0x2066, 0x206A),
    )
)


def line(text: str) -> str:
    """One line without invisible marks, as people read it."""
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


def plain(text: str) -> str:
    """The form in which words are compared: one line, one spelling, no case."""
    return line(unicodedata.normalize("NFKC", text)).casefold().replace("i\u0307", "i")


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
