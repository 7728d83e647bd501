"""`make check`: everything but the tests. Runs all steps and names those that failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# Values of a production site, for `check --deploy`; the keys are made up and open nothing.
PRODUCTION = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "check-only-" + "kT7vQ2mZ9xW4cR8nB5jL1pS6dF3gH0yA" * 2,
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMzI=",
    "PUBLIC_URL": "https://stock.example.com",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "DEBUG": "false",
    "DATABASE_URL": "sqlite:///:memory:",
}
TESTING = {"DJANGO_SETTINGS_MODULE": "config.settings_test"}

COMPOSE = [path.name for path in sorted(ROOT.glob("compose*.yaml"))]

STEPS: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("format", ["ruff", "format", "--check", "--quiet", "."], {}),
    ("lint", ["ruff", "check", "--quiet", "."], {}),
    ("layers", ["lint-imports", "--no-cache"], {}),
    ("django", ["python", "manage.py", "check", "--fail-level", "WARNING"], TESTING),
    (
        "deploy",
        ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"], TESTING),
    ("templates", ["djlint", "templates", "--lint", "--quiet"], {}),
    ("image", ["hadolint", "Dockerfile"], {}),
    (
        "compose",
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", *COMPOSE],
        {},
    ),
    ("units", ["python", "scripts/check_units.py"], {}),
    ("hooks", ["pre-commit", "validate-config"], {}),
    ("packages", ["python", "-m", "pip", "--disable-pip-version-check", "check"], {}),
    ("types", ["mypy", "."], TESTING),
)


def run_step(command: list[str], extra: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env={**os.environ, **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main() -> int:
    wanted = set(sys.argv[1:])
    failed = []
    for name, command, extra in STEPS:
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        result = run_step(command, extra)
        word = "failed" if result.returncode else "ok"
        print(f"{name:<11}{word:<8}{time.monotonic() - started:5.1f} s", flush=True)
        if result.returncode:
            failed.append(name)
            print(result.stdout, flush=True)
    print(f"check: failed: {', '.join(failed)}" if failed else "check: all steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
