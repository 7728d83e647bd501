"""Image, services and units as files: what they promise holds without a container engine."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from scripts.dockerfile import ignore_rules, moved, parse

pytestmark = [pytest.mark.unit, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
LONG_RUNNING = [unit for unit in UNITS if unit.stem != "stock-monitor-setup"]
OWN = ("setup", "web", "worker")


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    return found


def unit_of(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, encoding="utf-8")
    return parser


# --- Reading the files -------------------------------------------------------------------------


def test_a_dockerfile_is_read_with_its_stages_flags_and_continued_lines() -> None:
    first, second = parse(
        "# a comment\nFROM a AS b\nENV X=1 \\\n    Y='two words'\n\nFROM c\n"
        'COPY --from=b /x /y\nHEALTHCHECK --timeout=5s CMD ["ask", "it"]\nCMD run it\n'
    )
    assert (first.base, first.name, second.base, second.name) == ("a", "b", "c", "")
    assert first.last("ENV").pairs() == {"X": "1", "Y": "two words"}
    assert second.last("COPY").flags == {"from": "b"}
    assert second.last("HEALTHCHECK").argv() == ["ask", "it"]
    assert second.last("CMD").argv() == ["sh", "-c", "run it"]


def test_paths_of_the_image_are_moved_below_another_root_and_others_are_not() -> None:
    given = "/app/var:/opt/app /apples '/app' x/app"
    assert moved(given, {"/app"}, "/r") == "/r/app/var:/opt/app /apples '/r/app' x/app"


@pytest.mark.parametrize(
    ("path", "is_out"),
    [
        (".git/config", True), (".env", True), (".env.local", True), ("var/db.sqlite3", True),
        ("secrets/postgres_password", True), ("tests/conftest.py", True), ("README.md", True),
        ("runtime/__pycache__/a.pyc", True), ("db.sqlite3-wal", True), (".mypy_cache/x", True),
        ("manage.py", False), ("templates/admin/index.html", False), ("static/a.css", False),
        ("requirements.txt", False), ("notifications/channels/email/config.py", False),
    ],
)  # fmt: skip
def test_the_build_leaves_out_secrets_data_and_tests(path: str, is_out: bool) -> None:
    rules = ignore_rules((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    assert rules(path) is is_out


# --- Image -------------------------------------------------------------------------------------


def test_the_image_runs_as_a_number_and_checks_its_health() -> None:
    image = parse((ROOT / "Dockerfile").read_text(encoding="utf-8"))[-1]
    uid, gid = image.last("USER").rest.split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert "/health" in " ".join(image.last("HEALTHCHECK").argv())
    defaults = {k: v for step in image.all("ENV") for k, v in step.pairs().items()}
    assert defaults["WEB_WORKERS"] == "4"
    assert defaults["VAR_DIR"] == image.last("VOLUME").rest


def test_the_image_installs_the_locked_packages_and_needs_no_secret() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "pip install -r /build/requirements.txt" in text
    assert not re.search(r"^\s*(ARG|ADD)\b|(KEY|SECRET|PASSWORD|TOKEN)S?=", text, re.MULTILINE)


# --- Services ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OWN)
def test_a_service_of_ours_may_write_to_its_volume_and_tmp_only(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert [place.partition(":")[0] for place in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - inside
    assert service["volumes"] == ["state:/app/var"]


def test_no_service_may_gain_privileges_or_keep_capabilities(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name


def test_web_and_worker_wait_for_one_set_up_and_share_its_keys(services: dict[str, Any]) -> None:
    assert services["setup"]["restart"] == "no"
    assert "init_db" in services["setup"]["command"][-1]
    for name in ("web", "worker"):
        ready = services[name]["depends_on"]["setup"]["condition"]
        assert ready == "service_completed_successfully"
        assert services[name]["environment"] == services["setup"]["environment"]
        assert "init_db" not in " ".join(services[name]["command"])


def test_no_service_is_killed_before_running_tasks_had_their_grace(
    services: dict[str, Any],
) -> None:
    for name in ("web", "worker"):
        grace = float(services[name]["stop_grace_period"].removesuffix("s"))
        assert grace > settings.SUPERVISOR_GRACE_SECONDS + 20


def test_only_the_web_server_of_this_machine_is_published(services: dict[str, Any]) -> None:
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


# --- Units -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LONG_RUNNING, ids=lambda path: str(path.stem))
def test_a_unit_stops_the_supervisor_first_and_starts_again_after_a_failure(path: Path) -> None:
    service = unit_of(path)["Service"]
    assert service["KillMode"] == "mixed"
    assert float(service["TimeoutStopSec"]) > settings.SUPERVISOR_GRACE_SECONDS + 20
    assert service["Restart"] == "on-failure"
    assert service["OOMPolicy"] == "continue"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: str(path.stem))
def test_a_unit_is_not_root_and_may_write_to_its_state_only(path: Path) -> None:
    service = unit_of(path)["Service"]
    assert service["User"] == "stock-monitor"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["StateDirectory"] == "stock-monitor"
    assert "ReadWritePaths" not in service


def test_the_units_for_web_and_worker_run_every_part_once() -> None:
    parts: list[str] = []
    for name in ("web", "worker"):
        unit = unit_of(ROOT / f"deploy/systemd/stock-monitor-{name}.service")
        assert "stock-monitor-setup.service" in unit["Unit"]["Requires"]
        parts += unit["Service"]["ExecStart"].partition("--only ")[2].split()
    assert sorted(parts) == ["bot", "core", "queue", "web"]


def test_settings_in_the_example_environments_exist() -> None:
    known = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.M))
    text = (ROOT / "deploy" / "stock-monitor.env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z_]+)=", text, re.M)) <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_units_are_understood_by_systemd() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/check_units.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
