"""Several sources of one shop, read as one: the best first, another to settle a doubt or a failure.

Only `auto` websites have more than one. Product ids are the same in all of them. The next source
is asked when the first one failed before, and to find out what a 0 means that may stand for sold
out and for unlimited alike. Nothing else is read twice.

What it remembers: `{"sources": {kind: what that source wants back}, "failed": [count, until],
"settled": {product id: [answer, when]}, "doubtful": [product ids]}`, times in seconds since 1970.
"doubtful" is written by the poller: watched products whose 0 nobody could read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.backoff import next_delay
from websites.sources.base import Availability, Snapshot, Source, StockReading
from websites.sources.errors import SourceError

PAUSE_SECONDS = 60.0
PAUSE_CAP_SECONDS = 1800.0
"""A source that failed is asked again after this, while another one stands in for it."""

SETTLED_SECONDS = 3600.0
"""How long the answer to "what does this 0 mean?" is good."""

UNLIMITED, SOLD_OUT, CONFLICT = "unlimited", "sold_out", "conflict"

Build = Callable[[str, Mapping[str, Any]], Source]
"""(kind, what it wanted remembered) -> the source."""


def wants_others(memory: Mapping[str, Any], now: float) -> bool:
    """Whether a read will ask more than the first source."""
    settled = memory.get("settled", {}).values()
    is_old = any(now - float(when) > SETTLED_SECONDS for _, when in settled)
    return bool(memory.get("failed") or memory.get("doubtful") or is_old)


@dataclass(frozen=True, slots=True)
class Chain:
    """`kinds`: best first. `refs`: watched products. `may_use_others`: the host gave leave for more
    than the first source."""

    kinds: Sequence[str]
    build: Build
    refs: Sequence[str]
    may_use_others: bool
    memory: Mapping[str, Any]
    now: float

    def read(self, known_hash: str) -> Snapshot:
        """Raises SourceError when nobody could read the shop: that of the best source."""
        first, *others = self.kinds
        if not self.may_use_others or not others:
            return self._settled(self._read(first, self._hash(known_hash)))
        if self._is_paused():
            try:
                return self._stand_in(others, known_hash)
            except SourceError:
                pass  # then the first one is asked before its time
        try:
            return self._settled(self._read(first, self._hash(known_hash)))
        except SourceError as error:
            try:
                return self._failed(self._stand_in(others, known_hash), error)
            except SourceError:
                raise error from None

    # --- Who is asked ----------------------------------------------------------------------

    def _is_paused(self) -> bool:
        _, until = self.memory.get("failed") or (0, 0.0)
        return self.now < float(until)

    def _read(self, kind: str, known_hash: str) -> Snapshot:
        sources = dict(self.memory.get("sources", {}))
        snapshot = self.build(kind, sources.get(kind, {})).read(self.refs, known_hash=known_hash)
        if snapshot.memory is not None:
            sources[kind] = dict(snapshot.memory)
        kept = {"sources": sources} if sources else {}
        settled = self.memory.get("settled")
        return replace(
            snapshot, source=kind, memory=kept | ({"settled": settled} if settled else {})
        )

    def _stand_in(self, others: Sequence[str], known_hash: str) -> Snapshot:
        """The next source that can read the shop. It may list less than the first one, so nothing
        is concluded from what it does not list."""
        problems: list[SourceError] = []
        for kind in others:
            try:
                snapshot = self._read(kind, known_hash)
            except SourceError as error:
                problems.append(error)
                continue
            failed = self.memory.get("failed")
            memory = {**(snapshot.memory or {}), **({"failed": failed} if failed else {})}
            return replace(snapshot, stands_in_for=self.kinds[0], memory=memory)
        raise problems[0]

    def _failed(self, snapshot: Snapshot, error: SourceError) -> Snapshot:
        count = int((self.memory.get("failed") or [0])[0]) + 1
        pause = next_delay(
            count,
            base_seconds=PAUSE_SECONDS,
            cap_seconds=PAUSE_CAP_SECONDS,
            retry_after=error.retry_after,
            jitter=0.0,
        )
        memory = {**(snapshot.memory or {}), "failed": [count, self.now + pause]}
        return replace(snapshot, memory=memory, trouble=error)

    # --- What a 0 means --------------------------------------------------------------------

    def _hash(self, known_hash: str) -> str:
        """An old answer is asked for again even where the shop says the same: a product may have
        got a limit, and 0 stays 0."""
        return "" if any(self._is_old(pid) for pid in self._answers()) else known_hash

    def _answers(self) -> Mapping[str, Any]:
        answers: Mapping[str, Any] = self.memory.get("settled", {})
        return answers

    def _is_old(self, product_id: str) -> bool:
        return self.now - float(self._answers()[product_id][1]) > SETTLED_SECONDS

    def _settled(self, snapshot: Snapshot) -> Snapshot:
        open_zeros = {*self.memory.get("doubtful", ()), *self._answers()}
        doubtful = {
            one.product_id
            for one in snapshot.readings
            if one.is_ambiguous_zero and one.product_id in open_zeros
        }
        if snapshot.is_unchanged or not doubtful:
            return snapshot
        answers = {pid: list(self._answers()[pid]) for pid in doubtful & self._answers().keys()}
        asked = {pid for pid in doubtful if pid not in answers or self._is_old(pid)}
        if asked and self.may_use_others:
            answers |= self._ask(asked)
        if not answers:
            return snapshot
        readings = [_answered(one, answers.get(one.product_id)) for one in snapshot.readings]
        memory = {**(snapshot.memory or {}), "settled": answers}
        return replace(snapshot, readings=readings, memory=memory)

    def _ask(self, product_ids: Collection[str]) -> dict[str, list[Any]]:
        for kind in self.kinds[1:]:
            try:
                seen = self._read(kind, "").readings
            except SourceError:
                continue
            said = {one.product_id: _meaning(one) for one in seen}
            return {pid: [said.get(pid, ""), self.now] for pid in product_ids}
        return {}


def _meaning(reading: StockReading) -> str:
    """What another source says where the first one says 0; "" when it proves nothing."""
    if reading.availability is Availability.OUT_OF_STOCK:
        return SOLD_OUT
    if reading.availability is Availability.IN_STOCK:
        return UNLIMITED if reading.quantity is None else CONFLICT
    return ""


def _answered(reading: StockReading, answer: Sequence[Any] | None) -> StockReading:
    if not answer or not answer[0] or not reading.is_ambiguous_zero:
        return reading
    token = f"{reading.token} 0: {answer[0]}"
    if answer[0] == SOLD_OUT:
        return reading._replace(
            availability=Availability.OUT_OF_STOCK,
            quantity=0,
            stock_control=True,
            is_ambiguous_zero=False,
            token=token,
        )
    if answer[0] == UNLIMITED:
        return reading._replace(
            availability=Availability.IN_STOCK,
            quantity=None,
            stock_control=False,
            is_ambiguous_zero=False,
            token=token,
        )
    return reading._replace(is_ambiguous_zero=False, is_conflict=True, token=token)
