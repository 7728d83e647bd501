"""CSV and XLSX files of people: limits first, then lines of text by column name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any, NoReturn
from zipfile import BadZipFile, ZipFile

from common.errors import InvalidInputError
from common.sheets.cells import natural

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
"""Bytes of an XLSX file when it is unpacked; a small zip may hold gigabytes."""
MOST_COLUMNS = 100
_ZIP = b"PK\x03\x04"
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Line:
    """One row; `number` counts like the spreadsheet does, the head is line 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def sheet_read(data: bytes, *, most_rows: int) -> Sheet:
    """The first sheet of an XLSX file, or a CSV file. Raises InvalidInputError."""
    if len(data) > MOST_BYTES:
        _refuse(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    rows = _xlsx_rows(data) if data.startswith(_ZIP) else _csv_rows(data)
    try:
        return _sheet(rows, most_rows)
    except csv.Error as error:
        _refuse(f"The file cannot be read as CSV: {error}.")


def _sheet(rows: Iterator[tuple[int, Sequence[str]]], most_rows: int) -> Sheet:
    _, head = next(rows, (1, ()))
    columns = _columns(head)
    lines: list[Line] = []
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(columns) :]):
            _refuse(f"Line {number} has more cells than the head has columns.")
        if len(lines) == most_rows:
            _refuse(f"The file has more than {most_rows} rows. Split it.")
        cells = [natural(cell).strip() for cell in row]
        cells += [""] * (len(columns) - len(cells))
        lines.append(Line(number, dict(zip(columns, cells, strict=False))))
    return Sheet(columns, tuple(lines))


def _columns(head: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip().lower().replace(" ", "_") for cell in head]
    while names and not names[-1]:
        names.pop()
    if not names:
        _refuse("The first line must name the columns.")
    if len(names) > MOST_COLUMNS:
        _refuse(f"The file has more than {MOST_COLUMNS} columns.")
    if "" in names:
        _refuse(f"Column {names.index('') + 1} has no name in the first line.")
    if twice := [name for name in names if names.count(name) > 1]:
        _refuse(f"The column {twice[0]} is there twice.")
    return tuple(names)


def _csv_rows(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    text = _text(data)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    for row in reader:
        yield number, row
        number = reader.line_num + 1


def _text(data: bytes) -> str:
    """UTF-8, or what Excel calls Unicode text (UTF-16 with its mark)."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        _refuse("The file is neither CSV in UTF-8 nor XLSX. In Excel: Save as, CSV UTF-8.")
    return text


def _xlsx_rows(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except BadZipFile:
        _refuse("The XLSX file is damaged.")
    if unpacked > MOST_UNPACKED:
        _refuse("The XLSX file is too large when it is unpacked.")
    # Imported here: only those who import a sheet need megabytes of it.
    library = import_module("openpyxl")
    try:
        book = library.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        yield from _cells(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True))
    except InvalidInputError:
        raise
    except Exception:
        _refuse("The XLSX file cannot be read. Save it anew, or as CSV UTF-8.")


def _cells(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[str]]]:
    for number, row in enumerate(rows, start=1):
        yield number, [_word(value) for value in row]


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return str(value)


def _refuse(message: str) -> NoReturn:
    raise InvalidInputError(message, fields={"file": [message]})
