"""Public pages: whole polls of group pages and of pages with one product, and CPU per page."""

from __future__ import annotations

from typing import Any

from bench import pages
from bench.cycles import Figure, findings_of, polled
from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops

PAGE_BYTES = 30_000
LINE = "<li><b>4 vCores</b> on <i>fast</i> disks, 0 Available elsewhere</li>\n"
FRAME_BYTES = 2_500
"""Of a page without products, about."""

CARD_BYTES = 1_100
"""Of a product without its description, about."""


def rows(*, groups: int, products: int) -> list[dict[str, Any]]:
    """`products` in each of `groups`, with descriptions that fill a page of 30 KB."""
    # Each group stands twice in the menu of every page.
    left = PAGE_BYTES - FRAME_BYTES - groups * 400 - products * CARD_BYTES
    words = LINE * max(left // (products * len(LINE)), 0)
    return [
        {
            "pid": pid + 1,
            "name": f"VPS {pid + 1}",
            "stock": pid % 7 + 1,
            "gid": pid // products + 1,
            "group": f"plans-{pid // products + 1}",
            "description": words,
        }
        for pid in range(groups * products)
    ]


def measure(lab: Lab) -> list[Finding]:
    """One shop at a time: addresses of one host are read one after another. Each answer carries a
    token of its own, so no two are equal byte by byte; where products move, every page is read."""
    groups, rounds = lab.pick(20, 20, 2), lab.pick(6, 2, 1)
    return [
        *_found(
            "Group pages, 25 products a page, unchanged",
            _polled(lab, "groups", groups, lab.pick(25, 25, 3), rounds),
            8_000,
        ),
        *_found(
            "Group pages, 25 products a page, one product of each page changed",
            _polled(lab, "moved", groups, lab.pick(25, 25, 3), rounds, is_moving=True),
        ),
        *_found("One product a page, unchanged", _polled(lab, "single", groups, 1, rounds), 650),
        *_found(
            "One product a page, each of them changed",
            _polled(lab, "sold", groups, 1, rounds, is_moving=True),
        ),
        *pages.findings(lab.pick(30, 10, 1)),
    ]


def _polled(
    lab: Lab, name: str, groups: int, products: int, rounds: int, *, is_moving: bool = False
) -> Figure:
    listed = rows(groups=groups, products=products)
    ids = open_shops(lab.remote, name=name, shops=1, products=listed, source="whmcs_storefront")

    def move(number: int) -> None:
        stock = {str(1 + group * products): 20 + number % 2 for group in range(groups)}
        lab.remote.post(f"shops/{name}/stock", stock if is_moving else {})

    return polled(lab.remote, ids, rounds, move)


def _found(what: str, figure: Figure, at_least: float | None = None) -> list[Finding]:
    page = figure.bytes_per_poll / max(figure.requests_per_poll, 1) / 1000
    return findings_of(f"{what}, {page:.0f} kB each", figure, at_least)
