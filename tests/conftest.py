"""Fixtures of all tests. The database comes from TEST_DATABASE_URL, else a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _quick_flush() -> Iterator[None]:
    """Tests with commits are followed by a flush. PostgreSQL truncates: new files for every table
    and index, ten times the time of deleting the few rows. Foreign keys are looked at in the end.
    """

    def deletes(operations, style, tables, *, reset_sequences=False, allow_cascade=False):
        if reset_sequences:
            return truncates(
                operations,
                style,
                tables,
                reset_sequences=reset_sequences,
                allow_cascade=allow_cascade,
            )
        return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]  # noqa: S608

    truncates = DatabaseOperations.sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", deletes)
        yield
