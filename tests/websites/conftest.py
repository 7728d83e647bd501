from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.whmcs import Shop
from demo.world import World


@pytest.fixture(scope="session")
def _world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """A fake world on loopback, empty for each test."""
    _world.reset()
    yield _world
    _world.reset()


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop with three products: 5 in stock, 0, and stock control off."""
    shop = world.shop("alpha")
    shop.add_product(1, "VPS S", stock=5)
    shop.add_product(2, "VPS M", stock=0)
    shop.add_product(3, "VPS L", stock=None)
    return shop
