"""Web server, core process and leashes die or hang; the rest goes on, and they come back."""

from __future__ import annotations

import signal

import pytest
import requests

from tests.e2e.conftest import eventually, install
from tests.e2e.inside import SHORT, Book, Inside, Stock, kill

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once, pytest.mark.timeout(480)]


@pytest.fixture
def running(world, database_url, tmp_path):
    product = install(world, database_url, tmp_path, **SHORT)
    with Inside(product) as inside:
        inside.start()
        yield product, inside


def answers(product) -> bool:
    try:
        return requests.get(f"{product.url}/health", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def test_web_server_and_core_process_come_back_whatever_happens_to_them(running, world):
    product, inside = running
    stock, book = Stock(product, world), Book(product)
    book.log_in()

    before = inside.below_main("web")
    kill(before)
    eventually(lambda: answers(product), within=60, what="an answer of another worker")
    assert inside.below_main("web") != before

    kill(inside.main("web"))
    stock.flows()
    eventually(lambda: answers(product), within=60, what="an answer of the web server")
    book.says("web", "ended by signal SIGKILL")

    kill(*inside.members("web"), number=signal.SIGSTOP)
    eventually(lambda: answers(product), within=60, what="an answer of the web server")
    book.says("web", "answered no request for")

    kill(inside.main("core"))
    stock.flows()
    book.says("core", "ended by signal SIGKILL")

    kill(*inside.members("core"), number=signal.SIGSTOP)
    stock.flows()
    book.says("core", "made no tick for")

    leash, main = inside.leash("core"), inside.main("core")
    kill(leash)
    stock.flows()
    assert main not in inside.members("core")
    book.says("core", "ended by signal SIGKILL", times=2)

    eventually(inside.is_well, within=60, what="a system that is well")
    stock.adds_up()
    assert product.stop() == 0
