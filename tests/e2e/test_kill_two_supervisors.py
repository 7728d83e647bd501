"""Two supervisors on one PostgreSQL, as on two machines: they share the work, and one is enough."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.e2e.conftest import Product, free_port, install
from tests.e2e.inside import SHORT, Inside, Stock

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(480)]

SHOPS = ("alpha", "beta", "gamma", "delta")


@pytest.fixture
def two(world, database_url, tmp_path):
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite is for one machine")
    first = install(world, database_url, tmp_path, **SHORT, LOG_LEVEL="INFO")
    folder = tmp_path / "second"
    folder.mkdir()
    environment = first.environment | {"VAR_DIR": str(folder / "var"), "PORT": str(free_port())}
    second = Product(environment, folder / "run.log")
    second.key = first.key
    with Inside(first) as one, Inside(second) as other:
        one.start()
        other.start()
        yield first, second


def overlaps(calls) -> list[tuple[float, float]]:
    """Requests to one shop that began before the one before them was answered."""
    ordered = sorted(calls, key=lambda call: call.at)
    return [(a.at, b.at) for a, b in itertools.pairwise(ordered) if b.at < a.answered_at]


def polls(product) -> int:
    """How many changes this one's workers found, from its log."""
    return len(re.findall(r"poll_changed website=", product.log.read_text(encoding="utf-8")))


def test_two_supervisors_share_the_work_and_one_goes_on_when_the_other_is_killed(two, world):
    first, second = two
    stocks = [Stock(first, world, name) for name in SHOPS]
    for stock in stocks:
        stock.shop.fault("delay", times=None, seconds=0.3)

    def everybody() -> None:
        for stock in stocks:
            stock.change()
        for stock in stocks:
            stock.arrives()

    while not (polls(first) and polls(second)):
        everybody()
    for product in two:
        assert Inside(product).is_well()
        assert "is started again" not in product.log.read_text(encoding="utf-8")

    second.process.kill()
    second.process.wait()
    everybody()
    everybody()
    for stock in stocks:
        assert overlaps(stock.shop.calls()) == []
        assert stock.shop.peak_in_flight == 1
        stock.adds_up()
    assert first.stop() == 0
