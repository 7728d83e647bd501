"""Error reports over a real socket: what broke is told; secrets and people are not."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.logcontext import log_context
from runtime.errorreports import before_send
from tests.common.raw_server import answer, read_request, serving
from tests.docs.pages import ROOT
from tests.factories import make_website
from tests.notifications.factories import make_notification

KEYS = {
    "SECRET_KEY": "k" * 60,
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMzI=",
}


def events_of(request: bytes) -> list[dict[str, Any]]:
    """The events of one envelope: lines of JSON, a header before each item."""
    body = request.partition(b"\r\n\r\n")[2]
    lines = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).splitlines()[1:]
    items = [json.loads(line) for line in lines if line]
    return [body for head, body in zip(items[::2], items[1::2], strict=True)
            if head["type"] == "event"]  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], bytes]:
    """Everything a process sent that broke in every way; parsed, and as it came."""
    requests: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        while request := read_request(connection):
            requests.append(request)
            connection.sendall(answer(b"{}"))

    with serving(handle) as port:
        done = subprocess.run(
            [sys.executable, "-m", "tests.runtime.reporting_program"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "ENV_FILE": os.devnull,
                "VAR_DIR": str(tmp_path_factory.mktemp("var")),
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "SENTRY_DSN": f"http://planted-key@127.0.0.1:{port}/1",
                "SENTRY_ENVIRONMENT": "trial",
                **KEYS,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    wire = b"".join(gzip.decompress(one.partition(b"\r\n\r\n")[2]) for one in requests)
    return [event for one in requests for event in events_of(one)], wire


def the_one(reports: list[dict[str, Any]], word: str) -> dict[str, Any]:
    (found,) = [one for one in reports if word in json.dumps(one)]
    return found


@pytest.mark.once
@pytest.mark.e2e
def test_page_task_log_line_and_thread_are_reported_once_each(reports: Any) -> None:
    events, _ = reports
    assert len(events) == 4
    assert {one["environment"] for one in events} == {"trial"}
    page = the_one(events, "page broke")
    assert page["request"] == {"method": "POST", "url": "http://testserver/boom/"}
    assert len(page["tags"]["request_id"]) == 32
    task = the_one(events, "math domain error")
    assert task["tags"] == {"task": "t1", "func": "math.sqrt"}
    line = the_one(events, "poll of")
    assert line["tags"] == {"website": "7", "poll": "7-1"}, "no team: there is no such table"
    assert line["logger"] == "shop"
    the_one(events, "ZeroDivisionError")


@pytest.mark.once
@pytest.mark.e2e
def test_no_secret_and_nobody_is_in_what_goes_over_the_wire(reports: Any) -> None:
    _, wire = reports
    for word in (b"planted-secret", b"someone@example.com", b"X-Planted", b"token=", b"cookies"):
        assert word not in wire


@pytest.mark.django_db
def test_a_report_says_whose_it_is() -> None:
    website, message = make_website(), make_notification()
    for facts, team in (
        ({"website": website.pk}, website.team_id),
        ({"notification": message.pk}, message.channel.team_id),
        ({"team": "several", "website": website.pk}, "several"),
    ):
        with log_context(**facts):
            report: Any = before_send({}, {})
        assert report["tags"]["team"] == str(team)
    with log_context(website=0):
        assert "team" not in (before_send({}, {}) or {})["tags"]


@pytest.mark.unit
@pytest.mark.once
def test_people_are_masked_wherever_they_stand() -> None:
    event: Any = {
        "user": {"id": 1},
        "breadcrumbs": {"values": ["x"]},
        "extra": {"sys.argv": ["x"]},
        "logentry": {"message": "%s", "params": ["to=a.b+c@mail.example.com", "+44 20 7946 0958"]},
        "exception": {"values": [{"value": "chat_id=-100123456 is gone"}]},
        "contexts": {"x": {"password": "hunter22"}},
        "level": "error",
        "timestamp": "2026-11-21T08:00:00Z",
    }
    report: Any = before_send(event, {})
    shown = json.dumps(report)
    for word in ("a.b", "mail.example", "7946", "100123456", "hunter22", "sys.argv", "breadcrumbs"):
        assert word not in shown
    assert (report["level"], report["timestamp"]) == ("error", "2026-11-21T08:00:00Z")


@pytest.mark.once
def test_without_an_address_the_reporter_is_not_even_loaded(tmp_path: Path) -> None:
    program = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(tmp_path),
             "DJANGO_SETTINGS_MODULE": "config.settings", **KEYS},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
