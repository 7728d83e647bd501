"""A story to watch: two small hosters whose stock falls, sells out and comes back, again and again.

One beat every four seconds; the fastest product tells its whole story in 24 s.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo.world import World

BEAT_SECONDS = 4.0
Row = tuple[dict[str, Any], tuple[int | None, ...]]
"""A product and its stock beat by beat; a longer row moves in a longer loop."""

NIMBUS: list[Row] = [
    ({"name": "KVM 1 \u00b7 1 vCPU, 1 GB", "price": "3.50"}, (8, 5, 2, 0, 0, 10)),
    (
        {"name": "KVM 2 \u00b7 2 vCPU, 4 GB", "price": "7.90"},
        (24, 24, 23, 22, 22, 21, 20),
    ),
    (
        {"name": "KVM 4 \u00b7 4 vCPU, 8 GB", "price": "14.90"},
        (6, 6, 5, 5, 4, 4, 3, 3),
    ),
    (
        {"name": "Ryzen 9 VPS \u00b7 Frankfurt", "price": "9.00", "gid": 2},
        (0, 0, 0, 4, 1, 0, 0, 0, 0),
    ),
    ({"name": "Storage VPS \u00b7 1 TB", "price": "5.00", "gid": 3}, (None,)),
    ({"name": "Dedicated E-2386G", "price": "79.00", "gid": 4}, (2,) * 6 + (1,) * 6 + (0,) * 3),
]
ALPINE: list[Row] = [
    ({"name": "Alpine Nano \u00b7 512 MB", "price": "1.90"}, (15, 12, 9, 6, 4, 3, 0, 0, 20)),
    ({"name": "Alpine Micro \u00b7 2 GB", "price": "4.20"}, (3, 3, 2, 2, 1, 1, 0, 0, 0, 5)),
    ({"name": "Alpine Large \u00b7 16 GB", "price": "24.00", "gid": 2}, (40, 40, 39)),
]
SHOPS: dict[str, tuple[str, list[Row]]] = {"nimbus": ("9.0", NIMBUS), "alpine": ("6.3", ALPINE)}


class Story:
    def __init__(self, world: World) -> None:
        self.world = world
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-story", daemon=True)

    def open_shops(self) -> None:
        """The shops as they are on the first beat; harmless when they are open."""
        for name, (dialect, rows) in SHOPS.items():
            shop = self.world.shop(name)
            if not shop.products:
                shop.configure(dialect=dialect)
                for values, stocks in rows:
                    shop.add_product(stock=stocks[0], **values)

    def play(self, beat: int) -> None:
        """Moves every product to its stock on that beat."""
        for name, (_, rows) in SHOPS.items():
            shop = self.world.shop(name)
            wanted = {
                pid: stocks[beat % len(stocks)] for pid, (_, stocks) in enumerate(rows, start=1)
            }
            moved = {pid: n for pid, n in wanted.items() if shop.products[pid].stock != n}
            if moved:
                shop.set_stocks(moved)

    def start(self) -> None:
        self.open_shops()
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join(5)

    def _run(self) -> None:
        beat = 0
        while not self._end.wait(BEAT_SECONDS):
            beat += 1
            self.play(beat)
