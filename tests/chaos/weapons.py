"""kill -9 of one process of a running product, of a kind that is drawn by lot."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

from runtime.processes import Seen
from tests.chaos.auditor import Kill
from tests.e2e.inside import Inside, title

REAPED_SECONDS = 2.0
"""What hangs on a killed process is gone so soon after it."""


class Weapons:
    """Ends one process of a kind; the supervisor is left to others."""

    KINDS = (
        *("idle worker", "busy worker", "busy worker", "sentinel", "queue", "queue leash"),
        *("core", "core leash", "web", "web worker", "web leash"),
    )
    """Each has its turn before the first comes again."""

    def __init__(self, inside: Inside, dice: random.Random) -> None:
        self.inside = inside
        self.dice = dice
        self.used: list[str] = []
        self._bag: list[str] = []
        self.kills: list[Kill] = []
        """Those that may have taken work with them: the web server and the core hold none."""

    def strike(self) -> bool:
        """Ends one of the next kind; False while there is none, or it was gone already."""
        if not self._bag:
            self._bag = list(self.KINDS)
            self.dice.shuffle(self._bag)
        kind = self._bag[-1]
        victims = self.victims(kind)
        if not victims:
            return False
        begin = time.time()
        with suppress(ProcessLookupError):
            os.kill(self.dice.choice(victims).pid, signal.SIGKILL)
            self.used.append(self._bag.pop())
            if not kind.startswith(("core", "web")):
                self.kills.append(Kill(begin, time.time() + REAPED_SECONDS))
            return True
        return False

    def victims(self, kind: str) -> list[Seen]:
        part = next((one for one in ("core", "web") if kind.startswith(one)), "")
        name = part or self.dice.choice(self._queues())
        session = self.inside.sessions().get(name)
        if session is None:
            return []
        members = self.inside.members(name)
        mains = [seen for seen in members if seen.parent == session]
        below = [seen for seen in members if seen.parent in {main.pid for main in mains}]
        if kind.endswith("leash"):
            return [self.inside.leash(name)] if mains else []
        if kind in ("core", "web", "queue"):
            return mains
        if kind in ("sentinel", "web worker"):
            return below
        return [seen for seen in members if self._is_worker(seen, below, kind)]

    def _queues(self) -> list[str]:
        return sorted(one for one in self.inside.sessions() if one.startswith("queue")) or ["queue"]

    @staticmethod
    def _is_worker(seen: Seen, sentinels: list[Seen], kind: str) -> bool:
        words = {"idle worker": " idle", "busy worker": " processing"}.get(kind, "")
        is_below = seen.parent in {sentinel.pid for sentinel in sentinels}
        return is_below and words in title(seen.pid)

    def kill_all(self) -> None:
        """The supervisor; its leashes end the rest."""
        process = self.inside.product.process
        assert process is not None
        begin = time.time()
        process.kill()
        process.wait()
        self.used.append("supervisor")
        self.kills.append(Kill(begin, time.time() + 2 * REAPED_SECONDS))
