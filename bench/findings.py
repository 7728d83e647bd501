"""What was measured, held against its goal, and the table that shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure. `value` None: it could not be measured, `note` says why.

    At most one of `at_least` and `at_most` is the goal; without either it is told only.
    """

    what: str
    value: float | None
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """None where there is no goal."""
        if self.at_least is None and self.at_most is None:
            return None
        if self.value is None:
            return False
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is not None and self.value <= self.at_most

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def number(value: float) -> str:
    """As many digits as mean something."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def _goal(finding: Finding) -> str:
    if finding.at_least is not None:
        return f">= {number(finding.at_least)}"
    return f"<= {number(finding.at_most)}" if finding.at_most is not None else ""


def _row(finding: Finding) -> list[str]:
    measured = "not measured" if finding.value is None else number(finding.value)
    if finding.value is not None and finding.unit:
        measured = f"{measured} {finding.unit}"
    met = {None: "", True: "yes", False: "**no**"}[finding.is_met]
    what = f"{finding.what} ({finding.note})" if finding.note else finding.what
    return [what, measured, _goal(finding), met]


def table(findings: Iterable[Finding]) -> str:
    """Markdown, aligned for those who read it in a terminal."""
    rows = [["What", "Measured", "Goal", "Met"], *(_row(one) for one in findings)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(4)]
    lines = [_line(rows[0], widths), "| " + " | ".join("-" * width for width in widths) + " |"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows[1:])])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of the values do not exceed. Raises ValueError when empty."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]
