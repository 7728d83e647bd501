"""Habits of the repository that a tool does not check."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = (
    "accounts",
    "common",
    "config",
    "demo",
    "monitoring",
    "notifications",
    "runtime",
    "websites",
)
TEXT = {".py", ".md", ".toml", ".yaml", ".sh", ".in", ".txt", ".html", ".example", ".json",
        ".service", ""}  # fmt: skip
LOCKS = ("requirements.txt", "requirements-dev.txt")
INSTALLERS = ("scripts/install_chromium.sh", "scripts/install_axe.sh")


def tracked() -> list[Path]:
    """Files in version control that exist; of an exported tree without it, all files."""
    result = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in result.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def sources() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def test_no_file_is_longer_than_300_lines_and_no_function_longer_than_60() -> None:
    too_long = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            too_long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= 60:
                    too_long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert too_long == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty_names = {"utils.py", "helpers.py", "manager.py", "managers.py", "misc.py"}
    assert [path for path in sources() if path.name in empty_names] == []


def test_no_secret_database_or_environment_is_in_version_control() -> None:
    bad_names = re.compile(r"(^|/)\.env$|\.sqlite3?$|\.db$|\.pem$|id_rsa|(^|/)var/")
    # A real bot token or private key; invented ones in tests are shorter or say what they are.
    bad_texts = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{60}")
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if bad_names.search(name) or (path.suffix in TEXT and bad_texts.search(text_of(path))):
            found.append(name)
    assert found == []


@pytest.mark.parametrize("name", [".env", "var/db.sqlite3", "db.sqlite3", ".venv/bin/python"])
def test_files_with_secrets_and_data_are_ignored_by_git(name: str) -> None:
    result = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    assert result.returncode in (0, 128)


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_direct_requirement_has_its_reason(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line.strip() and not line.startswith("#")]
    assert [line for line in wanted if not re.search(r"  # .{10,}\.$", line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_locked_requirements_are_exact_and_name_no_index(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert [
        line for line in pins if not re.fullmatch(r"[a-z0-9._-]+==[^\s;]+(;.*)?", line, re.I)
    ] == []
    assert not [line for line in lines if "://" in line or "--index" in line]


def test_the_lock_of_the_browser_tests_is_exact_and_names_no_registry() -> None:
    folder = ROOT / "tests" / "browser"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert [name for name, package in lock.items() if "resolved" in package] == []


def test_the_development_lock_holds_the_same_versions_as_the_runtime_lock() -> None:
    runtime, development = (
        {
            line
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if re.match(r"[a-z0-9]", line, re.I)
        }
        for name in LOCKS
    )
    assert runtime - development == set()


def test_every_direct_requirement_is_locked() -> None:
    for name, lock in zip(("requirements.in", "requirements-dev.in"), LOCKS, strict=True):
        locked = (ROOT / lock).read_text(encoding="utf-8").lower()
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            match = re.match(r"([A-Za-z0-9._-]+)", line)
            if match and not line.startswith("-"):
                assert re.search(rf"^{re.escape(match[1].lower())}==", locked, re.M), line


def test_make_help_lists_every_promised_command() -> None:
    result = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = {line.split()[0] for line in result.stdout.splitlines()}
    promised = {"setup", "run", "demo", "test", "check", "lint", "format", "bench", "lock", "help"}
    promised |= {"image-check"}
    assert promised <= listed


@pytest.mark.parametrize("name", [".ci/run", *INSTALLERS])
def test_scripts_are_executable_and_parse(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


MAKE = """#!/bin/sh
echo "made $1"
[ "$1" != "$BROKEN" ]
"""


@pytest.mark.parametrize("broken", ["none", "check", "test"])
def test_ci_makes_everything_fails_with_any_of_it_and_ends_with_the_summary(
    tmp_path: Path, broken: str
) -> None:
    for name in (".ci", "scripts", "bin"):
        (tmp_path / name).mkdir()
    shutil.copy2(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    for name in INSTALLERS:
        (tmp_path / name).write_text("echo there")
    make = tmp_path / "bin" / "make"
    make.write_text(MAKE)
    make.chmod(0o755)
    environment = {"PATH": f"{make.parent}:{os.environ['PATH']}", "BROKEN": broken}
    done = subprocess.run(
        [tmp_path / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout.splitlines()
    assert said == ["there", "there", "made check", "made test"]
    assert (done.returncode == 0) == (broken == "none")


def test_hooks_are_local_only() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"- repo: (.+)", text)) == {"local"}


def test_no_global_error_code_is_switched_off_for_types() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert "disable_error_code" not in settings


def test_the_readme_is_short_and_names_the_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") < 100
    for command in ("make run", "make demo", "make test"):
        assert command in text


def test_no_project_file_names_the_place_it_was_written_at() -> None:
    places = [f"{place}/" for place in (ROOT, Path.home()) if len(place.parts) > 2]
    named = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix in TEXT and any(place in text_of(path) for place in places)
    ]
    assert named == []
