from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.choices import EventType, Suppressed
from monitoring.silencing import Hush
from notifications.choices import DropCode
from notifications.grouping import NOISE, OpenBurst, Situation, group_events
from notifications.matching import choose
from notifications.quiethours import QuietHours
from tests.notifications.matters import NOW, event, rule

WINDOW = timedelta(seconds=60)
NIGHT = (QuietHours(time(22), time(7), ZoneInfo("Europe/Berlin")),)
MIDNIGHT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 6, tzinfo=UTC)


def groups(events, *rules, now=NOW, window=WINDOW, **fields):
    return group_events(choose(events, rules), events, Situation(now, window, **fields))


def hush(**fields):
    values: dict[str, Any] = {
        "id": 1,
        "team_id": 1,
        "website_id": None,
        "monitor_id": None,
        "event_types": frozenset(),
        "label": "",
        "starts_at": NOW - timedelta(hours=1),
        "ends_at": NOW + timedelta(hours=1),
        "reason": "Moving",
        "author": "ann",
    }
    return Hush(**{**values, **fields})


# --- dropped ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["dedupe", "flapping"])
def test_a_suppressed_event_is_a_dropped_row_of_each_channel_that_wants_it(code):
    found = groups([event(suppressed=code)], rule(), rule(channel=2), rule("restocked", channel=3))
    assert [(one.channel_id, one.key, one.drop_code) for one in found] == [
        (1, "x1", code),
        (2, "x1", code),
    ]
    assert all(one.reason == DropCode(code).label for one in found)


def test_a_baseline_leaves_no_row():
    assert groups([event(suppressed="baseline")], rule()) == []


def test_every_reason_of_suppressing_is_known_here():
    assert set(Suppressed.values) - {"", "baseline"} <= set(DropCode.values)


def test_a_silenced_event_says_who_silenced_it_until_when_and_why():
    (found,) = groups([event()], rule(time_zone="Europe/Berlin"), hushes=[hush()])
    assert found.drop_code == "silenced"
    assert found.reason == "Silenced by ann until 2026-11-21 10:20 CET: Moving"


@pytest.mark.parametrize(
    ("fields", "is_silenced"),
    [
        ({}, True),
        ({"team_id": 2}, False),
        ({"website_id": 10}, True),
        ({"website_id": 11}, False),
        ({"monitor_id": 101}, True),
        ({"monitor_id": 102}, False),
        ({"event_types": frozenset({"sold_out", "restocked"})}, True),
        ({"event_types": frozenset({"restocked"})}, False),
        ({"label": "eu"}, True),
        ({"label": "us"}, False),
        ({"website_id": 10, "label": "us"}, False),
        ({"starts_at": NOW}, True),
        ({"starts_at": NOW + timedelta(seconds=1)}, False),
        ({"ends_at": NOW}, False),
    ],
)
def test_a_silence_covers_what_fits_all_it_names_while_it_holds(fields, is_silenced):
    found = groups([event(labels=frozenset({"eu"}))], rule(), hushes=[hush(**fields)])
    assert [one.drop_code for one in found] == (["silenced"] if is_silenced else [""])


def test_the_time_of_the_event_decides_not_that_of_planning():
    late = NOW + timedelta(hours=5)
    assert groups([event()], rule(), now=late, hushes=[hush()])[0].drop_code == "silenced"
    after = event(created_at=late)
    assert groups([after], rule(), now=late, hushes=[hush()])[0].drop_code == ""


def test_what_was_silenced_in_one_poll_is_one_row():
    found = groups(
        [event(1), event(2), event(3, website_id=11, poll_run_id=8)], rule(), hushes=[hush()]
    )
    assert [one.event_ids for one in found] == [(1, 2), (3,)]


# --- bursts ----------------------------------------------------------------------------------


def noise(number=1, **fields):
    values = {"event_type": "stock_decreased", "monitor_id": 5, "poll_run_id": number}
    return event(number, **{**values, **fields})


def test_the_first_message_about_a_monitor_is_never_held():
    assert groups([noise()], rule())[0].release_at is None


@pytest.mark.parametrize("event_type", sorted(NOISE))
def test_noise_soon_after_a_message_is_held_until_the_window_ends(event_type):
    told_at = {(1, 5): NOW - timedelta(seconds=20)}
    (found,) = groups([noise(event_type=event_type)], rule(), told_at=told_at)
    assert found.notification_type == "burst"
    assert found.release_at == NOW + timedelta(seconds=40)


@pytest.mark.parametrize("event_type", sorted(set(EventType.values) - NOISE - {"alert_reminder"}))
def test_everything_else_goes_at_once(event_type):
    told_at = {(1, 5): NOW}
    (found,) = groups([noise(event_type=event_type)], rule(event_type), told_at=told_at)
    assert found.release_at is None


def test_noise_of_a_poll_with_news_goes_along():
    told_at = {(1, 5): NOW}
    (found,) = groups([noise(1), event(2, poll_run_id=1)], rule(), told_at=told_at)
    assert (found.event_ids, found.release_at) == ((1, 2), None)


def test_later_noise_joins_the_open_burst_of_its_channel():
    told_at = {(1, 5): NOW, (2, 5): NOW}
    burst = OpenBurst("b1", NOW + timedelta(seconds=5))
    first, second = groups([noise()], rule(), rule(channel=2), told_at=told_at, bursts={1: burst})
    assert (first.key, first.release_at) == burst
    assert second.key != "b1"


def test_a_backlog_of_noise_is_one_message_and_one_burst():
    events = [noise(number) for number in range(1, 101)]
    first, burst = groups(events, rule())
    assert (first.event_ids, burst.notification_type) == ((1,), "burst")
    assert len(burst.event_ids) == 99


def test_without_a_window_nothing_is_held():
    found = groups([noise(1), noise(2)], rule(), window=timedelta(0))
    assert [one.release_at for one in found] == [None, None]


# --- quiet hours, digests, reminders ---------------------------------------------------------


def test_everything_of_a_quiet_night_is_one_message_after_it():
    events = [event(1), event(2, website_id=11, poll_run_id=9), noise(3), event(4, event_type="website_unreachable", monitor_id=None)]  # fmt: skip
    rules = [rule(quiet=NIGHT), rule("price_changed", digest="hourly", quiet=NIGHT)]
    events.append(event(5, event_type="price_changed"))
    (found,) = groups(events, *rules, now=MIDNIGHT)
    assert (found.key, found.release_at) == ("q20261122T0600", MORNING)
    assert found.event_ids == (1, 2, 3, 4, 5)


def test_a_digest_that_would_leave_in_quiet_hours_leaves_after_them():
    evening = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # 21:30 in Berlin, due at 22:00
    (found,) = groups([event()], rule(digest="hourly", quiet=NIGHT), now=evening)
    assert (found.notification_type, found.release_at) == ("quiet", MORNING)


def test_quiet_hours_of_one_channel_do_not_hold_another():
    found = groups([event()], rule(quiet=NIGHT), rule(channel=2), now=MIDNIGHT)
    assert [one.release_at for one in found] == [MORNING, None]


def test_reminders_of_one_scan_are_one_message_over_all_websites():
    events = [
        event(number, event_type="alert_reminder", website_id=number, poll_run_id=None)
        for number in range(1, 200)
    ]
    (found,) = groups(events, rule())
    assert (found.notification_type, len(found.event_ids)) == ("reminders", 199)
    assert found.release_at == NOW + timedelta(seconds=10)


# --- properties ------------------------------------------------------------------------------

NIGHTS = [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]
moments = st.builds(
    lambda noon, seconds: noon + timedelta(seconds=seconds),
    st.sampled_from(NIGHTS),
    st.integers(0, 48 * 3600),
)


@st.composite
def scenes(draw):
    """Events, rules and a situation around a night in which clocks change."""
    now = draw(moments)
    events = [
        event(
            number,
            event_type=draw(st.sampled_from(EventType.values)),
            website_id=draw(st.integers(10, 12)),
            monitor_id=draw(st.none() | st.integers(1, 4)),
            poll_run_id=draw(st.none() | st.integers(1, 3)),
            owner_id=draw(st.sampled_from([None, 7, 8])),
            suppressed=draw(st.sampled_from(["", "", "", *Suppressed.values])),
            created_at=now - timedelta(seconds=draw(st.integers(0, 7200))),
        )
        for number in range(1, draw(st.integers(1, 12)) + 1)
    ]
    rules = [
        rule(
            *draw(st.lists(st.sampled_from(["*", *EventType.values]), min_size=1, max_size=4)),
            channel=channel,
            digest=draw(st.sampled_from(["now", "hourly", "daily"])),
            quiet=(NIGHT, ())[channel % 2],
            channel_kind="webhook" if channel < 3 else "email",
            is_only_own=draw(st.booleans()),
            user_id=7,
        )
        for channel in draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    ]
    hushes = [
        hush(
            id=number,
            website_id=draw(st.none() | st.integers(10, 12)),
            starts_at=now - timedelta(hours=2),
            ends_at=now - timedelta(minutes=draw(st.integers(-60, 110))),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    told_at = {
        (channel, monitor): now - timedelta(seconds=draw(st.integers(0, 59)))
        for channel, monitor in draw(st.sets(st.tuples(st.integers(1, 4), st.integers(1, 4))))
    }
    return events, rules, Situation(now, WINDOW, hushes, told_at)


@given(scenes())
def test_every_pair_is_in_exactly_one_message_and_is_sent_held_or_dropped(scene):
    events, rules, situation = scene
    chosen = choose(events, rules)
    found = group_events(chosen, events, situation)
    counts = Counter((one.channel_id, event_id) for one in found for event_id in one.event_ids)
    baseline = {one.id for one in events if one.suppressed == "baseline"}
    assert set(counts) == {pair for pair in chosen if pair[1] not in baseline}
    assert set(counts.values()) <= {1}
    by_id = {one.id: one for one in events}
    for one in found:
        if one.drop_code:
            assert one.release_at is None
            assert one.reason
        else:
            assert not any(by_id[event_id].suppressed for event_id in one.event_ids)
        if one.release_at is not None:
            assert one.release_at > situation.now
    assert len({(one.channel_id, one.key) for one in found}) == len(found)


@given(scenes())
def test_nothing_leaves_in_quiet_hours_even_when_clocks_change(scene):
    events, rules, situation = scene
    for one in group_events(choose(events, rules), events, situation):
        if one.channel_id % 2 == 0 and not one.drop_code:
            left = (one.release_at or situation.now).astimezone(NIGHT[0].zone)
            assert time(7) <= left.time() < time(22)


@given(scenes(), st.randoms())
def test_the_order_of_rules_changes_nothing(scene, random):
    events, rules, situation = scene
    again = list(rules)
    random.shuffle(again)
    found = group_events(choose(events, rules), events, situation)
    assert group_events(choose(events, again), events, situation) == found
