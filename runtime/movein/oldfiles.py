"""Opens an older set-up, whatever it is kept in: a SQLite file, a PostgreSQL database, or JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from common.errors import InvalidInputError

MONITOR_TABLES = ("monitor_configs", "monitor_config", "monitors", "products")
RECORD_TABLES = ("stock_records", "stock_record", "records", "stock_history")
OUR_TABLE = "websites_website"
ROWS_AT_ONCE = 2000
_EVERYTHING = 'SELECT * FROM "{}"'  # the name is one of the tables above

Row = Mapping[str, Any]


class OldSetup(Protocol):
    """Rows as they are kept there; `records` come one by one, for there may be millions."""

    def monitors(self) -> list[Row]: ...

    def records(self) -> Iterator[Row]: ...


def open_old(source: str) -> OldSetup:
    """A path, or an address sqlite:///... or postgres://... Raises InvalidInputError."""
    scheme = urlsplit(source).scheme if "://" in source else ""
    if scheme in ("postgres", "postgresql"):
        return OldPostgres(source)
    if scheme and scheme != "sqlite":
        raise InvalidInputError(f"An address of kind {scheme}:// cannot be read.")
    path = Path(source.removeprefix("sqlite:///") if scheme else source)
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path.name}.")
    with path.open("rb") as file:
        is_sqlite = file.read(16).startswith(b"SQLite format 3")
    return OldSqlite(path) if is_sqlite else OldJson(path)


class OldJson:
    """{"monitors": [...], "records": [...]} with the column names of the tables."""

    def __init__(self, path: Path) -> None:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            raise InvalidInputError(f"{path.name} is neither SQLite nor JSON.") from None
        if not isinstance(data, dict):
            raise InvalidInputError("The JSON must be an object with a list of monitors.")
        self._monitors = _list_in(data, MONITOR_TABLES)
        self._records = _list_in(data, RECORD_TABLES)

    def monitors(self) -> list[Row]:
        return self._monitors

    def records(self) -> Iterator[Row]:
        return iter(self._records)


def _list_in(data: Mapping[str, Any], names: Iterable[str]) -> list[Row]:
    found: Any = next((data[name] for name in names if name in data), [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InvalidInputError("The JSON must hold lists of objects.")
    return found


class OldSqlite:
    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro"
        self._tables = _tables(
            {row["name"] for row in self._rows("SELECT name FROM sqlite_master")}
        )

    def monitors(self) -> list[Row]:
        return list(self._rows(_EVERYTHING.format(self._tables[0])))

    def records(self) -> Iterator[Row]:
        if self._tables[1]:
            yield from self._rows(_EVERYTHING.format(self._tables[1]))

    def _rows(self, query: str) -> Iterator[Row]:
        try:
            with closing(sqlite3.connect(self._address, uri=True)) as connection:
                connection.row_factory = sqlite3.Row
                for row in connection.execute(query):
                    yield dict(row)
        except sqlite3.Error as error:
            raise InvalidInputError(f"The SQLite file cannot be read: {error}.") from None


class OldPostgres:
    def __init__(self, address: str) -> None:
        self._address = address
        query = sql.SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        self._tables = _tables({row["tablename"] for row in self._rows(query)})

    def monitors(self) -> list[Row]:
        return list(self._rows(_everything(self._tables[0])))

    def records(self) -> Iterator[Row]:
        if self._tables[1]:
            yield from self._rows(_everything(self._tables[1]))

    def _rows(self, query: sql.Composable) -> Iterator[Row]:
        try:
            with closing(psycopg2.connect(self._address, connect_timeout=5)) as connection:
                connection.set_session(readonly=True)
                with connection.cursor(name="rows") as cursor:
                    cursor.itersize = ROWS_AT_ONCE
                    cursor.execute(query)
                    for row in cursor:
                        columns = [one.name for one in cursor.description or ()]
                        yield dict(zip(columns, row, strict=True))
        except psycopg2.Error as error:  # its texts may hold the address, with the password
            raise InvalidInputError(
                f"The PostgreSQL database cannot be read ({type(error).__name__})."
            ) from None


def _everything(table: str) -> sql.Composable:
    return sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))


def _tables(names: set[str]) -> tuple[str, str]:
    """(monitors, records or ""). Raises InvalidInputError."""
    if OUR_TABLE in names:
        raise InvalidInputError("That is a database of this version: set DATABASE_URL to use it.")
    monitors = next((name for name in MONITOR_TABLES if name in names), "")
    if not monitors:
        raise InvalidInputError(f"There is none of the tables {', '.join(MONITOR_TABLES)}.")
    return monitors, next((name for name in RECORD_TABLES if name in names), "")
