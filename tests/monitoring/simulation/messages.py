"""What every channel must have been given for what happened, and what became of each message."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from tests.monitoring.simulation.cast import Hush, Key, Script
from tests.monitoring.simulation.hours import NEARLY_A_DAY, is_quiet, wall_of
from tests.monitoring.simulation.model import Model
from tests.monitoring.simulation.record import Happened, Record, Row

PERSONAL = frozenset({"alert_opened", "alert_reminder", "alert_resolved"})
NOT_IN_ALL = frozenset({"alert_opened", "alert_resolved", "snapshot_quarantined"})
TELLS = {"threshold_breach_low": "low", "threshold_breach_high": "high"}
LATE = timedelta(minutes=5)


class Address:
    """A channel as a script knows it: whose it is, what it wants, when it is quiet."""

    def __init__(self, script: Script, found: Record, name: str) -> None:
        person = script.people.get(found.places[name][1])
        place = next((one for one in script.places if one.name == name), None)
        assert (person is None) != (place is None)
        self.name, self.person = name, person.name if person else ""
        self.kind = found.places[name][0]
        self.crew = person.crew if person else place.crew if place else ""
        team_zone = script.crews[self.crew].zone
        self.zone = (person.zone if person else "") or team_zone
        self.quiet = person.quiet if person else place.quiet if place else None
        self.events = PERSONAL if person else frozenset(place.events if place else ())
        self.digest = place.digest if place else "now"

    def wants(self, script: Script, event: Happened) -> bool:
        if script.shops[event.key[0]].crew != self.crew:
            return False
        product = script.products.get(event.key)
        if self.person and product and product.owner not in ("", self.person):
            return False
        if event.type == "stock_decreased" and product and not product.tells_purchases:
            return False
        in_all = "*" in self.events and event.type not in NOT_IN_ALL
        return in_all or event.type in self.events


def addresses(script: Script, found: Record) -> list[Address]:
    return [Address(script, found, name) for name in sorted(found.places)]


def is_hushed(script: Script, event: Happened) -> bool:
    product = script.products.get(event.key)
    return any(
        one.at <= event.at < one.until
        and one.crew == script.shops[event.key[0]].crew
        and one.shop in ("", event.key[0])
        and one.pid in ("", event.key[1])
        and (not one.kinds or event.type in one.kinds)
        and (not one.label or (product is not None and product.label == one.label))
        for one in script.steps
        if isinstance(one, Hush)
    )


def owed_once(script: Script, model: Model, found: Record) -> list[str]:
    """Each event is planned, and stands in one message of each channel that wants it. What is kept
    back has a row that says why; a first reading has none."""
    wrong = [f"never planned {one}" for one in found.events.values() if not one.is_planned]
    places = addresses(script, found)
    for event in found.events.values():
        rows = found.told.get(event.id, [])
        wants = Counter(
            one.name
            for one in places
            if event.suppressed != "baseline" and one.wants(script, event)
        )
        if wants != Counter(row.place for row in rows):
            wrong.append(f"{event} wanted by {dict(wants)} is in {[row.place for row in rows]}")
        why = event.suppressed or ("silenced" if is_hushed(script, event) else "")
        for row in rows:
            if (why and (row.status, row.code) != ("dropped", why)) or (
                not why and row.code in ("silenced", "dedupe", "flapping")
            ):
                wrong.append(f"{event} in {row}, expected {why!r}")
    return wrong


def settled(script: Script, model: Model, found: Record) -> list[str]:
    """Everything owed was sent, once, or was visibly dropped."""
    codes = {"silenced", "dedupe", "flapping", "outdated"}
    wrong = [
        f"not settled {row}"
        for row in found.rows
        if row.status != "sent" and not (row.status == "dropped" and row.code in codes)
    ]
    wrong += [f"sent twice {number}" for number in found.post.twice()]
    went = {number for _, _, number in found.post.sent}
    wrong += [
        f"said to be sent, never was {row}"
        for row in found.rows
        if row.status == "sent" and row.number not in went
    ]
    kept = {row.number for row in found.rows if row.status == "dropped"} & went
    return wrong + [f"dropped, but sent {number}" for number in kept - found.post.allowed_twice]


def told_at(found: Record, row: Row) -> list[Happened]:
    return [found.events[event_id] for event_id in row.events]


def apart(script: Script, model: Model, found: Record) -> list[str]:
    """No two messages to one address about the same alert within a day on the wall of its team."""
    tellings: defaultdict[tuple[str, Key, str], set[datetime]] = defaultdict(set)
    for row in found.rows:
        if row.status != "sent":
            continue
        for event in told_at(found, row):
            kind = TELLS.get(event.type, "")
            if event.type in ("alert_opened", "alert_reminder"):
                kind = event.kind
            if kind:
                tellings[row.place, event.key, kind].add(event.at)
    wrong = []
    for (place, key, kind), moments in tellings.items():
        zone = script.crews[script.shops[key[0]].crew].zone
        ordered = sorted(moments)
        for one, other in pairwise(ordered):
            if wall_of(other, zone) - wall_of(one, zone) < NEARLY_A_DAY:
                wrong.append(f"{place} is told of {kind} {key} at {one} and at {other}")
    return wrong


def on_the_hour(script: Script, model: Model, found: Record) -> list[str]:
    """Daily reminders come at the hour of the team, in summer and winter; who is late says so."""
    wrong, on_time = [], 0
    slept = {step.at for step in script.steps if type(step).__name__ == "Tick"}
    for event in found.events.values():
        if event.type != "alert_reminder":
            continue
        crew = script.crews[script.shops[event.key[0]].crew]
        wall = wall_of(event.at, crew.zone)
        if crew.mode == "off":
            wrong.append(f"nobody wanted {event}")
        slot = event.at.replace(minute=0, second=0, microsecond=0)
        if crew.mode == "daily":
            slot -= wall.replace(minute=0, second=0) - wall.replace(
                hour=crew.hour, minute=0, second=0
            )
        on_time += event.at == slot
        if event.at != slot and slot in slept:
            wrong.append(f"not on the hour: {event}, {wall}")
    return wrong if on_time else ["no reminder came on time"]


def quiet_kept(script: Script, model: Model, found: Record) -> list[str]:
    """Nothing is sent in quiet hours, and what waits for the morning is one message a night."""
    wrong = []
    for place in addresses(script, found):
        nights: Counter[object] = Counter()
        for row in found.rows:
            if row.place != place.name or row.status != "sent":
                continue
            if is_quiet(row.settled_at, place.quiet, place.zone):
                wrong.append(f"{place.name} was disturbed by {row}")
            if row.type == "quiet" and is_quiet(row.made_at, place.quiet, place.zone):
                wall = wall_of(row.made_at, place.zone)
                nights[(wall - timedelta(hours=12)).date()] += 1
        wrong += [f"{place.name} {night}: {n} messages" for night, n in nights.items() if n > 1]
    return wrong
