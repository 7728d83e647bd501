"""From SQLite to PostgreSQL: every row of a backup, into the tables of another kind of database.

Rows travel as the models read them, so that dates, numbers and JSON are written as the new database
wants them. Credentials are opened with our keys and sealed again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import load_backend
from django_q.models import OrmQ

from common.redaction import redact
from runtime.backups.tools import BackupError
from runtime.models import Heartbeat

SOURCE = "moving"
BATCH = 1000
LEFT_OUT: tuple[type[models.Model], ...] = (OrmQ, Heartbeat)
"""Tasks and signs of life of processes that are gone."""


@contextmanager
def sqlite_file(path: Path, *, mode: str = "ro") -> Iterator[str]:
    """The alias of a database connection to the file, for as long as it is needed."""
    ours = connections.databases[DEFAULT_DB_ALIAS]
    engine = "django.db.backends.sqlite3"
    place = {"ENGINE": engine, "NAME": f"{path.resolve().as_uri()}?mode={mode}"}
    connections[SOURCE] = load_backend(engine).DatabaseWrapper(
        {**ours, **place, "OPTIONS": {"uri": True}}, SOURCE
    )
    try:
        yield SOURCE
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]


def sqlite_into_ours(path: Path, on_progress: Callable[[int], None] = lambda count: None) -> int:
    """Replaces all rows of our database by those of the file; returns how many. All or nothing.

    Raises BackupError.
    """
    call_command("migrate", interactive=False, verbosity=0)
    with sqlite_file(path) as source:
        _refuse_other_version(source)
        try:
            with transaction.atomic():
                return rows_copy(source, DEFAULT_DB_ALIAS, on_progress)
        except DatabaseError as error:
            raise BackupError(
                f"{path.name} does not fit into this database: {redact(str(error))[:300]}",
                advice="Nothing was changed.",
            ) from None


def _refuse_other_version(source: str) -> None:
    """Rows are read by the models of this version: the file must have its tables."""
    theirs = set(MigrationRecorder(connections[source]).applied_migrations())
    ours = set(MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations())
    if theirs != ours:
        raise BackupError(
            "The backup was made by another version.",
            advice="Restore it to SQLite (DATABASE_URL as it was), run `init_db` with this "
            "version, make a backup again, and take that.",
        )


def tables() -> list[type[models.Model]]:
    """Every model with a table that moves, those between two others included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in LEFT_OUT
    ]


def rows_copy(source: str, target: str, on_progress: Callable[[int], None]) -> int:
    """Within a transaction of the target: foreign keys are looked at in its end."""
    for model in (*tables(), *LEFT_OUT):
        model._base_manager.using(target).all()._raw_delete(target)
    total = 0
    for model in tables():
        into: Any = model._base_manager.using(target)
        fields = model._meta.local_concrete_fields
        rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=BATCH)
        size = min(BATCH, connections[target].ops.bulk_batch_size(fields, [None] * BATCH))
        while batch := list(itertools.islice(rows, size)):
            # Raw: times that are set on saving stay as they are.
            into._insert(batch, fields=fields, raw=True, using=target)
            on_progress(len(batch))
            total += len(batch)
    statements = connections[target].ops.sequence_reset_sql(no_style(), tables())
    with connections[target].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    ContentType.objects.clear_cache()
    return total
