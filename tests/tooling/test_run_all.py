from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests import run_all

pytestmark = [pytest.mark.unit, pytest.mark.once]

REPORT = """<?xml version="1.0"?><testsuites>
<testsuite name="pytest" tests="9" failures="1" errors="2" skipped="3"/></testsuites>"""


def test_errors_count_as_failures_and_skips_do_not_count_as_passed(tmp_path: Path) -> None:
    report = tmp_path / "a.xml"
    report.write_text(REPORT)
    assert run_all.count(report) == Counter(passed=3, failed=3, skipped=3)


def test_a_run_that_left_no_report_is_a_failure(tmp_path: Path) -> None:
    assert run_all.count(tmp_path / "none.xml") == Counter(failed=1)


@pytest.mark.parametrize(
    ("total", "line"),
    [
        (Counter(passed=5), "5 passed, 0 failed"),
        (Counter(passed=5, failed=1, skipped=2), "5 passed, 1 failed, 2 skipped"),
    ],
)
def test_the_summary_is_one_line(total: Counter[str], line: str) -> None:
    assert run_all.summary(total) == line


def test_a_given_server_is_used_and_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://db.example/x")
    with run_all.postgresql() as url:
        assert url == "postgres://db.example/x"
