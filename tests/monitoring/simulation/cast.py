"""Who plays: teams, shops, products and people of the simulation, and the steps of a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

Shown = int | Literal["unlimited", "unknown"]
"""What a shop says of a product; one it leaves out is not in the listing."""

Key = tuple[str, str]
"""(shop, product id); the id is "" for the shop itself."""


@dataclass(frozen=True, slots=True)
class Crew:
    """A team. `mode`: daily, hourly or off; `low` is its threshold."""

    name: str
    zone: str
    mode: str
    hour: int
    low: int | None


@dataclass(frozen=True, slots=True)
class Shop:
    name: str
    crew: str
    source: str
    size: int
    minute: int


@dataclass(frozen=True, slots=True)
class Product:
    shop: str
    pid: str
    role: str
    first: Shown
    low: int | None = None
    high: int | None = None
    hysteresis: int = 0
    owner: str = ""
    tells_purchases: bool = False
    label: str = ""

    @property
    def key(self) -> Key:
        return (self.shop, self.pid)


@dataclass(frozen=True, slots=True)
class Person:
    """`threshold`: None for a person who set none. Quiet hours are by the clock of `zone`."""

    name: str
    crew: str
    threshold: int | None
    zone: str = ""
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that a team made. `quiet` is by the clock of the team."""

    name: str
    crew: str
    kind: str
    events: tuple[str, ...] = ("*",)
    digest: str = "now"
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """`trouble`: refused, timeout or partial (failures), doubtful (a listing that must not be
    believed), dies or crashes (the worker ends before or while it writes)."""

    at: datetime
    shop: str
    shown: Mapping[str, Shown]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """The core process. `dies`: a worker ends with claimed messages before or after it sent them;
    `is_wiped`: the queue was emptied, so nobody plans and sends."""

    at: datetime
    dies: str = ""
    is_wiped: bool = False


@dataclass(frozen=True, slots=True)
class Push:
    at: datetime
    key: Key
    quantity: int


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody does something: acknowledge, resolve, pause, resume, threshold, wish."""

    at: datetime
    what: str
    key: Key = ("", "")
    value: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Hush:
    """A silence. What is empty matches any."""

    at: datetime
    until: datetime
    crew: str
    shop: str = ""
    pid: str = ""
    kinds: tuple[str, ...] = ()
    label: str = ""


Step = Poll | Tick | Push | Hand | Hush


@dataclass(frozen=True, slots=True)
class Script:
    crews: Mapping[str, Crew]
    shops: Mapping[str, Shop]
    products: Mapping[Key, Product]
    people: Mapping[str, Person]
    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    outage: tuple[datetime, datetime]
    """Telegram takes nothing then."""
