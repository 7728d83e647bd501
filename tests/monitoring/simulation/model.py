"""What should happen, worked out again from docs/alerts.md and docs/quiet.md alone.

Nothing of the application is imported here: plain sums, as a person would do them by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.monitoring.simulation.cast import (
    Crew,
    Hand,
    Key,
    Poll,
    Product,
    Push,
    Script,
    Shown,
    Tick,
)
from tests.monitoring.simulation.hours import DAY, NEARLY_A_DAY, slot_from
from tests.monitoring.simulation.hushes import OPENS, unheard_until

FLAPS, FLAP_SPAN = 8, timedelta(minutes=30)


@dataclass(slots=True)
class Episode:
    """An alert. `silent`: why nobody is told that it opened; `is_old_news`: people know of the
    episode before it, so its end is not told either."""

    key: Key
    kind: str
    opened_at: datetime
    silent: str
    is_old_news: bool
    is_acknowledged: bool = False
    resolved_at: datetime | None = None
    how: str = ""
    silent_end: str = ""


@dataclass(slots=True)
class About:
    """What is remembered of a product (or, with an empty id, of a shop)."""

    key: Key
    product: Product | None = None
    low: int | None = None
    quantity: int | None = None
    available: bool | None = None
    is_read: bool = False
    is_missing: bool = False
    is_paused: bool = False
    absent: int = 0
    open: dict[str, Episode] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)
    slot: dict[str, datetime] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    """Kinds that somebody resolved and that were not otherwise since."""
    flips: list[datetime] = field(default_factory=list)
    flaps_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    is_down: bool = False


class Model:
    """Goes through the script. What came of it: `episodes`, `reminders` (key, kind, moment),
    `facts` (key, type, moment, why silent), `stock` (moment, in stock?) and `notices`."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.wish = {name: one.threshold for name, one in script.people.items()}
        self.known = {
            key: About(key, product=one, low=one.low) for key, one in script.products.items()
        }
        self.shops = {name: About((name, "")) for name in script.shops}
        self.episodes: list[Episode] = []
        self.reminders: list[tuple[Key, str, datetime]] = []
        self.facts: list[tuple[Key, str, datetime, str]] = []
        self.stock: dict[Key, list[tuple[datetime, bool | None]]] = {}
        self.notices: list[tuple[Key, bool, datetime]] = []

    def run(self) -> Model:
        for step in self.script.steps:
            if isinstance(step, Poll):
                self._poll(step)
            elif isinstance(step, Tick):
                self._tick(step.at)
            elif isinstance(step, Push):
                self._sees(self.known[step.key], step.quantity, step.at)
            elif isinstance(step, Hand):
                self._hand(step)
        return self

    # --- a reading of a shop

    def _poll(self, poll: Poll) -> None:
        shop = self.shops[poll.shop]
        if poll.trouble in ("dies", "crashes", "doubtful"):
            return
        if poll.trouble:
            self._fails(shop, poll)
            return
        shop.failures, shop.failing_since = 0, None
        if shop.is_down:
            shop.is_down = False
            self.facts.append((shop.key, "website_recovered", poll.at, ""))
            self._close(shop, "unreachable", poll.at, "recovered")
        for (name, pid), one in self.known.items():
            if name != poll.shop:
                continue
            one.absent = 0 if pid in poll.shown else one.absent + 1
            if one.is_paused:
                continue
            if pid in poll.shown:
                one.is_missing = False
                self._sees(one, poll.shown[pid], poll.at)
            elif one.absent >= 2 and not one.is_missing:
                one.is_missing, one.quantity, one.available = True, None, None
                one.by_hand.clear()

    def _fails(self, shop: About, poll: Poll) -> None:
        shop.failures += 1
        shop.failing_since = shop.failing_since or poll.at
        lasts = shop.failures >= 3 and poll.at - shop.failing_since >= timedelta(minutes=2)
        if not shop.is_down and (poll.trouble == "refused" or lasts):
            shop.is_down = True
            self.facts.append((shop.key, "website_unreachable", poll.at, ""))
            self._open(shop, "unreachable", poll.at, "")

    def _sees(self, one: About, said: Shown, at: datetime) -> None:
        """A believed reading of a product; "unknown" proves nothing."""
        if said == "unknown":
            return
        quantity = None if said == "unlimited" else int(said)
        available = quantity is None or quantity > 0
        is_first, was = not one.is_read, one.available
        one.is_read, one.quantity, one.available = True, quantity, available
        silent = ""
        if was is not None and was is not available and not is_first:
            silent = self._flips(one, at)
            fact = "restocked" if available else "sold_out"
            self.facts.append((one.key, fact, at, silent))
        if was is not available:
            self.stock.setdefault(one.key, []).append((at, available))
        self._judge(one, at, silent="baseline" if is_first else silent, silent_end=silent)

    def _flips(self, one: About, at: datetime) -> str:
        if one.flaps_until is not None and at < one.flaps_until:
            one.flaps_until = at + FLAP_SPAN
            return "flapping"
        one.flips = [*(then for then in one.flips if at - then < FLAP_SPAN), at]
        one.flaps_until = None
        if len(one.flips) < FLAPS:
            return ""
        one.flaps_until = at + FLAP_SPAN
        self.notices.append((one.key, False, at))
        return "flapping"

    # --- alerts

    def low_of(self, one: About) -> int | None:
        if one.low is not None or one.product is None:
            return one.low
        if one.product.owner:
            wish = self.wish[one.product.owner]
            return 5 if wish is None else wish
        return self.crew_of(one.key).low

    def crew_of(self, key: Key) -> Crew:
        return self.script.crews[self.script.shops[key[0]].crew]

    def _stands(self, one: About) -> Iterator[tuple[str, bool | None]]:
        """Whether each kind of alert should be open; None leaves it as it is."""
        low, quantity = self.low_of(one), one.quantity
        product = one.product
        high, more = (product.high, product.hysteresis) if product else (None, 0)
        is_known = one.available is not None
        yield "out_of_stock", False if low is None else not one.available if is_known else None
        if low is None:
            yield "low", False
        elif not one.available:
            yield "low", None
        elif quantity is None or quantity >= low + more:
            yield "low", False
        else:
            yield "low", True if quantity < low else None
        if high is None or (is_known and not one.available):
            yield "high", False
        elif not is_known:
            yield "high", None
        elif quantity is None or quantity <= high - more:
            yield "high", False
        else:
            yield "high", True if quantity > high else None

    def _judge(self, one: About, at: datetime, *, silent: str = "", silent_end: str = "") -> None:
        for kind, stands in self._stands(one):
            if stands is False or (not one.available and kind == "low"):
                one.by_hand.discard(kind)
            if stands is False:
                self._close(one, kind, at, "over", silent_end)
            elif stands and kind not in one.open and kind not in one.by_hand:
                self._open(one, kind, at, silent)

    def _open(self, one: About, kind: str, at: datetime, silent: str) -> None:
        rhythm, told = self.crew_of(one.key), one.told.get(kind)
        is_recent = told is not None and at - told < DAY
        if not is_recent:
            one.slot[kind] = slot_from(rhythm, at, NEARLY_A_DAY)
        elif one.slot[kind] <= at:
            one.slot[kind] = slot_from(rhythm, at)
        silent = silent or ("dedupe" if is_recent else "")
        until = None if silent else unheard_until(self.script, one.key, OPENS[kind], at)
        if until is not None:  # told to nobody
            one.told.pop(kind, None)
            one.slot[kind] = slot_from(rhythm, min(until, at + DAY))
        elif not silent:
            one.told[kind] = at
        one.open[kind] = Episode(one.key, kind, at, silent, is_old_news=is_recent)
        self.episodes.append(one.open[kind])

    def _close(self, one: About, kind: str, at: datetime, how: str, silent: str = "") -> None:
        alert = one.open.pop(kind, None)
        if alert is not None:
            alert.resolved_at, alert.how = at, how
            if how in ("over", "recovered"):
                alert.silent_end = silent or ("dedupe" if alert.is_old_news else "")

    # --- time, and people

    def _tick(self, at: datetime) -> None:
        for one in self.known.values():
            if one.flaps_until is not None and one.flaps_until <= at:
                one.flaps_until, one.flips = None, []
                if not one.is_paused:
                    self.notices.append((one.key, True, at))
        for one in (*self.known.values(), *self.shops.values()):
            for kind, alert in one.open.items():
                if not alert.is_acknowledged and one.slot[kind] <= at:
                    self._remind(one, alert, at)

    def _remind(self, one: About, alert: Episode, at: datetime) -> None:
        rhythm = self.crew_of(one.key)
        if rhythm.mode == "off" or not self._is_worth_it(one, alert.kind):
            one.slot[alert.kind] = slot_from(rhythm, at)
            return
        self.reminders.append((one.key, alert.kind, at))
        if unheard_until(self.script, one.key, ("alert_reminder",), at) is None:
            one.told[alert.kind], alert.is_old_news = at, False
        one.slot[alert.kind] = slot_from(rhythm, at, NEARLY_A_DAY)

    def _is_worth_it(self, one: About, kind: str) -> bool:
        if kind == "unreachable":
            return True
        if self.shops[one.key[0]].is_down or one.available is None:
            return False
        return kind == "out_of_stock" or (one.available and one.quantity is not None)

    def _hand(self, hand: Hand) -> None:
        if hand.what == "wish":
            self._wishes(hand)
            return
        one = self.known[hand.key]
        if hand.what == "acknowledge":
            for alert in one.open.values():
                alert.is_acknowledged = True
        elif hand.what == "resolve":
            one.by_hand |= one.open.keys()
            self._shut(one, hand.at, "manual")
        elif hand.what == "pause":
            one.is_paused = True
            self._shut(one, hand.at, "paused")
        elif hand.what == "resume":
            one.is_paused = False
            self._judge(one, hand.at, silent="baseline")
        else:
            one.low = hand.value
            if not one.is_paused:
                self._judge(one, hand.at)

    def _wishes(self, hand: Hand) -> None:
        """Another threshold of a person holds at once for what is theirs."""
        self.wish[hand.person] = hand.value
        for one in self.known.values():
            is_theirs = one.product is not None and one.product.owner == hand.person
            if is_theirs and one.low is None and one.is_read and not one.is_paused:
                self._judge(one, hand.at)

    def _shut(self, one: About, at: datetime, how: str) -> None:
        for kind in list(one.open):
            self._close(one, kind, at, how)

    def in_stock(self, key: Key, at: datetime) -> bool | None:
        said = [available for then, available in self.stock.get(key, ()) if then <= at]
        return said[-1] if said else None
