"""CSV and XLSX as streams of bytes: memory does not grow with the rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from common.sheets.cells import Cell, cell_of, kept, neutral

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 1_048_575
"""Rows below the head that a sheet holds."""
CHUNK_BYTES = 64 * 1024
BOM = "\ufeff"

_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SPREADSHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SPREADSHEET}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}  # fmt: skip
_SHEET_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
    'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>'
)
_SHEET_FOOT = "</sheetData></worksheet>"


def csv_chunks(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, zone: tzinfo
) -> Iterator[bytes]:
    """UTF-8 with the mark by which Excel knows it, lines as RFC 4180 wants them."""
    buffer = io.StringIO(newline="")
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_word(cell_of(value, zone)) for value in row])
        if buffer.tell() >= CHUNK_BYTES:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _word(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return neutral(cell)
    return "" if cell is None else str(cell)


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


class _Pipe:
    """Where the zip is written to: it cannot go back, so what was written may leave at once."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        """The zip asks for it; everything is there already."""

    def take(self) -> bytes:
        taken = bytes(self.held)
        self.held.clear()
        return taken


def xlsx_chunks(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, zone: tzinfo
) -> Iterator[bytes]:
    """One sheet; texts are text cells, which no spreadsheet runs. At most XLSX_ROWS rows."""
    pipe = _Pipe()
    letters = [_letters(number) for number in range(len(head))]
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # only writes
        for name, part in _PARTS.items():
            archive.writestr(name, _XML + part)
        archive.writestr("xl/workbook.xml", _workbook(title))
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((_SHEET_HEAD + _row(1, letters, head, style=' s="1"')).encode())
            for number, row in enumerate(rows, start=2):
                cells = [cell_of(value, zone) for value in row]
                sheet.write(_row(number, letters, cells).encode())
                if len(pipe.held) >= CHUNK_BYTES:
                    yield pipe.take()
            sheet.write(_SHEET_FOOT.encode())
    yield pipe.take()


def _workbook(title: str) -> str:
    name = escape(re.sub(r"[\[\]:*?/\\']", " ", title)[:31], {'"': "&quot;"})
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _letters(number: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(65 + last)


def _row(number: int, letters: Sequence[str], cells: Sequence[Cell], *, style: str = "") -> str:
    made = [
        _cell(f'r="{letter}{number}"{style}', cell)
        for letter, cell in zip(letters, cells, strict=True)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(made)}</row>'


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, bool):
        return f'<c {place} t="b"><v>{int(cell)}</v></c>'
    if not isinstance(cell, str):
        return f"<c {place}><v>{cell}</v></c>"
    text = escape(_ESCAPED.sub("_x005F_", kept(cell)), {"\r": "&#13;"})
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
