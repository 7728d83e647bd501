"""A shop of the fake world, watched by rows of our own; no process is started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from common.patience import wait_for_background
from demo.world import World
from monitoring.models import Monitor
from runtime import clock as runtime_clock
from runtime import core
from tests.chaos.work import cycle, gates_open
from tests.factories import make_team, make_website
from tests.notifications.factories import make_channel, subscribe
from websites.models import Website

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as running:
        yield running
        assert wait_for_background(10)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _as_after_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """What processes remember is of no other test."""
    gates_open()
    monkeypatch.setattr(core, "watch", runtime_clock.Watch())


@pytest.fixture
def shop(world):
    shop = world.shop("alpha")
    shop.add_product(1, "VPS S", stock=50)
    return shop


@pytest.fixture
def website(world, shop, settings) -> Website:
    """Watched, read once, and told to the receiver "ops"; every change is a message of its own."""
    settings.COALESCE_SECONDS = 0
    team = make_team()
    website = make_website(
        team, name="alpha", url=shop.url, credentials=shop.credentials, poll_interval=5
    )
    for pid, product in shop.products.items():
        Monitor.objects.create(
            website=website,
            product_id=str(pid),
            product_name=product.name,
            notify_on_purchase=True,
        )
    subscribe(make_channel(team, url=world.webhook_url("ops")))
    cycle()
    assert not Monitor.objects.filter(quantity=None).exists()
    return website
