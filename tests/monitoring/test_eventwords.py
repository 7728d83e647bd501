"""Events are stored in English; a reader of another language reads them in that one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from common.texts import shown
from monitoring.alerting import alert_event
from monitoring.choices import AlertKind, EventType
from monitoring.diffing import diff, observe
from monitoring.eventwords import event_text
from monitoring.flapping import FlapRules, Flaps, flip, settled
from monitoring.guard import GuardLimits, judge
from monitoring.rules import decide
from tests.factories import reading, state

pytestmark = pytest.mark.once
LATIN = re.compile(r"[A-Za-z]{2,}")
ALERTS = (
    EventType.ALERT_OPENED,
    EventType.ALERT_ACKNOWLEDGED,
    EventType.ALERT_REMINDER,
    EventType.ALERT_RESOLVED,
)


def crossings() -> Iterator[str]:
    """What polls say of stock, in and out of limits."""
    for before, after, threshold_state in (
        (6, 4, "ok"), (4, 6, "low"), (6, 0, "ok"), (0, 30, "low"), (5, 30, "ok"), (30, 6, "high"),
    ):  # fmt: skip
        known = state(
            quantity=before, available=before > 0, threshold_low=5, threshold_high=20,
            threshold_state=threshold_state,
        )  # fmt: skip
        change = diff(known, observe(known, reading(after), source="whmcs_api"))
        assert change is not None
        yield from (one.message for one in decide(change))


def alerts() -> Iterator[str]:
    for event_type in ALERTS:
        for kind in AlertKind:
            for quantity in (None, 3):
                event = alert_event(
                    event_type, alert_id=1, kind=kind, subject="X", quantity=quantity
                )
                yield event.message


def flaps() -> Iterator[str]:
    now = timezone.now()
    for window in (timedelta(seconds=30), timedelta(minutes=10)):
        begun = flip(Flaps((now,), 1), now, FlapRules(2, window, timedelta(0)))[1]
        assert begun is not None
        yield begun.message
    for quantity, available in ((None, None), (None, True), (4, True), (0, False)):
        yield settled(Flaps((), 5), quantity=quantity, available=available).message


def doubts() -> Iterator[str]:
    """Why an answer of a shop is not believed yet."""
    limits = GuardLimits(lost_min=2, lost_share=0.2, flip_min=2, flip_share=0.2)
    for now, available, template in (("a", True, "x"), ("abc", False, "x"), ("abc", True, "y")):
        verdict = judge(
            listed_before="abc", listed_now=now, available_before=dict.fromkeys("abc", True),
            available_now=dict.fromkeys(now, available), template_before="x",
            template_now=template, is_html=True, limits=limits,
        )  # fmt: skip
        yield verdict.reason


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
@pytest.mark.parametrize("source", [crossings, alerts, flaps, doubts])
def test_what_events_say_of_stock_alerts_and_flapping_is_said_in_the_language_with_its_numbers(
    source, language
) -> None:
    said = set(source())
    assert said
    with translation.override(language):
        for message in said:
            told = event_text(message)
            assert not LATIN.search(told), f"{message} -> {told}"
            assert sorted(re.findall(r"\d+", told)) == sorted(re.findall(r"\d+", message))


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_a_doubt_is_said_alike_as_an_event_and_as_the_state_of_its_website(language) -> None:
    said = list(doubts())
    assert len(set(said)) == 3
    with translation.override(language):
        assert [shown(one) for one in said] == [event_text(one) for one in said]
    assert said[0] == "Not believed yet: 2 of 3 products are gone at once."


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Renamed: Unknown is now Sold out", "Переименован: было Unknown, стало Sold out"),
        ("Resolved: low stock (12 left)", "Снято: мало товара (осталось 12)"),
        (
            "Price changed from 1.90 USD to 2.10 USD",
            "Цена изменилась: была 1.90 USD, стала 2.10 USD",
        ),
        ("A sentence nobody knows, 100 %", "A sentence nobody knows, 100 %"),
        ("", ""),
    ],
)
def test_names_stay_as_they_are_and_so_does_what_nobody_knows(message: str, told: str) -> None:
    with translation.override("ru"):
        assert event_text(message) == told
    assert event_text(message) == message
