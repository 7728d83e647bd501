"""A throw-away database and a fake world in a process of its own, so that only our CPU counts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def prepare() -> Path:
    """Points the settings at a throw-away SQLite file and loads Django; returns its folder."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    os.environ.update(
        FLAP_FLIPS="0",  # the same product goes in and out of stock all the time here
        ENV_FILE=os.devnull,
        SECRET_KEY="bench" * 12,
        FIELD_ENCRYPTION_KEYS="YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtMzI=",
        DATABASE_URL=os.environ.get("BENCH_DATABASE_URL")
        or f"sqlite:///{folder / 'bench.sqlite3'}",
        ALLOW_PRIVATE_NETWORKS="127.0.0.0/8",
        HOST_MIN_GAP_SECONDS="0",
        DJANGO_SETTINGS_MODULE="config.settings",
    )
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.base_url}/control/{path}", timeout=30) as answer:
            return json.load(answer)


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
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with suppress(OSError):
            remote.get("state")
            return
        time.sleep(0.1)
    raise SystemExit("the fake world did not start")
