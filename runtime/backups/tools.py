"""The programs that come with PostgreSQL, told where our database is without telling the whole machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from common.errors import ProductError
from common.redaction import redact

TOOL_SECONDS = 3600


class BackupError(ProductError):
    """A copy could not be made or brought back; the message says what to do."""

    code = "backup_failed"


def private(path: Path) -> Path:
    """A new empty file that only we can read. Raises OSError, also when it is there already."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def tool(name: str) -> str:
    """Where a program of PostgreSQL is. Raises BackupError."""
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} is not installed.",
            advice="Install the client programs of PostgreSQL (Debian, Ubuntu: the package "
            "postgresql-client), not older than the server.",
        )
    return found


def run_tool(name: str, words: Sequence[str]) -> str:
    """Runs it against our database; returns what it said. Raises BackupError.

    The password goes by the environment: every user of the machine sees the words of a command.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no word of the command comes from outside
            [tool(name), *words],
            env=_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TOOL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BackupError(f"{name} took more than an hour and was ended.") from None
    if done.returncode:
        lines = redact(done.stderr).strip().splitlines()
        raise BackupError(
            f"{name} failed: {' '.join(lines[:3])[:500]}", advice=_advice(done.stderr)
        )
    return done.stdout


def _advice(said: str) -> str:
    if "version mismatch" in said:
        server = connection.cursor().connection.server_version // 10000
        return f"Install the client programs of PostgreSQL {server} or newer."
    return ""


def _environment() -> dict[str, str]:
    connection.ensure_connection()
    place = connection.connection.get_dsn_parameters()
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
    }
    found = dict(os.environ) | {names[k]: v for k, v in place.items() if k in names}
    if password := connection.settings_dict.get("PASSWORD"):
        found["PGPASSWORD"] = str(password)
    return found
