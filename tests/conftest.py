"""Fixtures of all tests. The database comes from TEST_DATABASE_URL, else a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()
