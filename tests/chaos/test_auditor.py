"""The auditor bites: each way to cheat it is found, and nothing else."""

from __future__ import annotations

import random

import pytest

from tests.chaos.auditor import Came, Event, Kill, Owed, Served, Verdict, audit

pytestmark = [pytest.mark.unit, pytest.mark.once]

SHOP, CHANNEL = "alpha", 1
VPS = (SHOP, 7)


def world(*stocks, baseline=5):
    """Polls at 10, 20, 30 ...; a product that writes, plans and sends everything at once."""
    polls = [Served(SHOP, 10.0 * n, {7: stock}) for n, stock in enumerate(stocks, start=1)]
    events, known = [], baseline
    for number, poll in enumerate(polls, start=1):
        if (stock := poll.stocks[7]) != known:
            kind = "sold_out" if stock == 0 else "stock_increased" if known else "restocked"
            events.append(Event(number, VPS, kind, known, stock, poll.at + 1))
            known = stock
    owed = [Owed(f"m{event.id}", CHANNEL, "sent", "", (event.id,)) for event in events]
    return {
        "baseline": {VPS: baseline},
        "served": polls,
        "events": events,
        "owed": owed,
        "came": [Came(f"m{event.id}", event.at + 1) for event in events],
        "channels": [CHANNEL],
        "kills": [],
    }


def faults(verdict: Verdict) -> tuple[int, int, int]:
    return len(verdict.lost), len(verdict.twice), len(verdict.invented)


def test_an_honest_product_passes_and_is_counted():
    verdict = audit(**world(5, 6, 6, 0, 9))
    assert verdict.faults == []
    assert (verdict.polls, verdict.changes_served, verdict.changes_written) == (5, 3, 3)
    assert (verdict.died_with_poll, verdict.sent_again, verdict.outdated) == (0, 0, 0)


def test_an_event_that_is_missing_breaks_the_chain_even_in_a_storm_of_kills():
    seen = world(6, 7, 8)
    del seen["events"][1], seen["owed"][1], seen["came"][1]
    verdict = audit(**(seen | {"kills": [Kill(0, 99)]}))
    assert [line for line in verdict.lost if "without an event" in line]


def test_a_change_that_nobody_wrote_down_is_lost_unless_a_kill_took_its_poll():
    seen = world(6, 7, 7)
    del seen["events"][1], seen["owed"][1], seen["came"][1]
    assert len(audit(**seen).lost) == 3  # twice served, and never known in the end
    seen["events"].append(Event(9, VPS, "stock_increased", 6, 7, 31.0))
    seen["owed"].append(Owed("m9", CHANNEL, "sent", "", (9,)))
    seen["came"].append(Came("m9", 32.0))
    assert faults(audit(**seen)) == (1, 0, 0)
    elsewhere = audit(**(seen | {"kills": [Kill(14, 15)]}))
    assert faults(elsewhere) == (1, 0, 0)
    died = audit(**(seen | {"kills": [Kill(20.2, 20.2)]}))
    assert (faults(died), died.died_with_poll) == ((0, 0, 0), 1)


def test_the_last_answer_must_be_known_whoever_died():
    seen = world(6, 7)
    del seen["events"][1], seen["owed"][1], seen["came"][1]
    assert faults(audit(**(seen | {"kills": [Kill(0, 99)]}))) == (1, 0, 0)


def test_a_number_that_was_never_served_is_invented():
    seen = world(6, 7)
    seen["events"][1] = seen["events"][1]._replace(after=0)
    assert len(audit(**seen).invented) == 1


def test_a_number_of_an_earlier_poll_is_invented_too():
    seen = world(6, 7, 7)
    late = Event(3, VPS, "stock_decreased", 7, 6, 31.0)
    seen["events"].append(late)
    seen["owed"].append(Owed("m3", CHANNEL, "sent", "", (3,)))
    seen["came"].append(Came("m3", 32.0))
    assert faults(audit(**seen)) == (0, 0, 1)


def test_one_poll_written_twice_is_found():
    seen = world(6)
    seen["events"].append(seen["events"][0]._replace(id=2, at=11.5))
    seen["owed"].append(Owed("m2", CHANNEL, "sent", "", (2,)))
    seen["came"].append(Came("m2", 12.0))
    assert faults(audit(**seen)) == (0, 1, 0)


def test_an_event_planned_twice_or_not_at_all_is_found():
    seen = world(6, 7)
    twice = [*seen["owed"], Owed("extra", CHANNEL, "sent", "", (1,))]
    came = [*seen["came"], Came("extra", 50.0)]
    assert faults(audit(**(seen | {"owed": twice, "came": came}))) == (0, 1, 0)
    assert faults(audit(**(seen | {"owed": seen["owed"][1:], "came": seen["came"][1:]}))) == (
        1,
        0,
        0,
    )
    assert faults(audit(**(seen | {"channels": [CHANNEL, 2]}))) == (2, 0, 0)


@pytest.mark.parametrize("status", ["pending", "sending", "dead", "dropped"])
def test_a_message_that_was_not_sent_is_lost(status):
    seen = world(6)
    seen["owed"][0] = seen["owed"][0]._replace(status=status)
    assert faults(audit(**(seen | {"came": []}))) == (1, 0, 0)


def test_a_message_that_is_only_said_to_be_sent_is_lost():
    seen = world(6)
    assert faults(audit(**(seen | {"came": []}))) == (1, 0, 0)
    assert faults(audit(**(seen | {"came": [Came("m1", 12.0, is_taken=False)]}))) == (1, 0, 0)


def test_a_message_may_be_outdated_only_when_what_it_told_was_over():
    seen = world(0, 9)
    seen["owed"][0] = seen["owed"][0]._replace(status="dropped", code="outdated")
    seen["came"] = seen["came"][1:]
    verdict = audit(**seen)
    assert (faults(verdict), verdict.outdated) == ((0, 0, 0), 1)
    seen["owed"][1] = seen["owed"][1]._replace(status="dropped", code="outdated")
    assert faults(audit(**(seen | {"came": []}))) == (1, 0, 0)


def test_a_message_comes_twice_only_around_a_crash():
    seen = world(6)
    seen["came"].append(Came("m1", 80.0))
    assert faults(audit(**seen)) == (0, 1, 0)
    assert faults(audit(**(seen | {"kills": [Kill(81, 82)]}))) == (0, 1, 0)
    verdict = audit(**(seen | {"kills": [Kill(12.5, 12.5)]}))
    assert (faults(verdict), verdict.sent_again) == ((0, 0, 0), 1)


def test_a_message_that_comes_again_at_once_is_no_work_of_a_crash():
    seen = world(6) | {"kills": [Kill(12.5, 12.5)]}
    seen["came"].append(Came("m1", 13.0))
    assert faults(audit(**seen)) == (0, 1, 0)
    assert faults(audit(**(seen | {"freed": [11.0]}))) == (0, 1, 0)
    assert audit(**(seen | {"freed": [12.7]})).sent_again == 1


def test_a_kill_long_after_a_poll_does_not_explain_its_loss():
    seen = world(6, 7, 7)
    del seen["events"][1], seen["owed"][1], seen["came"][1]
    seen["served"][2] = seen["served"][2]._replace(at=90.0)
    seen["events"].append(Event(9, VPS, "stock_increased", 6, 7, 91.0))
    seen["owed"].append(Owed("m9", CHANNEL, "sent", "", (9,)))
    seen["came"].append(Came("m9", 92.0))
    assert faults(audit(**(seen | {"kills": [Kill(34, 35)]}))) == (0, 0, 0)
    assert faults(audit(**(seen | {"kills": [Kill(36, 37)]}))) == (1, 0, 0)


def test_a_message_that_a_receiver_refused_first_came_once():
    seen = world(6)
    seen["came"].insert(0, Came("m1", 11.5, is_taken=False))
    assert audit(**seen).faults == []


def test_a_message_that_nobody_owed_is_invented():
    seen = world(6)
    seen["came"].append(Came("stranger", 12.0))
    assert faults(audit(**seen)) == (0, 0, 1)


def test_every_single_omission_and_repetition_in_a_long_history_is_found():
    dice = random.Random(7)
    stocks = [dice.choice([0, 1, 2, 3, 50]) for _ in range(60)]
    for number in range(len(world(*stocks)["events"])):
        for name in ("events", "owed", "came"):
            seen = world(*stocks)
            assert audit(**seen).faults == []
            repeated = seen[name][number]
            if name == "events":
                repeated = repeated._replace(id=1000)
            assert audit(**(seen | {name: [*seen[name], repeated]})).faults, (name, number)
            del seen[name][number]
            assert audit(**seen).faults, (name, number)
