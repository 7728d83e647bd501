"""What was measured is told with its goal, and a miss is shown as one."""

from __future__ import annotations

import pytest

from bench.__main__ import arguments, chosen
from bench.clusters import rate_of
from bench.findings import Finding, number, share, table
from bench.parts import PARTS, read

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.mark.parametrize(
    ("finding", "is_met"),
    [
        (Finding("rate", 650, at_least=650), True),
        (Finding("rate", 649, at_least=650), False),
        (Finding("ratio", 1.1, at_most=1.1), True),
        (Finding("ratio", 1.2, at_most=1.1), False),
        (Finding("told only", 5), None),
        (Finding("broken", None, at_most=1), False),
    ],
)
def test_a_figure_is_held_against_its_goal(finding, is_met):
    assert finding.is_met is is_met


def test_the_table_is_markdown_and_names_what_is_missed():
    lines = table(
        [
            Finding("polls", 1234.5, "/s", at_least=1000, note="idle"),
            Finding("delay", 70.25, "ms", at_most=60),
            Finding("restock", None, note="failed, see above", at_most=0),
        ]
    ).splitlines()
    assert [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]] == [
        ["polls (idle)", "1,234 /s", ">= 1,000", "yes"],
        ["delay", "70.2 ms", "<= 60", "**no**"],
        ["restock (failed, see above)", "not measured", "<= 0", "**no**"],
    ]
    assert len({len(line) for line in lines}) == 1


def test_figures_show_as_many_digits_as_mean_something():
    assert [number(one) for one in (466_000.4, 12.34, 1.055, 4.0)] == [
        "466,000",
        "12.3",
        "1.05",
        "4",
    ]


def test_a_share_of_the_values_is_not_above_the_percentile():
    assert share([5, 1, 3, 2, 4], 0.5) == 3
    assert share([5, 1, 3, 2, 4], 0.99) == 5
    with pytest.raises(ValueError, match="nothing was measured"):
        share([], 0.5)


def test_polls_per_second_count_from_the_first_request_to_the_last_answer():
    calls = [{"at": 10.0, "answered_at": 10.2}, {"at": 10.1, "answered_at": 12.0}]
    assert rate_of(calls) == 1.0


def test_a_part_that_left_nothing_is_told_as_failed(tmp_path):
    (found,) = read("cycles", tmp_path)
    assert found.value is None
    assert found.is_met is False


def test_parts_can_be_chosen_by_name_and_the_quick_run_leaves_out_the_long_ones():
    assert [
        part.name for part in chosen(arguments(["--only", "memory", "cycles"]).only, "full")
    ] == [
        "cycles",
        "memory",
    ]
    assert {part.name for part in chosen(None, "full")} == {part.name for part in PARTS}
    assert {part.name for part in chosen(None, "quick")} == {
        part.name for part in PARTS if part.is_quick
    }
