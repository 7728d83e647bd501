"""Where a part is measured: a throw-away database and a fake world in a process of its own, so that
only our CPU counts."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent

Size = Literal["full", "quick", "tiny"]
"""How much is measured. "tiny" shows that a part works; its figures mean nothing."""


class RemoteWorld:
    """The fake world's control route."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.base_url}/control/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.base_url}/control/{path}", timeout=60) as answer:
            return json.load(answer)

    def calls(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Requests to the shops that came at or after `since` (seconds since the epoch)."""
        return [call for call in self.get("log?limit=50000") if call["at"] >= since]

    def messages(self, kind: str = "", to: str = "", since: float = 0.0) -> list[dict[str, Any]]:
        found = self.get(f"messages?kind={kind}&to={to}&limit=50000")
        return [message for message in found if message["at"] >= since]


@dataclass(frozen=True, slots=True)
class Lab:
    """What a part gets: Django is loaded, the tables are there and empty."""

    remote: RemoteWorld
    folder: Path
    size: Size

    def pick(self, full: int, quick: int, tiny: int) -> int:
        return {"full": full, "quick": quick, "tiny": tiny}[self.size]


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """Settings of everything that is started here; a developer's own must not reach it."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "FLAP_FLIPS": "0",  # the same product goes in and out of stock all the time here
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "bench" * 12,
        "FIELD_ENCRYPTION_KEYS": "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtMzI=",
        "DATABASE_URL": database_url,
        "ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
        "HOST_MIN_GAP_SECONDS": "0",
        "PORT": str(free_port()),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def of_world(remote: RemoteWorld) -> dict[str, str]:
    """Settings that point telegrams and mails to the fake world."""
    state = remote.get("state")
    smtp = state["smtp"]
    return {
        "TELEGRAM_BOT_TOKEN": state["telegram"]["token"],
        "TELEGRAM_API_URL": state["telegram"]["url"],
        "EMAIL_URL": f"smtp://{smtp['host']}:{smtp['port']}",
    }


class Databases:
    """Tables are made once; every part begins with a copy of them, empty."""

    def __init__(self, folder: Path, server_url: str = "") -> None:
        self.folder = folder
        self.server_url = server_url
        self.template = self._url(f"bench_{uuid.uuid4().hex[:10]}")
        if server_url:
            self._on_server(f"CREATE DATABASE {self._name(self.template)}")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=environment(folder, self.template),
            check=True,
        )

    @contextmanager
    def copy(self) -> Iterator[str]:
        url = self._url(f"bench_{uuid.uuid4().hex[:10]}")
        if not self.server_url:
            shutil.copyfile(self._name(self.template), self._name(url))
            yield url
            return
        self._on_server(f"CREATE DATABASE {self._name(url)} TEMPLATE {self._name(self.template)}")
        try:
            yield url
        finally:
            self._on_server(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def close(self) -> None:
        if self.server_url:
            self._on_server(f"DROP DATABASE {self._name(self.template)} WITH (FORCE)")

    def _url(self, name: str) -> str:
        if not self.server_url:
            return f"sqlite:///{self.folder / name}.sqlite3"
        head, _, query = self.server_url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def _name(self, url: str) -> str:
        """Of the database; the path of the file where it is one."""
        if not self.server_url:
            return url.removeprefix("sqlite:///")
        return url.partition("?")[0].rsplit("/", 1)[1]

    def _on_server(self, statement: str) -> None:
        import psycopg2

        connection = psycopg2.connect(self.server_url)
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def world() -> Iterator[RemoteWorld]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.world", "--port", str(port), "--smtp-port", str(free_port())],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    remote = RemoteWorld(f"http://127.0.0.1:{port}")
    try:
        _wait_for(remote)
        yield remote
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(remote: RemoteWorld) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError):
            remote.get("state")
            return
        time.sleep(0.1)
    raise SystemExit("the fake world did not start")
