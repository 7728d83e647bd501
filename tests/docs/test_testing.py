"""The page about tests names those that exist, and every test of chaos stands in it or beside one."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, table_rows, text_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

PAGE = "docs/testing.md"


def rows():
    return [row for row in table_rows(text_of(PAGE)) if "::" in row[-1]]


def test_every_fault_names_tests_that_exist():
    assert len(rows()) >= 25
    for what, *_, tests in rows():
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert named, what
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_every_file_of_chaos_stands_in_the_table():
    told = " ".join(row[-1] for row in rows())
    files = [path.name for path in (ROOT / "tests/chaos").glob("test_*.py")]
    assert [name for name in files if name not in told] == ["test_auditor.py"]
