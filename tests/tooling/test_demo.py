"""`make demo` as a newcomer sees it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = {"telegram", "mail", "webhook", "sms"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return json.load(response)
    except OSError:
        return None


def wait_until(condition: Any, seconds: float, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the demo ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def test_the_demo_shows_a_sell_out_by_telegram_mail_webhook_and_sms() -> None:
    port, world = free_port(), free_port()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "TEST_"))}
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        inherited.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "scripts/demo.py"],
        cwd=ROOT,
        env=inherited
        | {
            "PORT": str(port),
            "DEMO_PORT": str(world),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    sold_out: set[str] = set()

    def is_told() -> bool:
        for message in fetch(f"http://127.0.0.1:{world}/control/messages") or []:
            if "sold out" in json.dumps(message).lower() or "sold_out" in json.dumps(message):
                sold_out.add(message["kind"])
        return sold_out == KINDS

    try:
        wait_until(lambda: fetch(f"http://127.0.0.1:{port}/health"), 120, process)
        wait_until(is_told, 90, process)
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert f"http://127.0.0.1:{port}/admin/" in output
