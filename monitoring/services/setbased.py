"""Set-based INSERT and UPDATE from one JSON parameter: one statement whatever the number of rows.

Django's `bulk_update` costs a hundred times as much for thousands of rows, and its `bulk_create`
splits into many statements on SQLite. Rows travel as a JSON array and are joined in the database
(`json_each` on SQLite, `jsonb_to_recordset` on PostgreSQL); both return the ids they touched.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

Row = Sequence[Any]

_SHORT_JSON = json.JSONEncoder(separators=(",", ":")).encode
"""JSON that is kept has no blanks."""

_AS_IT_IS: Mapping[type, tuple[type, ...]] = {
    models.CharField: (str,),
    models.TextField: (str,),
    models.BooleanField: (bool,),
    models.IntegerField: (int,),
    models.BigIntegerField: (int,),
    models.PositiveIntegerField: (int,),
    models.PositiveBigIntegerField: (int,),
    models.BigAutoField: (int,),
    models.ForeignKey: (int,),
}
"""Kinds of column -> types of values that need no preparing: nearly all values there are."""


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    returning: Sequence[str],
    is_first_wins: bool = False,
) -> list[tuple[Any, ...]]:
    """Inserts `rows` (values in the order of the field names `columns`) in one statement.

    Returns the `returning` columns of every inserted row, in no particular order. `is_first_wins`:
    rows that exist already are left as they are.
    """
    if not rows:
        return []
    fields = [_field(model, name) for name in columns]
    names = ", ".join(_quoted(field) for field in fields)
    source, params = _source(fields, rows)
    back = ", ".join(_quoted(_field(model, name)) for name in returning)
    picked = ", ".join(f"x.{_alias(i)}" for i in range(len(fields)))
    table = _quote(model._meta.db_table)
    return _run(
        f"INSERT INTO {table} ({names}) SELECT {picked} FROM {source} WHERE true "  # noqa: S608 - names come from model fields
        f"{'ON CONFLICT DO NOTHING ' if is_first_wins else ''}RETURNING {back}",
        params,
    )


def update_rows(
    model: type[models.Model], *, match: Sequence[str], change: Sequence[str], rows: Sequence[Row]
) -> list[int]:
    """Updates rows whose `match` columns (the id first) equal the given values, in one statement.

    A row is `(*match values, *change values)`. Matching old values makes it a compare-and-swap.
    Returns the ids that were updated.
    """
    if not rows:
        return []
    fields = [_field(model, name) for name in (*match, *change)]
    table = _quote(model._meta.db_table)
    source, params = _source(fields, rows)
    split = len(match)
    where = " AND ".join(
        f"{table}.{_quoted(f)} = x.{_alias(i)}" for i, f in enumerate(fields[:split])
    )
    sets = ", ".join(f"{_quoted(f)} = x.{_alias(split + i)}" for i, f in enumerate(fields[split:]))
    found = _run(
        f"UPDATE {table} SET {sets} FROM {source} WHERE {where} RETURNING {table}.id",  # noqa: S608 - names come from model fields
        params,
    )
    return [row[0] for row in found]


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} of {model.__name__} is not a column")
    return field


def _quote(name: str) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(name)


def _quoted(field: models.Field[Any, Any]) -> str:
    return _quote(str(field.column))


def _alias(index: int) -> str:
    return f"c{index}"


def _source(fields: Sequence[models.Field[Any, Any]], rows: Sequence[Row]) -> tuple[str, list[str]]:
    """(SQL of a derived table x(c0, c1, ...), its parameters)."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        typed = ", ".join(
            f"{_alias(i)} {_column_type(field, connection)}" for i, field in enumerate(fields)
        )
        names = [_alias(i) for i in range(len(fields))]
        content = [
            dict(zip(names, row, strict=True)) for row in _plain_rows(fields, rows, connection)
        ]
        return f"jsonb_to_recordset(%s::jsonb) AS x({typed})", [json.dumps(content)]
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {_alias(i)}" for i in range(len(fields)))
    plain = list(_plain_rows(fields, rows, connection))
    return f"(SELECT {picked} FROM json_each(%s)) AS x", [json.dumps(plain)]  # noqa: S608 - no user input


def _column_type(field: models.Field[Any, Any], connection: Any) -> str:
    """Type of a value, not of a new column: an identity is an ordinary number here."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def _plain_rows(
    fields: Sequence[models.Field[Any, Any]], rows: Sequence[Row], connection: Any
) -> Iterable[tuple[Any, ...]]:
    """The rows as JSON that the columns understand on this database."""
    columns = [
        _plain_column(field, values, connection)
        for field, values in zip(fields, zip(*rows, strict=True), strict=True)
    ]
    return zip(*columns, strict=True)


def _plain_column(
    field: models.Field[Any, Any], values: Sequence[Any], connection: Any
) -> list[Any]:
    if isinstance(field, models.JSONField):
        prepared = map(field.get_prep_value, values)
        return list(prepared if connection.vendor == "postgresql" else map(_SHORT_JSON, prepared))
    as_it_is = _AS_IT_IS.get(type(field), ())
    return [
        value
        if value is None or type(value) in as_it_is
        else _plain(field.get_db_prep_save(value, connection))
        for value in values
    ]


def _plain(prepared: Any) -> Any:
    if prepared is None or isinstance(prepared, str | int | float | bool):
        return prepared
    return prepared.isoformat() if isinstance(prepared, dt.datetime) else str(prepared)


def _run(sql: str, params: list[str]) -> list[tuple[Any, ...]]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
