"""The queue dies in every way we know; alerts flow again, nothing is lost, nothing comes twice."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.conftest import eventually, install
from tests.e2e.inside import SHORT, Book, Inside, Stock, kill

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once, pytest.mark.timeout(480)]


@pytest.fixture
def running(world, database_url, tmp_path):
    product = install(world, database_url, tmp_path, **SHORT)
    with Inside(product) as inside:
        inside.start()
        yield product, inside


def test_a_queue_that_is_killed_wedged_or_stopped_in_any_of_its_parts_works_again(running, world):
    product, inside = running
    stock, book, queue = Stock(product, world), Book(product), inside.queue()
    book.log_in()
    stock.flows()

    # One of them waits for tasks and holds the lock that the others wait for: nobody gets a task
    # any more, and the cluster looks healthy.
    kill(*eventually(lambda: inside.workers(queue, "idle")))
    stock.flows()
    book.says(queue, "answered no canary for")

    clear = stock.shop.fault("delay", times=None, seconds=2.5)
    kill(*eventually(lambda: inside.workers(queue, "processing"), what="a worker at work"))
    clear()
    stock.flows()

    kill(inside.main(queue))
    stock.flows()
    book.says(queue, "ended by signal SIGKILL")

    kill(inside.below_main(queue))
    stock.flows()
    book.says(queue, "Ended by itself", times=2)

    kill(*inside.members(queue), number=signal.SIGSTOP)
    stock.flows()
    book.says(queue, "answered no canary for", times=2)

    eventually(inside.is_well, within=60, what="a system that is well")
    stock.adds_up()
    assert product.stop() == 0
