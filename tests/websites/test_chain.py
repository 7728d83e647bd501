"""Several sources of one shop, read as one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import ambiguous, reading, snapshot
from websites.sources.base import Availability, Snapshot
from websites.sources.chain import PAUSE_SECONDS, SETTLED_SECONDS, Chain, wants_others
from websites.sources.errors import AuthError, SourceError, UnreachableError

NOW = 1_000_000.0
API, PAGES = "whmcs_api", "whmcs_storefront"


class World:
    """What each source would say, and who was asked for what."""

    def __init__(self, **says: Any) -> None:
        self.says = says
        self.asked: list[tuple[str, str]] = []
        self.memories: dict[str, Any] = {}
        self.memory: dict[str, Any] = {}
        self.now = NOW

    def build(self, kind: str, memory: Any) -> Any:
        self.memories[kind] = memory
        return Voice(self, kind)

    def read(self, *, known: str = "", zeros: Any = (), others: bool = True) -> Snapshot:
        self.asked.clear()
        chain = Chain(
            kinds=[API, PAGES],
            build=self.build,
            refs=["1"],
            may_use_others=others,
            memory={**self.memory, "doubtful": list(zeros)},
            now=self.now,
        )
        found = chain.read(known)
        self.memory = dict(found.memory or {})
        return found

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.asked]


class Voice:
    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind = world, kind

    def read(self, refs: Any, *, known_hash: str = "") -> Snapshot:
        assert refs == ["1"]
        self.world.asked.append((self.kind, known_hash))
        said = self.world.says[self.kind]
        if isinstance(said, SourceError):
            raise said
        if said.body_hash == known_hash:
            return Snapshot(is_unchanged=True, body_hash=known_hash)
        found: Snapshot = said
        return found


def world(api: Any, pages: Any = None) -> World:
    return World(**{API: api, PAGES: pages or UnreachableError("pages away")})


def stock(found: Snapshot) -> list[tuple[Availability, int | None]]:
    return [(one.availability, one.quantity) for one in found.readings]


IN, OUT, UNKNOWN = Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.UNKNOWN


def test_while_the_first_source_reads_nobody_else_is_asked():
    shop = world(snapshot(reading(5)), snapshot(reading(0)))
    found = shop.read(zeros={"1"})
    assert shop.kinds == [API]
    assert (found.source, found.stands_in_for, stock(found)) == (API, "", [(IN, 5)])


def test_an_unchanged_answer_is_passed_on():
    shop = world(snapshot(reading(5), body_hash="1:a"))
    assert shop.read(known="1:a").is_unchanged
    assert shop.asked == [(API, "1:a")]


def test_the_next_source_stands_in_for_one_that_fails():
    shop = world(AuthError("refused"), snapshot(reading(3)))
    found = shop.read()
    assert shop.kinds == [API, PAGES]
    assert (found.source, found.stands_in_for, found.trouble) == (PAGES, API, shop.says[API])
    assert stock(found) == [(IN, 3)]


def test_without_leave_of_the_host_nobody_stands_in():
    shop = world(AuthError("refused"), snapshot(reading(3)))
    with pytest.raises(AuthError):
        shop.read(others=False)
    assert shop.kinds == [API]


def test_where_all_fail_the_best_one_says_why():
    shop = world(AuthError("refused"))
    with pytest.raises(AuthError):
        shop.read()


def test_the_failed_source_is_asked_more_and_more_rarely_and_then_trusted_again():
    shop = world(UnreachableError("away"), snapshot(reading(3)))
    shop.read()
    shop.now += PAUSE_SECONDS - 1
    found = shop.read()
    assert shop.kinds == [PAGES]
    assert found.stands_in_for == API
    shop.now += 2
    shop.read()
    assert shop.kinds == [API, PAGES]
    shop.now += PAUSE_SECONDS + 1
    shop.read()
    assert shop.kinds == [PAGES]
    shop.now += PAUSE_SECONDS
    shop.says[API] = snapshot(reading(5))
    assert shop.read().source == API
    assert "failed" not in shop.memory
    assert shop.read().source == API
    assert shop.kinds == [API]


def test_during_the_pause_the_first_one_is_asked_when_nobody_else_can():
    shop = world(UnreachableError("away"), snapshot(reading(3)))
    shop.read()
    shop.says = {API: snapshot(reading(5)), PAGES: UnreachableError("away")}
    assert shop.read().source == API
    assert shop.kinds == [PAGES, API]


@pytest.mark.parametrize(
    ("said", "expected", "control"),
    [
        (reading(0), (OUT, 0), True),
        (reading(None, availability=OUT, stock_control=None), (OUT, 0), True),
        (reading(None, stock_control=None), (IN, None), False),
    ],
)
def test_another_source_settles_what_a_0_means(said, expected, control):
    shop = world(snapshot(ambiguous()), snapshot(said))
    (found,) = shop.read(zeros={"1"}).readings
    assert (found.availability, found.quantity) == expected
    assert (found.stock_control, found.is_ambiguous_zero) == (control, False)
    assert found.token


@pytest.mark.parametrize(
    "pages",
    [snapshot(reading(5, product_id="2")), UnreachableError("away"),
     snapshot(reading(None, availability=UNKNOWN, stock_control=None))],
)  # fmt: skip
def test_where_the_other_source_proves_nothing_the_0_stays_unknown(pages):
    shop = world(snapshot(ambiguous()), pages)
    (found,) = shop.read(zeros={"1"}).readings
    assert (found.availability, found.is_ambiguous_zero) == (UNKNOWN, True)


def test_two_sources_that_disagree_prove_nothing():
    shop = world(snapshot(ambiguous()), snapshot(reading(7)))
    (found,) = shop.read(zeros={"1"}).readings
    assert (found.availability, found.quantity, found.is_conflict) == (UNKNOWN, None, True)


def test_where_the_other_source_says_nothing_it_is_asked_again_after_an_hour_only():
    shop = world(snapshot(ambiguous()), snapshot(reading(5, product_id="2")))
    shop.read(zeros={"1"})
    shop.read(zeros={"1"})
    assert shop.kinds == [API]
    assert not wants_others({"settled": {"1": ["", NOW]}}, NOW + SETTLED_SECONDS)
    assert wants_others({"settled": {"1": ["", NOW]}}, NOW + SETTLED_SECONDS + 1)


def test_a_0_that_is_clear_or_nobody_watches_is_not_asked_about():
    shop = world(snapshot(ambiguous()), snapshot(reading(0)))
    shop.read(zeros=())
    assert shop.kinds == [API]


def test_an_answer_is_good_for_an_hour_and_then_asked_for_again_even_of_the_same_answer():
    shop = world(snapshot(ambiguous(), body_hash="1:a"), snapshot(reading(None)))
    shop.read(zeros={"1"})
    assert shop.kinds == [API, PAGES]
    shop.now += SETTLED_SECONDS - 1
    assert stock(shop.read(zeros={"1"})) == [(IN, None)]
    assert shop.kinds == [API]
    assert shop.read(known="1:a", zeros={"1"}).is_unchanged
    shop.now += 2
    shop.says[PAGES] = snapshot(reading(0))
    assert stock(shop.read(known="1:a", zeros={"1"})) == [(OUT, 0)]
    assert shop.asked == [(API, ""), (PAGES, "")]


def test_every_source_gets_back_what_it_wanted_remembered_and_no_other_does():
    shop = world(UnreachableError("away"), snapshot(reading(3), memory={"base": "/store"}))
    shop.read()
    shop.now += 1
    shop.read()
    assert shop.memories[PAGES] == {"base": "/store"}
    shop.now += PAUSE_SECONDS + 1
    shop.says[API] = snapshot(reading(5), memory={"own": 1})
    shop.read()
    assert shop.memories[API] == {}
    assert shop.memory["sources"] == {PAGES: {"base": "/store"}, API: {"own": 1}}
