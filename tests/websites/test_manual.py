from __future__ import annotations

import pytest

from websites.sources.base import SourceContext
from websites.sources.manual.source import ManualSource

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_manual_stock_is_never_read() -> None:
    source = ManualSource(SourceContext(""))
    snapshot = source.read(("1",))
    assert not ManualSource.is_polled
    assert (list(snapshot.readings), snapshot.is_complete) == ([], False)
    assert list(source.discover()) == []


def test_its_check_is_always_good() -> None:
    assert ManualSource(SourceContext("")).check().ok
