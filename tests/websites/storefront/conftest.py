from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from demo.whmcs import Shop
from demo.world import World
from websites.sources.base import Snapshot, SourceContext
from websites.sources.whmcs_storefront.source import WhmcsStorefrontSource


@pytest.fixture(autouse=True)
def _no_gap(settings: Any) -> None:
    settings.HOST_MIN_GAP_SECONDS = 0


@pytest.fixture
def front(world: World) -> Shop:
    """A shop of three groups: numbers in all of them."""
    shop = world.shop("front")
    for pid, stock, gid, group in ((11, 5, 1, "vps"), (12, 0, 1, "vps"), (13, None, 2, "storage"),
                                   (14, -2, 2, "storage"), (15, 250, 3, "metal")):  # fmt: skip
        shop.add_product(pid, f"Plan {pid}", stock=stock, gid=gid, group=group, price="3.50")
    return shop


class Reader:
    """Reads a shop again and again, as the poller does: memory is handed on."""

    def __init__(self, shop: Shop, url: str = "", **config: Any) -> None:
        self.shop = shop
        self.url = url or shop.url
        self.config = config
        self.memory: dict[str, Any] = {}

    @property
    def source(self) -> WhmcsStorefrontSource:
        context = SourceContext(url=self.url, config=self.config, memory=self.memory)
        return WhmcsStorefrontSource(context)

    def read(self, refs: Sequence[str] = (), known_hash: str = "") -> Snapshot:
        snapshot = self.source.read(refs, known_hash=known_hash)
        self.memory = dict(snapshot.memory or {})
        return snapshot

    def stock(self, refs: Sequence[str] = ()) -> dict[str, tuple[str, int | None]]:
        return {
            one.product_id: (one.availability.value, one.quantity)
            for one in self.read(refs).readings
        }


@pytest.fixture
def reader() -> Callable[..., Reader]:
    return Reader
