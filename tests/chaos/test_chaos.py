"""Two hundred polls under kill -9 of everything at random; then somebody counts.

`CHAOS_SECONDS` and `CHAOS_SEED` make the storm longer or repeat it (`make soak`, docs/testing.md).
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.chaos.stage import QUIET, WatchedWorld, open_shops, poll_all
from tests.chaos.tables import Tables
from tests.chaos.verdict import is_calm, verdict_of
from tests.chaos.weapons import Weapons
from tests.e2e.conftest import database_url, eventually, install, migrated
from tests.e2e.inside import SHORT, Inside

__all__ = ["database_url", "migrated"]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.randrange(1, 10**6)
POLLS = 200
PATIENCE = 200.0
SHOPS = 20

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.timeout(600 + 2 * SECONDS),
]


@pytest.fixture
def world():
    with WatchedWorld() as world:
        yield world


@pytest.fixture
def running(world, database_url, tmp_path):
    product = install(
        world, database_url, tmp_path, **(SHORT | QUIET | {"POLL_LEASE_SECONDS": "8"})
    )
    with Inside(product) as inside:
        inside.start()
        yield product, inside


def is_enough(world, weapons):
    return len(world.served) >= POLLS and set(weapons.used) >= set(weapons.KINDS)


def storm(product, world, weapons, dice):
    """Stock changes all the time, polls are asked for, and every few polls something dies. It ends
    when there were enough polls, or long after its time where a machine is too busy for them."""
    begin = time.monotonic()
    next_poll = strike_at = begin
    strike_polls = 0
    while (now := time.monotonic()) < begin + SECONDS or (
        not is_enough(world, weapons) and now < begin + SECONDS + PATIENCE
    ):
        world.sell(dice)
        if now >= next_poll:
            next_poll = now + 1.0
            poll_all(product)
        is_time = len(world.served) >= strike_polls or now >= strike_at
        if is_time and weapons.strike():
            strike_polls = len(world.served) + dice.randrange(8, 30)
            strike_at = now + dice.uniform(3.0, 8.0)
        time.sleep(dice.uniform(0.02, 0.2))


def test_nothing_is_lost_or_invented_whatever_is_killed_and_when(running, world, capsys):
    product, inside = running
    dice, tables = random.Random(SEED), Tables(product.environment["DATABASE_URL"])
    weapons = Weapons(inside, dice)
    known = open_shops(product, world, [f"s{number}" for number in range(1, SHOPS + 1)], 2)
    eventually(lambda: tables.stocks() == known, what="the baselines")

    world.dawdle()
    storm(product, world, weapons, dice)
    weapons.kill_all()
    ended = time.time()
    inside.start()
    freed = time.time()
    tables.claims_age(made_before=ended)
    since = time.time()
    poll_all(product)
    eventually(lambda: is_calm(tables, world, since), within=90, what="calm after the storm")

    verdict = verdict_of(world, tables, known, [*weapons.kills, *tables.deaths()], freed)
    with capsys.disabled():
        print(f"\nCHAOS_SEED={SEED} killed {len(weapons.used)}: {verdict}")  # noqa: T201
    assert verdict.faults == []
    assert tables.stocks() == world.stocks()
    assert is_enough(world, weapons), weapons.used
    assert verdict.changes_written >= SHOPS
    # A sender that dies has at most so many messages between sending and its note.
    assert verdict.sent_again <= len(weapons.kills) * 20
    assert product.stop() == 0
