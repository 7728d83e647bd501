"""Puts a running product and its world before the auditor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.chaos.auditor import Kill, Product, Verdict, audit
from tests.chaos.stage import WatchedWorld
from tests.chaos.tables import Tables


def is_calm(tables: Tables, world: WatchedWorld, since: float) -> bool:
    """Everybody was read again, and nothing waits."""
    read = {poll.shop for poll in list(world.served) if poll.at > since}
    return read == set(world.whmcs.shops) and not any(tables.restless().values())


def verdict_of(
    world: WatchedWorld,
    tables: Tables,
    known: Mapping[Product, int | None],
    kills: Sequence[Kill],
    freed: float,
) -> Verdict:
    """`known`: what there was when nothing had changed yet; `freed`: see audit()."""
    return audit(
        baseline=known,
        served=list(world.served),
        events=tables.events(),
        owed=tables.owed(),
        came=world.came(),
        channels=[pk for (pk,) in tables.rows("SELECT id FROM notifications_channel")],
        kills=kills,
        freed=[freed],
    )
