"""What a process does not need it does not load: supervisor, core and queue show no pages."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.contrib import admin
from django.core import mail
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.signals import post_execute_in_worker
from pytest_django.fixtures import Settings

from notifications.channels.apprise.transport import AppriseTransport
from notifications.channels.registry import CHANNELS
from notifications.channels.telegram.transport import TelegramTransport
from notifications.links import Link, address_of
from notifications.models import Channel
from notifications.services.burying import disable
from notifications.services.outbox import deliver
from notifications.services.owners import PAGE
from notifications.tasks import tell_owners
from notifications.telegram_bot.linking import BIND
from notifications.telegram_bot.webhook import PATH
from runtime import trimming, warming
from runtime.management.commands import run
from runtime.supervisor import Child
from tests.factories import make_team, make_user
from tests.notifications.factories import make_channel, make_notification

ROOT = Path(__file__).resolve().parent.parent.parent

LIBRARIES = ("apprise", "httpx", "openpyxl", "psycopg2", "redis", "rich", "sentry_sdk", "telegram")
PAGES = (
    "accounts.admin",
    "config.urls",
    "django.test",
    "drf_spectacular.plumbing",
    "rest_framework.views",
)

ASKED = """
import sys
import django
django.setup()
from django.core.checks import run_checks
from django.core.management import load_command_class
def show():
    print(*[name for name in sys.argv[1:] if name in sys.modules])
def start(*parts):
    for part in parts:
        command = load_command_class("runtime", part)
        run_checks(tags=command.requires_system_checks or ["none"])
start("run", "core", "queue")
from runtime.warming import warm
warm()
show()
run_checks(tags=["admin"])
show()
import config.wsgi
show()
"""
BOT = ASKED.replace('start("run", "core", "queue")', 'start("telegram_bot")')


@pytest.mark.once
def test_no_process_loads_pages_it_does_not_show_or_libraries_nobody_uses(
    tmp_path: Path,
) -> None:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "TEST_"))}
    inherited.pop("DATABASE_URL", None)
    environment = inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(tmp_path),
        "REDIS_URL": "",
        "SENTRY_DSN": "",
    }

    def loaded(program: str) -> list[set[str]]:
        said = subprocess.run(
            [sys.executable, "-c", program, *LIBRARIES, *PAGES],
            cwd=ROOT,
            env=environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout
        return [set(line.split()) for line in said.splitlines()]

    before, checked, web = loaded(ASKED)
    assert before == set()
    assert "accounts.admin" in checked  # `check` looks at the pages all the same
    assert "config.urls" not in checked
    assert "config.urls" in web  # the first request need not wait for them
    assert not {"apprise", "httpx", "openpyxl", "redis", "rich", "telegram"} & web
    assert loaded(BOT)[0] == {"httpx", "rich", "telegram"}


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_check_finds_what_is_wrong_with_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_checks(tags=["admin"]) == []
    pages = admin.site.get_model_admin(Channel)
    monkeypatch.setattr(type(pages), "list_display", ["no_such_column"])
    assert [found.id for found in run_checks(tags=["admin"])] == ["admin.E108"]


def test_run_still_finds_settings_that_are_wrong_together(settings: Settings) -> None:
    settings.CANARY_SECONDS, settings.CANARY_LIMIT_SECONDS = 5.0, 1.0
    found = run_checks(tags=run.Command.requires_system_checks)
    assert "common.E003" in {one.id for one in found}


@pytest.mark.django_db(transaction=True)
def test_what_all_workers_need_is_loaded_before_the_first_of_them_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CHANNELS, "_loaded", {})
    loaded: list[str] = []
    monkeypatch.setattr(TelegramTransport, "load", lambda: loaded.append("telegram"))
    monkeypatch.setattr(AppriseTransport, "load", lambda: loaded.append("apprise"))
    make_channel(kind="webhook", config={"url": "https://example.com/"}, secrets={})
    make_channel(kind="telegram", config={"chat_id": "1"}, secrets={})
    made: list[tuple[list[str], int]] = []
    monkeypatch.setattr(
        Cluster, "start", lambda _: made.append((list(CHANNELS._loaded), gc.get_freeze_count()))
    )
    monkeypatch.setattr("signal.signal", Mock())
    call_command("queue")
    ((kinds, frozen),) = made
    assert kinds == ["telegram", "webhook"]
    assert loaded == ["telegram"]
    assert frozen > 100_000


def test_a_queue_starts_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Channel, "objects", Mock(filter=Mock(side_effect=DatabaseError)))
    assert warming._kinds_in_use() == []
    assert "no database" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_workers_send_without_the_addresses_of_the_site(settings: Settings) -> None:
    """To ask for one would load every page into the worker that asks."""
    team = make_team()
    owner = make_user(team=team, role="owner")
    owner.email = "owner@example.com"
    owner.save()
    channel = make_channel(team, kind="email", config={"to": ["ada@example.com"]}, secrets={})
    row = make_notification(channel)
    settings.ROOT_URLCONF = "no.such.addresses"
    deliver([row.pk])
    disable(channel_id=channel.pk, reason="Refused.", now=timezone.now())
    tell_owners(channel.pk)
    assert [one.to for one in mail.outbox] == [["ada@example.com"], ["owner@example.com"]]
    assert "/n/" in str(mail.outbox[0].body)


def test_addresses_that_are_made_without_the_site_are_addresses_of_the_site(
    settings: Settings,
) -> None:
    for verb in ("mute", "unsubscribe"):
        path = address_of(verb, Link(7, "mark")).removeprefix(settings.PUBLIC_URL)
        assert path == reverse(f"link-{verb}", args=[path.split("/")[2]])
    assert PAGE.format(7) == reverse("admin:notifications_channel_change", args=[7])
    assert reverse("admin:notifications_channel_bind") == BIND
    assert reverse("telegram-webhook") == PATH


@pytest.mark.parametrize(("given", "taken"), [(None, "2"), ("5", "5")])
def test_children_share_two_arenas_unless_told_otherwise(
    given: str | None, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(run.ARENAS, raising=False)
    if given is not None:
        monkeypatch.setenv(run.ARENAS, given)
    child = Child("core", [sys.executable])
    run.prepare(child, instance="a", pulse=None)
    assert child.environment[run.ARENAS] == taken


def test_memory_that_is_free_goes_back_to_the_system_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []

    def trims(pad: int) -> int:
        calls.append(pad)
        return 1

    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace(malloc_trim=trims))
    assert trimming.trim()
    trimmer = trimming.Trimmer()
    trimmer(sender="a task ended")
    trimmer()
    assert calls == [0, 0]
    trimmer._next = 0.0
    trimmer()
    assert calls == [0, 0, 0]
    assert "trim_task_ends" in {key[0] for key, *_ in post_execute_in_worker.receivers}


def test_a_c_library_that_cannot_trim_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace())
    assert trimming.trim() is False
