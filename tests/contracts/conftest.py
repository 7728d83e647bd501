from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.whmcs import Shop
from demo.world import World
from tests.contracts.sources import IDENTIFIER, PLANTED


@pytest.fixture(scope="module")
def _world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """A fake world on loopback, empty for each test."""
    yield _world
    _world.reset()


@pytest.fixture
def shop(world: World, settings: Any) -> Shop:
    """WHMCS 9, every interface open: 5 in stock, sold out, and stock control off."""
    settings.HOST_MIN_GAP_SECONDS = 0
    shop = world.shop("contract")
    shop.configure(dialect="9.0", identifier=IDENTIFIER, **PLANTED)
    shop.add_product(1, "VPS S", stock=5)
    shop.add_product(2, "VPS M", stock=0)
    shop.add_product(3, "VPS L", stock=None)
    return shop
