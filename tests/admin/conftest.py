from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team, User
from common.patience import wait_for_background
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from tests.admin.world import World, make_world
from tests.factories import make_team, make_user, make_website
from websites.models import Website


@pytest.fixture(scope="session")
def _fakes() -> Iterator[FakeWorld]:
    with FakeWorld() as fakes:
        yield fakes


@pytest.fixture
def fakes(_fakes: FakeWorld) -> Iterator[FakeWorld]:
    """Shops and receivers on loopback, empty for each test."""
    _fakes.reset()
    yield _fakes
    assert wait_for_background(10)


@pytest.fixture
def shop(fakes: FakeWorld) -> Shop:
    shop = fakes.shop("alpha")
    shop.add_product(1, "VPS S", stock=5)
    shop.add_product(2, "VPS M", stock=0)
    shop.add_product(3, "VPS L", stock=None)
    return shop


@pytest.fixture
def world() -> World:
    return make_world("mine")


@pytest.fixture
def website(world: World, shop: Shop) -> Website:
    """A website of the team that reads the fake shop."""
    return make_website(world.team, name="Alpha", url=shop.url, credentials=dict(shop.credentials))


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(world: World) -> Client:
    return log_in(world.owner)


@pytest.fixture
def operator(world: World) -> Client:
    return log_in(world.operator)


@pytest.fixture
def viewer(world: World) -> Client:
    return log_in(world.viewer)


@pytest.fixture
def sends(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry per piece sent over a socket by this thread: whether a transaction was open."""
    seen: list[bool] = []
    here = threading.get_ident()
    real = socket.socket.sendall

    def noting(self: socket.socket, data: Any, *flags: int) -> None:
        if threading.get_ident() == here:
            seen.append(connection.in_atomic_block)
        real(self, data, *flags)

    monkeypatch.setattr(socket.socket, "sendall", noting)
    return seen


def texts(response: Any) -> str:
    """The messages on a page."""
    return " ".join(str(message) for message in response.context["messages"])


# --- A team that has nothing yet -------------------------------------------------------------


@pytest.fixture
def team(settings: Any) -> Team:
    settings.TELEGRAM_BOT_TOKEN = ""
    return make_team("Fresh")


@pytest.fixture
def ada(team: Team) -> User:
    return make_user("ada", team=team, is_staff=True)


@pytest.fixture
def desk(ada: User) -> Client:
    return log_in(ada)
