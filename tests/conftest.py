"""Fixtures of all tests. The database comes from TEST_DATABASE_URL, else a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection

admin.autodiscover()  # the addresses do it; some tests walk the pages before any is asked for

MADE_OF_MODELS = ("django_content_type", "auth_permission")

ONCE = {
    "demo": (),
    "admin": ("test_overview.py", "test_bulk_edit.py", "test_long_lists.py"),
}
"""Folders that are tested on SQLite only, but for these files. The fake world has no database; the
walks of tests/tenancy open every page of the desk on both."""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name not in ONCE.get(item.path.parent.name, (item.path.name,)):
            item.add_marker("once")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _quick_flush() -> Iterator[None]:
    """Tests with commits are followed by a flush. Content types and permissions follow from the
    models: they stay, for making them anew takes most of the time. PostgreSQL truncates: new files
    for every table and index, ten times the time of deleting the few rows. Foreign keys are looked
    at in the end.
    """

    def deletes(operations, style, tables, *, reset_sequences=False, allow_cascade=False):
        left = [table for table in tables if table not in MADE_OF_MODELS]
        if reset_sequences or connection.vendor == "sqlite":
            return flushes(
                operations,
                style,
                left,
                reset_sequences=reset_sequences,
                allow_cascade=allow_cascade,
            )
        return [f"DELETE FROM {operations.quote_name(table)}" for table in left]  # noqa: S608

    kind = type(connection.ops)
    flushes = kind.sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "sql_flush", deletes)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield
