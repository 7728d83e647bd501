"""The product as its users run it: real processes, a database of their own, real sockets."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests

from demo.telegram import TOKEN
from demo.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN = 120.0
STOPS_WITHIN = 60.0
NEW_KEY = """
from accounts.models import Team
from django.core.management import call_command
call_command("create_api_key", team=Team.objects.get().slug, name="e2e")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(found: Callable[[], Any], *, within: float = 45.0, what: str = "it") -> Any:
    """Asks until the answer is true; fails naming what never came. Patient: machines are busy."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {within} s")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables and no rows, to be copied.

    Filling an empty database is tested elsewhere; here it would be half of each start.
    """
    server = os.environ.get("TEST_DATABASE_URL")
    name = f"e2e_{uuid.uuid4().hex[:12]}"
    folder = tmp_path_factory.mktemp("migrated")
    url = _on_this_server(server, name) if server else f"sqlite:///{folder / 'e2e.sqlite3'}"
    if server:
        _on_server(server, f"CREATE DATABASE {name}")
    Product(basics(url, folder), folder / "log").manage("migrate", "-v", "0")
    yield url
    if server:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> Iterator[str]:
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        shutil.copyfile(migrated.removeprefix("sqlite:///"), tmp_path / "e2e.sqlite3")
        yield f"sqlite:///{tmp_path / 'e2e.sqlite3'}"
        return
    name = f"e2e_{uuid.uuid4().hex[:12]}"
    template = migrated.partition("?")[0].rsplit("/", 1)[1]
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _on_this_server(server, name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_this_server(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _on_server(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()


class Product:
    """A running installation and its API."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.log = log
        self.key = ""
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually(self._answers, within=STARTS_WITHIN, what="the start of the web server")

    def _answers(self) -> bool:
        with suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{self.url}/health", timeout=5).status_code == 200
        return False

    def stop(self) -> int:
        """Ends it as a person would; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return -1
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOPS_WITHIN)

    def api(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = requests.request(
            method,
            f"{self.url}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Api-Key {self.key}"},
            timeout=10,
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None


def basics(database_url: str, folder: Path) -> dict[str, str]:
    """What every command needs."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "e2e-" + "s" * 50,
        "FIELD_ENCRYPTION_KEYS": "ZTJlLWUyZS1lMmUtZTJlLWUyZS1lMmUtZTJlLWUyZTI=",
        "DATABASE_URL": database_url,
        "PORT": str(free_port()),
    }


def install(world: World, database_url: str, folder: Path, **more: str) -> Product:
    """A product that is not started; its default network policy allows loopback for the fake world."""
    environment = {
        **basics(database_url, folder),
        "ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
        "MONITORING_INTERVAL": "5",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": world.telegram_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{world.smtp_port}",
        "DJANGO_SUPERUSER_USERNAME": "admin",
        "DJANGO_SUPERUSER_PASSWORD": "planted-admin-password",
        "DJANGO_SUPERUSER_EMAIL": "admin@example.com",
        **more,
    }
    product = Product(environment, folder / "run.log")
    product.manage("init_db")
    key = product.manage("shell", "-v", "0", "-c", NEW_KEY)
    product.key = key.strip().splitlines()[-1]
    return product


@pytest.fixture
def product(world: World, database_url: str, tmp_path: Path) -> Iterator[Product]:
    product = install(world, database_url, tmp_path)
    yield product
    product.stop()
