"""Queries that are built once and asked again and again with other values.

A statement of a poll is answered in a tenth of a millisecond; building it by the ORM costs ten times
as much, and converting a thousand rows cell by cell more than reading them. The ORM still says
what is asked, and values come back as it would give them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.transaction import TransactionManagementError

Value = int | Collection[int]

_FIRST_PLACEHOLDER = 4_611_686_018_427_387_000
"""No id is that large, and 64 bits hold it."""


def among(ids: int) -> RawSQL:
    """For `__in` and the placeholder of a collection of ids: one value, so that the statement is
    the same whatever their number."""
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [ids])
    return RawSQL("SELECT value FROM json_each(%s)", [ids])


class Prepared:
    """A query by `build`, which gets a placeholder (a number) for each value and returns a
    `values_list` queryset. What it takes from anywhere else is fixed when it is first asked."""

    def __init__(self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]]) -> None:
        self._build = build
        self._built: _Statement | None = None

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """Equal values of a column may be one object: change none of them. Raises
        TransactionManagementError for a query that locks rows outside a transaction."""
        if self._built is None:
            self._built = _Statement(self._build, len(values))
        return self._built.rows(values)


class _Statement:
    def __init__(self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]], count: int) -> None:
        places = [_FIRST_PLACEHOLDER + index for index in range(count)]
        query = build(*places).query
        self.is_locking = query.select_for_update
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, params = compiler.as_sql()
        self.params: list[Any] = list(params)
        self.places = [
            (position, places.index(param))
            for position, param in enumerate(params)
            if isinstance(param, int) and param in places
        ]
        if {index for _, index in self.places} != set(range(count)):
            raise ValueError("the query does not ask for every value")
        columns = [one[0] for one in compiler.select]
        self.converters: dict[int, Any] = compiler.get_converters(columns)

    def rows(self, values: Sequence[Value]) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        if self.is_locking and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked in a transaction only")
        params = list(self.params)
        for position, index in self.places:
            params[position] = _plain(values[index], connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not found or not self.converters:
            return found
        columns: list[Any] = list(zip(*found, strict=True))
        for position, (converters, expression) in self.converters.items():
            known = {}
            for value in set(columns[position]):
                converted = value
                for convert in converters:
                    converted = convert(converted, expression, connection)
                known[value] = converted
            columns[position] = map(known.__getitem__, columns[position])
        return list(zip(*columns, strict=True))


def _plain(value: Value, vendor: str) -> int | str:
    if isinstance(value, int):
        return value
    text = json.dumps(list(value))
    return "{" + text[1:-1] + "}" if vendor == "postgresql" else text
