from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.whmcs import Shop
from demo.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("alpha")
    shop.add_product(1, "VPS S", stock=5, price="3.50")
    shop.add_product(2, "VPS M", stock=0, gid=2, module="virtualizor", is_hidden=True)
    shop.add_product(3, "VPS L", gid=2)
    return shop
