"""The supervisor dies, or is told to stop in the middle of work: no orphan, nothing lost."""

from __future__ import annotations

import signal

import pytest

from runtime.processes import session_members
from tests.e2e.conftest import eventually, install
from tests.e2e.inside import SHORT, Book, Inside, Stock, kill

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once, pytest.mark.timeout(480)]

ORPHANS_GONE_WITHIN = 5.0


@pytest.fixture
def installed(world, database_url, tmp_path):
    product = install(world, database_url, tmp_path, **SHORT)
    with Inside(product) as inside:
        yield product, inside


def test_nothing_outlives_the_supervisor_and_the_next_one_goes_on(installed, world):
    product, inside = installed
    inside.start()
    stock, book = Stock(product, world), Book(product)
    book.log_in()
    stock.flows()

    # Killed: the leashes end everything, also what was stopped.
    sessions = inside.sessions()
    kill(*inside.members(inside.queue()), number=signal.SIGSTOP)
    product.process.kill()
    product.process.wait()
    stock.change()
    eventually(
        lambda: not [pid for one in sessions.values() for pid in session_members(one)],
        within=ORPHANS_GONE_WITHIN,
        what="the end of all processes",
    )
    inside.start()
    stock.arrives()

    # Killed together with its leashes: the next one ends what is left.
    leashes = [inside.leash(name) for name in sessions]
    orphans = [seen for name in sessions for seen in inside.members(name)]
    product.process.kill()
    kill(*leashes)
    product.process.wait()
    assert [seen for session in inside.sessions().values() for seen in session_members(session)]
    stock.change()
    inside.start()
    stock.arrives()
    for name in sessions:
        book.says(name, "was left behind by an earlier run and was ended")
    living = {seen.pid for name in inside.sessions() for seen in inside.members(name)}
    assert not living & {seen.pid for seen in orphans}
    stock.adds_up()
    assert product.stop() == 0


def test_a_stop_in_the_middle_of_work_loses_nothing(installed, world):
    product, inside = installed
    inside.start()
    stock = Stock(product, world)
    stock.flows()

    # The shop has answered, the receiver takes its time: the message is under way.
    world.webhooks.script("alpha", [{"status": 200, "delay_seconds": 1.5}])
    stock.change()
    stock.arrives()
    assert product.stop() == 0
    sessions = inside.sessions()
    assert sessions == {}

    # The shop takes its time: the reading is under way.
    stock.change()
    clear = stock.shop.fault("delay", times=None, seconds=1.5)
    product.start()
    count = stock.shop.request_count
    eventually(lambda: stock.shop.request_count > count, within=60, what="a poll")
    assert product.stop() == 0
    clear()

    inside.start()
    stock.arrives()
    stock.flows()
    stock.adds_up()
    assert product.stop() == 0
