"""The whole system as processes, on a database of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from common.queues import HOUSEKEEPING, NOTIFY, POLL, cluster_of, clusters
from runtime.broker import INSTANCE_VARIABLE
from runtime.choices import What
from runtime.management.commands import run as command
from runtime.models import ProcessEvent
from runtime.pulse import PULSE_VARIABLE
from runtime.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str) -> Any:
    """The JSON of an answer; None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)
    except OSError:
        return None


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def session_members(leader: int) -> list[int]:
    """Processes that descend from the leader, by their parents."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1]
            )
        except (OSError, ValueError):
            continue
    found, wave = [], {leader}
    while wave:
        wave = {pid for pid, parent in parents.items() if parent in wave}
        found += sorted(wave)
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "TEST_"))}
    inherited.pop("DATABASE_URL", None)
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(tmp_path),
        "PORT": str(free_port()),
    }


@pytest.fixture
def system(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    subprocess.run([sys.executable, "manage.py", "init_db"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.once
def test_run_becomes_ready_replaces_a_dead_child_and_stops_without_leftovers(
    system: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    base = f"http://127.0.0.1:{environment['PORT']}"

    def is_ready() -> bool:
        said = fetch(f"{base}/api/v1/health/ready")
        return said is not None and said["status"] == "ready"

    wait_for(is_ready, 30)
    assert fetch(f"{base}/health")["status"] == "healthy"
    members = session_members(system.pid)
    web = next(pid for pid in members if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: web not in session_members(system.pid), 10)
    wait_for(is_ready, 30)
    members = session_members(system.pid)
    system.send_signal(signal.SIGINT)
    output, _ = system.communicate(timeout=30)
    assert system.returncode == 0
    assert output.rstrip().endswith("Stopped.")
    assert not [pid for pid in members if Path(f"/proc/{pid}").exists()]


@pytest.mark.django_db
def test_run_refuses_a_database_that_is_not_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "pending_migrations", lambda: ["runtime.0001_initial"])
    with pytest.raises(CommandError, match="init_db"):
        call_command("run")


@pytest.mark.django_db
def test_run_refuses_a_taken_port_with_the_setting_to_change(settings: Settings) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        settings.PORT = holder.getsockname()[1]
        with pytest.raises(CommandError, match="Set PORT"):
            call_command("run")


def test_on_sqlite_one_cluster_serves_all_and_on_postgresql_each_queue_has_its_own(
    settings: Settings,
) -> None:
    queue = {key: value for key, value in settings.Q_CLUSTER.items() if key != "ALT_CLUSTERS"}
    settings.Q_CLUSTER = queue
    assert [child.name for child in command.children()] == ["web", "core", "queue"]
    assert cluster_of(POLL) == cluster_of(NOTIFY) == cluster_of(HOUSEKEEPING) == queue["name"]
    settings.Q_CLUSTER = {**queue, "ALT_CLUSTERS": {"poll": {}, "notify": {}}}
    assert [child.name for child in command.children()] == [
        *("web", "core", "queue poll", "queue notify", "queue housekeeping")
    ]
    assert cluster_of(POLL) == "poll"
    assert cluster_of(HOUSEKEEPING) == queue["name"]


def test_a_machine_can_serve_some_queues_only(settings: Settings) -> None:
    named = {**settings.Q_CLUSTER, "ALT_CLUSTERS": {"poll": {}, "notify": {}}}
    settings.Q_CLUSTER = named
    some = command.children(("core", "queue"), ("poll", "housekeeping"))
    assert [child.name for child in some] == ["core", "queue poll", "queue housekeeping"]
    settings.Q_CLUSTER = {key: one for key, one in named.items() if key != "ALT_CLUSTERS"}
    with pytest.raises(CommandError, match="needs PostgreSQL"):
        command._chosen_queues(["poll"])
    assert command._chosen_queues(None) is None


def test_parts_can_run_on_machines_of_their_own() -> None:
    assert [child.name for child in command.children(("core",))] == ["core"]
    assert {child.name.split()[0] for child in command.children(("core", "queue"))} == {
        *("core", "queue")
    }


def test_the_bot_is_a_child_where_there_is_a_token(settings: Settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""
    assert "bot" not in [child.name for child in command.children()]
    settings.TELEGRAM_BOT_TOKEN = "7000000001:" + "A" * 35
    child = command.children()[-1]
    assert (child.name, child.argv[-1]) == ("bot", "telegram_bot")
    assert "bot" not in [child.name for child in command.children(("web", "core", "queue"))]


def test_the_bot_says_what_to_set_when_there_is_no_token(settings: Settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""
    with pytest.raises(CommandError, match="TELEGRAM_BOT_TOKEN"):
        call_command("telegram_bot")


@pytest.mark.django_db(transaction=True)
def test_run_ends_leftovers_and_hands_its_children_to_the_supervisor(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.PORT, settings.VAR_DIR = free_port(), tmp_path
    seen: list[Child] = []

    class Recorder(Supervisor):
        def run(self, end: Event) -> None:
            seen.extend(self.children)
            os.kill(os.getpid(), signal.SIGTERM)
            assert end.wait(5)

    monkeypatch.setattr(command, "Supervisor", Recorder)
    monkeypatch.setattr(command, "leftovers_end", lambda folder: ["queue", "queue"])
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        call_command("run")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert [child.name for child in seen] == ["web", "core", *clusters().values()]
    instances = {child.environment[INSTANCE_VARIABLE] for child in seen}
    assert len(instances) == 1
    web, core, queue = seen[:3]
    assert web.environment[PULSE_VARIABLE] is None  # it is asked, it does not beat
    assert core.environment[PULSE_VARIABLE] != queue.environment[PULSE_VARIABLE]
    assert core.environment["Q_CLUSTER_NAME"] is None
    assert queue.environment["Q_CLUSTER_NAME"] == next(iter(clusters()))
    told = ProcessEvent.objects.order_by("pk").values_list("process", "what")
    assert list(told) == [
        ("queue", What.LEFTOVERS),
        ("supervisor", What.STARTED),
        ("supervisor", What.STOPPED),
    ]
    assert settings.PUBLIC_URL in capsys.readouterr().out
    assert list((tmp_path / "run").iterdir()) == []
