"""What the admin says about the system itself, and to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from common.queues import clusters
from runtime import events, heartbeats
from runtime.choices import What
from runtime.events import Happening
from runtime.models import ProcessEvent
from tests.admin.world import World, make_world
from tests.factories import make_user

pytestmark = pytest.mark.django_db

BOOK = "/admin/runtime/processevent/"


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def member() -> Client:
    world: World = make_world("mine")
    client = Client()
    client.force_login(world.viewer)
    return client


def all_well(seconds_ago: float = 0) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    heartbeats.beat(heartbeats.TICKER, timezone.now())
    for cluster in clusters():
        heartbeats.beat(cluster, at, instance="a")


def happened(what: What, reason: str, minutes_ago: float = 1) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    events.write([Happening("queue poll", what, reason, at)], instance="a")


def text_of(client: Client, address: str = "/admin/") -> str:
    return client.get(address).content.decode()


def test_while_all_is_well_no_page_says_anything(root: Client) -> None:
    all_well()
    happened(What.STARTED, "started web")
    happened(What.SILENT, "answered no canary for 31 s", minutes_ago=16)
    assert 'role="status"' not in text_of(root)


@pytest.mark.parametrize("address", ["/admin/", "/admin/websites/website/", BOOK])
def test_every_page_says_what_a_silent_queue_means_and_what_to_do(
    root: Client, address: str
) -> None:
    all_well(seconds_ago=120)
    text = text_of(root, address)
    assert "has been silent for 2 min" in text
    assert "Shops are not read" in text
    assert "Nothing is lost" in text
    assert BOOK in text


def test_a_ticker_that_never_ran_comes_first(root: Client) -> None:
    assert "No shop is polled on time: the ticker does not run." in text_of(root)


def test_a_restart_of_the_last_minutes_is_told_to_superusers_only(
    root: Client, member: Client
) -> None:
    all_well()
    happened(What.SILENT, "answered no canary for 31 s; started again at once")
    assert "queue poll answered no canary for 31 s; started again at once (1 min ago)" in text_of(
        root
    )
    assert "canary" not in text_of(member)


def test_members_of_teams_learn_that_something_is_wrong_and_nothing_of_the_machines(
    member: Client,
) -> None:
    happened(What.DIED, "ended by signal SIGKILL")
    text = text_of(member)
    assert "No shop is polled on time" in text
    assert "tell whoever runs this installation" in text
    for inside in ("SIGKILL", "manage.py", BOOK, "queue poll"):
        assert inside not in text


def test_nobody_who_is_not_logged_in_is_told_anything(client: Client) -> None:
    assert 'role="status"' not in text_of(client, "/admin/login/")


def test_a_notice_that_cannot_be_made_breaks_no_page(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(heartbeats, "ages_seconds", refuse)
    assert root.get("/admin/").status_code == 200


def test_the_book_lists_what_happened_and_cannot_be_changed(root: Client) -> None:
    all_well()
    happened(What.SILENT, "answered no canary for 31 s; started again at once", minutes_ago=60)
    happened(What.STARTED, "started web, core, queue", minutes_ago=90)
    text = text_of(root, BOOK)
    assert "Fell silent" in text
    assert "answered no canary for 31 s" in text
    assert "started web, core, queue" in text
    row = ProcessEvent.objects.first()
    assert row is not None
    page = f"{BOOK}{row.pk}/change/"
    assert root.get(page).status_code == 200
    assert root.post(page, {"reason": "nothing"}).status_code == 403
    assert root.post(f"{BOOK}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert root.get(f"{BOOK}add/").status_code == 403
    assert ProcessEvent.objects.count() == 2
