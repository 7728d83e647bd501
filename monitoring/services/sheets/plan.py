"""What a file would do, row by row. Values, no tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from common.errors import InvalidInputError
from common.sheets.reading import Line, Sheet

Action = Literal["created", "changed", "unchanged"]
Progress = Callable[[int, int], None]
"""Called with (done, total) rows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What to mend: the line of the file, the column ("" for the whole line), and a sentence."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line that can be taken. `changes`: field -> (stored, wanted), of changed rows only."""

    line: int
    title: str
    action: Action
    wanted: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    """Columns that an export shows and nobody can set."""

    def count(self, action: Action) -> int:
        return sum(row.action == action for row in self.rows)

    def wrong_lines(self) -> int:
        return len({problem.line for problem in self.problems})

    def refuse(self, line: int, fields: Mapping[str, Iterable[str]], known: Iterable[str]) -> None:
        """Complaints of a service; those about something that is no column name it."""
        columns = set(known)
        for name, texts in fields.items():
            for text in texts:
                told = (name, text) if name in columns else ("", f"{name}: {text}")
                self.problems.append(Problem(line, *told))


@dataclass(frozen=True, slots=True)
class SheetField:
    """A column that is read. `clean` raises ValueError with a sentence for people.

    An empty cell takes the value away (`empty`), or leaves what is there (`is_kept`).
    """

    name: str
    clean: Callable[[str], Any]
    empty: Any = None
    is_kept: bool = False
    is_key: bool = False


def text(word: str) -> str:
    return word


def number(word: str) -> int:
    """Also as spreadsheets write it: 5.0."""
    digits = word.removesuffix(".0")
    if not digits.removeprefix("-").isdecimal() or len(digits) > 15:
        raise ValueError("Must be a whole number.")
    return int(digits)


def switch(word: str) -> bool:
    lowered = word.lower()
    if lowered in {"true", "yes", "on", "1"}:
        return True
    if lowered in {"false", "no", "off", "0"}:
        return False
    raise ValueError("Must be true or false.")


def words(word: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in word.split(",") if part.strip()))


def check_columns(sheet: Sheet, fields: Iterable[SheetField], shown: Iterable[str]) -> list[str]:
    """The columns that are ignored. Raises InvalidInputError for missing and unknown ones: a
    misspelt one would pass unnoticed."""
    names = {one.name for one in fields}
    needed = [one.name for one in fields if one.is_key and one.empty is None]
    ignored = [name for name in sheet.columns if name not in names and name in set(shown)]
    unknown = [name for name in sheet.columns if name not in names and name not in ignored]
    missing = [name for name in needed if name not in sheet.columns]
    problems = [f"The column {name} is missing." for name in missing]
    problems += [f"There is no column {name}." for name in unknown]
    if problems:
        advice = f"Columns that are read: {', '.join(one.name for one in fields)}."
        raise InvalidInputError(" ".join([*problems, advice]), fields={"file": problems})
    return ignored


def read_line(plan: Plan, line: Line, fields: Iterable[SheetField]) -> dict[str, Any] | None:
    """The values of a line by name; None, and problems in the plan, where one is wrong."""
    values: dict[str, Any] = {}
    is_good = True
    for one in fields:
        word = line.cells.get(one.name)
        if word is None:
            continue
        if not word:
            if one.is_key and one.empty is None:
                plan.problems.append(Problem(line.number, one.name, "Is missing."))
                is_good = False
            elif not one.is_kept:
                values[one.name] = one.empty
            continue
        try:
            values[one.name] = one.clean(word)
        except ValueError as error:
            plan.problems.append(Problem(line.number, one.name, str(error)))
            is_good = False
    return values if is_good else None
