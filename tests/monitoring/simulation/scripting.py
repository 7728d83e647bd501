"""Writes the script of a simulation: seeded, so that a failure comes again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from tests.monitoring.simulation.cast import (
    Crew,
    Hand,
    Hush,
    Key,
    Person,
    Place,
    Poll,
    Product,
    Push,
    Script,
    Shop,
    Shown,
    Step,
    Tick,
)

START = datetime(2026, 3, 14, tzinfo=UTC)
"""Clocks change on 29 March in Berlin (forward) and on 5 April in Auckland (back)."""

CREWS = (
    Crew("Berlin", "Europe/Berlin", "daily", 9, 5),
    Crew("Auckland", "Pacific/Auckland", "daily", 7, None),
    Crew("Kolkata", "Asia/Kolkata", "hourly", 9, 3),
    Crew("Quito", "America/Guayaquil", "off", 9, 4),
)
SHOPS = (
    Shop("alpha", "Berlin", "whmcs_api", 45, 7),
    Shop("beta", "Berlin", "whmcs_storefront", 40, 17),
    Shop("gamma", "Berlin", "whmcs_api", 25, 27),
    Shop("shelf", "Berlin", "manual", 10, 0),
    Shop("delta", "Auckland", "whmcs_api", 30, 37),
    Shop("epsilon", "Kolkata", "whmcs_api", 30, 47),
    Shop("zeta", "Quito", "whmcs_api", 20, 57),
)
PEOPLE = (
    Person("ada", "Berlin", 8, "Europe/Lisbon", (time(22), time(7))),
    Person("ben", "Berlin", None),
    Person("kiri", "Auckland", 4, "", (time(21, 30), time(6, 30))),
    Person("dev", "Kolkata", 6),
)
EVERYTHING = ("*", "alert_opened", "alert_resolved")
PLACES = (
    Place("ops", "Berlin", "telegram"),
    Place("hook", "Berlin", "webhook", EVERYTHING),
    Place("news", "Berlin", "email", digest="daily"),
    Place("whare", "Auckland", "telegram", EVERYTHING, quiet=(time(23), time(6))),
    Place("ghanta", "Kolkata", "email", digest="hourly"),
    Place("casa", "Quito", "telegram", ("sold_out", "restocked", *EVERYTHING[1:])),
)
ROLES = ("steady", "walker", "edge", "cliff", "sleeper", "unlimited", "tall", "vanisher")
FIRST: dict[str, Shown] = {"sleeper": 2, "unlimited": "unlimited", "tall": 90}
FLIP_GAP = timedelta(minutes=2)


class Writer:
    """Goes through the days hour by hour and keeps what the shops would say."""

    def __init__(self, seed: int, days: int, hours_between: int) -> None:
        self.dice = random.Random(seed)
        self.days, self.hours_between = days, hours_between
        self.end = START + timedelta(days=days)
        begin = START + timedelta(days=days // 2, hours=7)
        self.outage = (begin, begin + timedelta(hours=6))
        self.products = {one.key: one for one in self._products()}
        self.shown: dict[Key, Shown | None] = {key: one.first for key, one in self.products.items()}
        self.trouble = self._troubles()
        self.asleep = self._asleep()
        self.flips = self._flips()
        self.steps: list[Step] = []

    def _products(self) -> Iterator[Product]:
        owners = {"Berlin": ("ada", "ben"), "Auckland": ("kiri",), "Kolkata": ("dev",)}
        for shop in SHOPS:
            for number in range(shop.size):
                role = ROLES[number % len(ROLES)] if shop.source != "manual" else "manual"
                role = "flapper" if number in (13, 14) and shop.source != "manual" else role
                own = self.dice.random()
                people = owners.get(shop.crew, ())
                first = FIRST.get(role, 12)
                if role == "sleeper" and number % 16 == 4:
                    first = 0
                yield Product(
                    shop.name,
                    str(number + 1),
                    role,
                    first,
                    low=self.dice.choice((4, 6, 10)) if own < 0.4 else None,
                    high=100 if role == "tall" else None,
                    hysteresis=3 if role in ("edge", "tall") and number % 2 else 0,
                    owner=self.dice.choice(people) if people and own > 0.8 else "",
                    tells_purchases=number % 9 == 1,
                    label="rare" if number % 10 == 3 else "",
                )

    def _troubles(self) -> dict[str, list[tuple[datetime, datetime, str]]]:
        """Spans in which a shop fails, by shop: a refusal of hours, silence, more than a day."""
        found: dict[str, list[tuple[datetime, datetime, str]]] = {}
        for shop in SHOPS:
            for hours, kind in ((5, "refused"), (13, "timeout"), (1, "refused"), (30, "timeout")):
                if hours < self.days * 8:
                    # Not while Telegram is away: there is much to tell then.
                    begin = START + timedelta(hours=self.dice.randrange(20, self.days * 24 - 31))
                    end = begin + timedelta(hours=hours)
                    if end < self.outage[0] or begin > self.outage[1]:
                        found.setdefault(shop.name, []).append((begin, end, kind))
        return found

    def _asleep(self) -> list[tuple[datetime, datetime]]:
        """Spans in which the core process is dead: no polls, no reminders; one over 9:00."""
        found = []
        for day in range(2, self.days, 6):
            begin = START + timedelta(days=day, hours=self.dice.choice((7.7, 6.8, 17.5, 3)))
            found.append((begin, begin + timedelta(hours=1.4)))
        return found

    def _flips(self) -> dict[tuple[str, datetime], Key]:
        """The hour from which a product goes in and out of stock every two minutes."""
        keys = [key for key, one in self.products.items() if one.role == "flapper"]
        found: dict[tuple[str, datetime], Key] = {}
        for key in keys:
            for _ in range(max(1, self.days // 20)):
                hour = self.dice.randrange(8, self.days * 24 - 3)
                found[key[0], START + timedelta(hours=hour)] = key
        return found

    def write(self) -> Script:
        for hour in range(self.days * 24):
            at = START + timedelta(hours=hour)
            self._tick(at)
            self._tick(at + timedelta(seconds=12))
            self._by_hand(at)
            for shop in SHOPS:
                if shop.source == "manual":
                    self._pushes(shop, at)
                elif self._is_read(hour, shop, at):
                    self._polls(shop, at)
        return self._script()

    def _is_read(self, number: int, shop: Shop, at: datetime) -> bool:
        is_busy = self.outage[0] <= at < self.outage[1]
        return is_busy or number % self.hours_between == 0 or (shop.name, at) in self.flips

    def _script(self) -> Script:
        return Script(
            {one.name: one for one in CREWS},
            {one.name: one for one in SHOPS},
            self.products,
            {one.name: one for one in PEOPLE},
            PLACES,
            tuple(sorted(self.steps, key=lambda step: step.at)),
            self.outage,
        )

    def _tick(self, at: datetime) -> None:
        if any(begin <= at < end for begin, end in self.asleep):
            return
        luck = self.dice.random()
        dies = "claimed" if luck < 0.02 else "sent" if luck < 0.03 else ""
        is_wiped = (at - START).days % 7 == 5 and 10 <= at.hour < 12
        self.steps.append(Tick(at, dies, is_wiped))

    def _polls(self, shop: Shop, hour: datetime) -> None:
        at = hour + timedelta(minutes=shop.minute)
        for key, one in self.products.items():
            if one.shop == shop.name:
                self.shown[key] = moved(self.dice, one, self.shown[key])
                if self.outage[0] <= hour < self.outage[1] and int(key[1]) in (4, 12):
                    self.shown[key] = 0 if self.shown[key] else 3
        self._poll(shop.name, at)
        flapper = self.flips.get((shop.name, hour))
        if flapper is not None:
            for number in range(1, self.dice.choice((6, 12, 17))):
                self.shown[flapper] = 0 if self.shown[flapper] else 9
                self._poll(shop.name, at + number * FLIP_GAP, is_calm=True)
        if hour == START + timedelta(hours=self.days * 18 // 6 * 6) and shop.name == "alpha":
            self._fall(shop.name, at + timedelta(minutes=4))

    def _fall(self, shop: str, at: datetime) -> None:
        """Twelve products are taken out at once: believed when read a second time."""
        gone = [key for key in self.products if key[0] == shop][:12]
        self.shown.update(dict.fromkeys(gone))
        self._poll(shop, at, "doubtful")
        self._poll(shop, at + timedelta(seconds=8), is_calm=True)
        self._poll(shop, at + timedelta(minutes=9), is_calm=True)
        self.shown.update({key: self.products[key].first for key in gone})

    def _poll(self, shop: str, at: datetime, trouble: str = "", *, is_calm: bool = False) -> None:
        if any(begin <= at < end for begin, end in self.asleep):
            return
        spans = self.trouble.get(shop, ())
        trouble = next((kind for begin, end, kind in spans if begin <= at < end), trouble)
        shown = {
            key[1]: said for key, said in self.shown.items() if key[0] == shop and said is not None
        }
        luck = self.dice.random()
        if not trouble and not is_calm and at > START + timedelta(hours=2) and luck < 0.06:
            kinds = ("timeout", "timeout", "partial", "dies", "crashes", "doubtful")
            trouble = kinds[int(luck * 100)]
        if trouble == "doubtful" and not is_calm and luck < 0.06:
            shown = {pid: said for pid, said in shown.items() if int(pid) % 3}
        if trouble == "partial":
            shown = dict(list(shown.items())[:4])
        self.steps.append(Poll(at, shop, shown, trouble))
        self._tick(at)

    def _pushes(self, shop: Shop, hour: datetime) -> None:
        for key, one in self.products.items():
            if one.shop == shop.name and self.dice.random() < 0.01:
                at = hour + timedelta(minutes=self.dice.randrange(1, 59))
                self.steps.append(Push(at, key, self.dice.choice((0, 1, 3, 3, 5, 7, 20))))
                self._tick(at)

    def _by_hand(self, hour: datetime) -> None:
        at = hour + timedelta(minutes=self.dice.randrange(1, 59), seconds=30)
        keys = [key for key, one in self.products.items() if one.role not in ("vanisher", "manual")]
        luck = self.dice.random()
        for what, share in (("acknowledge", 0.15), ("resolve", 0.25), ("pause", 0.28)):
            if luck < share:
                key = self.dice.choice(keys)
                self.steps.append(Hand(at, what, key))
                if what == "pause":
                    self.steps.append(Hand(at + timedelta(hours=9), "resume", key))
                return
        if luck < 0.29:
            low = self.dice.choice((3, 7, 12, None))
            self.steps.append(Hand(at, "threshold", self.dice.choice(keys), low))
        elif luck < 0.295:
            person = self.dice.choice(("ada", "kiri", "dev"))
            self.steps.append(Hand(at, "wish", value=self.dice.choice((2, 5, 9)), person=person))
        elif luck < 0.303:
            self.steps.append(self._hush(at))

    def _hush(self, at: datetime) -> Hush:
        until = at + timedelta(hours=self.dice.choice((1, 6, 20)))
        return self.dice.choice(
            (
                Hush(at, until, "Berlin", "alpha"),
                Hush(at, until, "Berlin", kinds=("sold_out", "alert_reminder")),
                Hush(at, until, "Auckland", label="rare"),
                Hush(at, until, "Quito", "zeta", "5"),
            )
        )


def moved(dice: random.Random, product: Product, was: Shown | None) -> Shown | None:
    """What the shop says an hour later."""
    luck = dice.random()
    role = product.role
    if role in ("walker", "flapper", "steady"):
        now = was if isinstance(was, int) else 12
        step = dice.choice((-6, -4, -2, -1, 3, 8))
        return max(now + step, 0) if luck < (0.005 if role == "steady" else 0.03) else was
    if role == "edge" and luck < 0.06:
        return dice.choice((2, 3, 4, 5, 6, 7, 8, 11))
    if role == "cliff" and luck < 0.04:
        return 0 if was else dice.choice((1, 3, 15))
    if role == "sleeper" and luck < 0.002:
        return dice.choice((1, 2, 3, 30))
    if role == "unlimited" and luck < 0.02:
        return dice.choice(("unlimited", "unlimited", "unknown", 2, 50))
    if role == "tall" and luck < 0.03:
        return dice.choice((0, 3, 90, 99, 100, 101, 140))
    if role == "vanisher" and luck < 0.03:
        return dice.choice((None, "unknown", 0, 2, 9, 40)) if was is not None else 3
    return was


def script(seed: int, days: int, *, hours_between: int = 1) -> Script:
    """Shops are read every `hours_between` hours, and more often while something flaps."""
    return Writer(seed, days, hours_between).write()
