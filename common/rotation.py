"""Re-encrypts stored secrets with the first key, beside processes that are at work.

Each value is replaced only while it still is the one that was read (compare and swap on the
ciphertext), so that a secret somebody saves meanwhile is never overwritten by an older one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from common.fields import PREFIX, EncryptedJSONField, encrypt

BATCH_SIZE = 200
"""Rows of one short transaction."""

PASSES = 3
"""Values written meanwhile by a process with older settings are met by another pass."""

UNREADABLE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Column:
    """An encrypted field of a model."""

    model: type[models.Model]
    field: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field}"


@dataclass(slots=True)
class Report:
    """Counts by position of the key in FIELD_ENCRYPTION_KEYS (0 is the first).

    `by_key`: how values were found by the last pass. `unreadable`: rows that no key opens.
    """

    by_key: Counter[int] = field(default_factory=Counter)
    rotated: int = 0
    overtaken: int = 0
    unreadable: list[str] = field(default_factory=list)

    @property
    def old(self) -> int:
        """Values that still need a key other than the first."""
        return sum(count for position, count in self.by_key.items() if position > 0)


def encrypted_columns(apps: Apps = installed) -> list[Column]:
    """Every encrypted field of every model, found by its class: no list to forget one on."""
    return [
        Column(model, one.name)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed
        for one in model._meta.local_concrete_fields
        if isinstance(one, EncryptedJSONField)
    ]


def key_names() -> list[str]:
    """A name per key that tells it apart and gives nothing away."""
    return [
        f"key {number} (sha256 {hashlib.sha256(key.encode()).hexdigest()[:8]})"
        for number, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1)
    ]


def values_count() -> int:
    return sum(column.model._base_manager.count() for column in encrypted_columns())


def keys_rotate(
    *, dry_run: bool = False, on_progress: Callable[[int], None] = lambda _: None
) -> Report:
    """Brings every value under the first key; `dry_run` only counts. Safe to stop and run again.

    `on_progress` is told how many more values were looked at. Call it outside of transactions.
    """
    report = Report()
    for _ in range(1 if dry_run else PASSES):
        report.by_key.clear()
        report.unreadable.clear()
        before = report.rotated + report.overtaken
        for column in encrypted_columns():
            for batch in _batches(column):
                _rotate_batch(column, batch, report, dry_run=dry_run)
                on_progress(len(batch))
        if report.rotated + report.overtaken == before:
            break
    return report


def _batches(column: Column) -> Iterator[list[tuple[int, str]]]:
    """(primary key, ciphertext) in order of the primary key."""
    last = None
    while True:
        rows = column.model._base_manager.annotate(cipher=Cast(F(column.field), TextField()))
        if last is not None:
            rows = rows.filter(pk__gt=last)
        batch = list(rows.order_by("pk").values_list("pk", "cipher")[:BATCH_SIZE])
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _rotate_batch(
    column: Column, batch: list[tuple[int, str]], report: Report, *, dry_run: bool
) -> None:
    boxes = [Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS]
    stale: list[tuple[int, str, str]] = []
    for pk, cipher in batch:
        if not cipher:
            continue
        position, plain = _opened(cipher, boxes)
        if position is None:
            report.unreadable.append(f"{column} of row {pk}")
            continue
        report.by_key[position] += 1
        if position > 0:
            stale.append((pk, cipher, plain))
    if dry_run or not stale:
        return
    with transaction.atomic():
        for pk, cipher, plain in stale:
            row = column.model._base_manager.annotate(cipher=Cast(F(column.field), TextField()))
            swapped = row.filter(pk=pk, cipher=cipher).update(
                **{column.field: Value(encrypt(plain), output_field=TextField())}
            )
            report.rotated += swapped
            report.overtaken += 1 - swapped


def _opened(cipher: str, boxes: list[Fernet]) -> tuple[int | None, str]:
    """(position of the key that opens it, plain text); (None, "") when none does."""
    if not cipher.startswith(PREFIX):
        return None, ""
    token = cipher.removeprefix(PREFIX).encode()
    for position, box in enumerate(boxes):
        try:
            return position, box.decrypt(token).decode()
        except InvalidToken:
            continue
    return None, ""
