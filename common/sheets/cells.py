"""One value in one cell, so that no spreadsheet takes text for a formula. Pure.

A name that begins with `=` is run by the spreadsheet of whoever opens the file (OWASP, "CSV
Injection"). In CSV such a text gets an apostrophe in front, which spreadsheets do not show; reading
takes it away again, so that a file that comes back says what it said. Unknown is an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

Cell = str | int | float | Decimal | None
"""A number stays a number; a bool is one in XLSX and a word in CSV."""

_STARTS = "=+\\-@\t\r\n＝＋－＠"
_DANGEROUS = re.compile(rf"'*[{_STARTS}]")
_NEUTRAL = re.compile(rf"'+[{_STARTS}]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_767
"""Characters of a cell; Excel takes no more."""


def neutral(text: str) -> str:
    """Text that no spreadsheet runs. `natural` is its inverse."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def kept(text: str) -> str:
    """For cells that are text anyway: only what `natural` would take away is given again."""
    return f"'{text}" if _NEUTRAL.match(text) else text


def natural(text: str) -> str:
    return text[1:] if _NEUTRAL.match(text) else text


def cell_of(value: Any, zone: tzinfo) -> Cell:
    """Times become `2026-05-01 14:00:00+02:00` in the given zone, lists are joined by commas."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Iterable):
        return clean_text(", ".join(str(one) for one in value))
    return clean_text(str(value))


def clean_text(text: str) -> str:
    """Without what no file format holds, and no longer than a cell may be."""
    return _CONTROL.sub("", text)[:LONGEST]
