"""Pure: compares what shops served and receivers got with what a product wrote down.

What is lost, told twice or invented, whatever processes died meanwhile? Times are seconds since the
epoch, of one clock. A product of a shop is named by `Product`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

Product = tuple[str, int]
"""(shop, product id)"""

POLL_SECONDS = 15.0
"""Longer than any poll takes from its answer to its rows: a later kill does not explain a loss."""

CLAIM_SECONDS = 35.0
"""A message under way is free for another sender a minute after its claim, and an attempt takes 25 s
at most: what comes again sooner did not come again because of a crash."""

STOCK_EVENTS = frozenset({"restocked", "stock_increased", "stock_decreased", "sold_out"})
ENDED_BY = {"restocked": "sold_out", "sold_out": "restocked"}
"""Kind of event -> the later kind after which nobody needs to be told of it any more."""


class Served(NamedTuple):
    """One answer of a shop with stock in it: what one poll was told. None is unlimited."""

    shop: str
    at: float
    stocks: Mapping[int, int | None]


class Event(NamedTuple):
    """One row of the history of a product."""

    id: int
    product: Product
    kind: str
    before: int | None
    after: int | None
    at: float


class Owed(NamedTuple):
    """One message: its public id, what became of it and which events it tells."""

    id: str
    channel: int
    status: str
    code: str
    events: tuple[int, ...]


class Came(NamedTuple):
    """One message as it arrived; taken when the receiver said so (2xx)."""

    id: str
    at: float
    is_taken: bool = True


class Kill(NamedTuple):
    """Something ended between these moments that may have held work."""

    begin: float
    end: float


class Crashes(NamedTuple):
    """What explains that a message came twice: a kill, and that its claim was over."""

    kills: Sequence[Kill]
    freed: Sequence[float]


@dataclass(slots=True)
class Verdict:
    """Sentences about everything that is wrong, and what is no fault but worth a number."""

    lost: list[str] = field(default_factory=list)
    """Served, and never written down although nobody died with it; owed, and never sent."""
    twice: list[str] = field(default_factory=list)
    """Written, planned or sent twice without a crash that explains it."""
    invented: list[str] = field(default_factory=list)
    """Written or sent, and never served or owed."""
    polls: int = 0
    changes_served: int = 0
    """Answers that differed from what the product knew then."""
    changes_written: int = 0
    died_with_poll: int = 0
    """Answers that somebody took to the grave; the next poll saw the difference."""
    sent_again: int = 0
    """Messages that came once more because their sender died between sending and its note."""
    outdated: int = 0
    """Messages given up because what they told was over."""

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.twice, *self.invented]

    def __str__(self) -> str:
        counts = (
            f"{self.polls} polls, {self.changes_served} changes seen, {self.changes_written} "
            f"written, {self.died_with_poll} died with their poll, {self.sent_again} sent again, "
            f"{self.outdated} outdated; lost {len(self.lost)}, twice {len(self.twice)}, invented "
            f"{len(self.invented)}"
        )
        return "\n".join([counts, *self.faults[:40]])


def audit(
    *,
    baseline: Mapping[Product, int | None],
    served: Sequence[Served],
    events: Sequence[Event],
    owed: Sequence[Owed],
    came: Sequence[Came],
    channels: Sequence[int],
    kills: Sequence[Kill],
    freed: Sequence[float] = (),
) -> Verdict:
    """Everything together. `baseline`: what was known when `served` begins; every channel of
    `channels` wants every event of stock; `freed`: when claims of the dead were ended by hand."""
    verdict = Verdict(polls=len(served))
    for product, known in baseline.items():
        polls = sorted((p for p in served if _has(p, product)), key=lambda poll: poll.at)
        mine = [e for e in events if e.product == product and e.kind in STOCK_EVENTS]
        history_check(verdict, product, known, polls, mine, kills)
    unknown = [event for event in events if event.product not in baseline]
    verdict.invented += [f"event {event.id} of a product nobody watches" for event in unknown]
    plans_check(verdict, events, owed, channels)
    messages_check(verdict, events, owed, came, Crashes(kills, freed))
    return verdict


def _has(poll: Served, product: Product) -> bool:
    return poll.shop == product[0] and product[1] in poll.stocks


def history_check(
    verdict: Verdict,
    product: Product,
    known: int | None,
    polls: Sequence[Served],
    events: Sequence[Event],
    kills: Sequence[Kill],
) -> None:
    """One product: its history is an unbroken chain of what was really served, and holds every
    answer that differed from the one before, unless the poll died with its worker."""
    told = _by_poll(verdict, product, polls, events)
    for index, poll in enumerate(polls):
        stock = poll.stocks[product[1]]
        verdict.changes_served += stock != known
        event = told.get(index)
        if event is not None:
            if event.before != known:
                verdict.lost.append(f"{product}: {known} became {event.before} without an event")
            known = event.after
        elif stock != known:
            until = polls[index + 1].at if index + 1 < len(polls) else float("inf")
            if _excuses(kills, poll.at, min(until, poll.at + POLL_SECONDS)):
                verdict.died_with_poll += 1
            else:
                verdict.lost.append(f"{product}: {stock} after {known}, served at {poll.at:.3f}")
    if polls and polls[-1].stocks[product[1]] != known:
        verdict.lost.append(f"{product}: the last answer was never written, {known} is known")


def _by_poll(
    verdict: Verdict, product: Product, polls: Sequence[Served], events: Sequence[Event]
) -> dict[int, Event]:
    """Number of a poll -> what was written of it: the last one that began before the row."""
    times = [poll.at for poll in polls]
    told: dict[int, Event] = {}
    for event in sorted(events, key=lambda one: one.id):
        index = bisect_right(times, event.at) - 1
        stock = polls[index].stocks[product[1]] if index >= 0 else None
        if index < 0 or stock != event.after:
            verdict.invented.append(f"{product}: event {event.id} says {event.after}, not served")
        elif index in told:
            verdict.twice.append(f"{product}: events {told[index].id} and {event.id} of one poll")
        else:
            told[index] = event
            verdict.changes_written += 1
    return told


def _excuses(kills: Iterable[Kill], begin: float, end: float) -> bool:
    return any(kill.begin <= end and kill.end >= begin for kill in kills)


def plans_check(
    verdict: Verdict, events: Sequence[Event], owed: Sequence[Owed], channels: Sequence[int]
) -> None:
    """Each event is told once per channel that wants it, and no channel is told it twice."""
    plans = Counter((event_id, one.channel) for one in owed for event_id in one.events)
    verdict.twice += [
        f"event {event_id} is planned {count} times for channel {channel}"
        for (event_id, channel), count in plans.items()
        if count > 1
    ]
    verdict.lost += [
        f"event {event.id} ({event.kind} of {event.product}) was not planned for channel {channel}"
        for event in events
        for channel in channels
        if event.kind in STOCK_EVENTS and not plans[event.id, channel]
    ]


def messages_check(
    verdict: Verdict,
    events: Sequence[Event],
    owed: Sequence[Owed],
    came: Sequence[Came],
    crashes: Crashes,
) -> None:
    """What is owed came, what came is owed, and once; twice only around a crash."""
    arrivals: defaultdict[str, list[float]] = defaultdict(list)
    for one in came:
        if one.is_taken:
            arrivals[one.id].append(one.at)
    by_id = {event.id: event for event in events}
    for message in owed:
        if message.status == "dropped" and not _tells_stock(message, by_id):
            continue  # an alert that people were told of within the day
        if message.status == "dropped" and _is_over(message, by_id, events):
            verdict.outdated += 1
        elif message.status != "sent":
            verdict.lost.append(f"message {message.id} is {message.status} {message.code}")
        elif not arrivals[message.id]:
            verdict.lost.append(f"message {message.id} is marked as sent and never came")
    strangers = {one.id for one in came} - {message.id for message in owed}
    verdict.invented += [f"message {one} came and nobody owed it" for one in sorted(strangers)]
    for message_id, times in arrivals.items():
        _count_repeats(verdict, message_id, sorted(times), crashes)


def _tells_stock(message: Owed, by_id: Mapping[int, Event]) -> bool:
    kinds = {by_id[event_id].kind for event_id in message.events if event_id in by_id}
    return not kinds or bool(kinds & STOCK_EVENTS)


def _is_over(message: Owed, by_id: Mapping[int, Event], events: Sequence[Event]) -> bool:
    """Given up as outdated, and everything it told really ended later."""
    if message.code != "outdated" or not message.events:
        return False
    told = [by_id[event_id] for event_id in message.events if event_id in by_id]
    return len(told) == len(message.events) and all(
        any(
            later.id > event.id
            and later.product == event.product
            and later.kind == ENDED_BY.get(event.kind)
            for later in events
        )
        for event in told
    )


def _count_repeats(
    verdict: Verdict, message_id: str, times: Sequence[float], crashes: Crashes
) -> None:
    """Its sender must have died after one arrival and before the next, and the next one must have
    waited until the claim of the dead one was over."""
    for first, again in pairwise(times):
        is_free = again - first >= CLAIM_SECONDS or any(
            first <= at <= again for at in crashes.freed
        )
        if is_free and _excuses(crashes.kills, first, again):
            verdict.sent_again += 1
        else:
            verdict.twice.append(f"message {message_id} came at {first:.3f} and {again:.3f}")
