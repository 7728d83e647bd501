from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.choices import EventType
from notifications.grouping import BATCH_MAX, Situation, group_events
from notifications.matching import FLAG_OF, choose, is_announced, is_match, release_time
from tests.notifications.matters import NOW, event, rule


def groups(events, *rules, **fields):
    return group_events(choose(events, rules, **fields), events, Situation(NOW))


@pytest.mark.parametrize("event_type", EventType.values)
def test_a_star_means_all_but_the_ones_that_repeat_others(event_type):
    assert is_match(rule("*"), event(event_type=event_type)) == (
        event_type not in {"alert_opened", "alert_resolved", "snapshot_quarantined"}
    )
    assert is_match(rule(event_type), event(event_type=event_type))


@pytest.mark.parametrize(
    ("kind", "flag"),
    [("low", "notify_on_threshold"), ("high", "notify_on_threshold"),
     ("out_of_stock", "notify_on_sold_out")],
)  # fmt: skip
@pytest.mark.parametrize("told", ["alert_opened", "alert_reminder", "alert_resolved"])
def test_the_switch_of_a_monitor_holds_for_its_alerts_too(told, kind, flag):
    assert is_announced(event(event_type=told, alert_kind=kind, flags={flag: True}))
    assert not is_announced(event(event_type=told, alert_kind=kind, flags={flag: False}))
    assert is_announced(event(event_type=told, alert_kind="unreachable", flags={flag: False}))


def test_another_team_never_matches():
    assert not is_match(rule(team_id=2), event())


@pytest.mark.parametrize(
    ("websites", "monitors", "expected"),
    [
        (set(), set(), True),
        ({10}, set(), True),
        ({11}, set(), False),
        (set(), {101}, True),
        (set(), {102}, False),
        ({11}, {101}, True),
        ({10}, {102}, True),
        ({11}, {102}, False),
    ],
)
def test_empty_sets_mean_all_and_named_ones_mean_either(websites, monitors, expected):
    scoped = rule(website_ids=frozenset(websites), monitor_ids=frozenset(monitors))
    assert is_match(scoped, event()) is expected


def test_a_rule_for_monitors_only_is_not_for_the_website_itself():
    scoped = rule(monitor_ids=frozenset({101}))
    assert not is_match(scoped, event(event_type="website_unreachable", monitor_id=None))


@pytest.mark.parametrize("event_type", EventType.values)
def test_the_switches_of_a_monitor_take_their_kinds_of_event_off(event_type):
    flag = FLAG_OF.get(event_type)
    every = dict.fromkeys(FLAG_OF.values(), True)
    assert is_announced(event(event_type=event_type, flags=every))
    if flag is None:
        assert is_announced(event(event_type=event_type, flags=dict.fromkeys(every, False)))
    else:
        assert not is_announced(event(event_type=event_type, flags={**every, flag: False}))


def test_an_event_goes_to_a_channel_once_however_many_rules_match():
    (group,) = groups([event()], rule(), rule("sold_out"), rule(website_ids=frozenset({10})))
    assert (group.key, group.notification_type, group.event_ids) == ("e1", "sold_out", (1,))


def test_the_most_urgent_of_several_rules_decides():
    (group,) = groups([event()], rule(digest="daily"), rule(), rule(digest="hourly"))
    assert group.release_at is None


def test_events_of_one_poll_are_one_message_of_a_channel():
    first, second = groups([event(1), event(2)], rule(), rule(channel=2))
    assert (first.channel_id, first.key, first.event_ids) == (1, "p7:1", (1, 2))
    assert (second.channel_id, second.notification_type) == (2, "batch")


def test_events_of_different_polls_or_of_none_are_messages_of_their_own():
    events = [
        event(1),
        event(2, poll_run_id=8),
        event(3, poll_run_id=None),
        event(4, poll_run_id=None, created_at=NOW + timedelta(microseconds=1)),
    ]
    assert [group.key for group in groups(events, rule())] == ["e1", "e2", "e3", "e4"]


def test_what_happened_in_one_step_without_a_poll_is_one_message():
    (group,) = groups([event(1, poll_run_id=None), event(2, poll_run_id=None)], rule())
    assert (group.key, group.event_ids) == ("c20261121T082030000000:1", (1, 2))


def test_a_large_poll_is_one_message_to_people():
    (group,) = groups([event(number) for number in range(1, 2801)], rule())
    assert (group.notification_type, len(group.event_ids)) == ("batch", 2800)


def test_a_large_poll_comes_to_programs_in_pieces():
    rows = [event(number) for number in range(1, 2 * BATCH_MAX + 2)]
    found = groups(rows, rule(channel_kind="webhook"))
    assert [len(group.event_ids) for group in found] == [BATCH_MAX, BATCH_MAX, 1]
    assert [group.key for group in found] == [
        "p7:1",
        f"p7:{BATCH_MAX + 1}",
        f"e{2 * BATCH_MAX + 1}",
    ]


def test_the_same_events_have_the_same_keys_in_any_order_of_rules():
    events = [event(1), event(2), event(3, website_id=11)]
    rules = [rule(channel=2), rule(channel=1)]
    assert groups(events, *rules) == groups(events, *reversed(rules))


@pytest.mark.parametrize(("owner", "expected"), [(7, True), (None, True), (8, False)])
def test_only_own_means_what_the_person_owns_or_nobody(owner, expected):
    personal = rule(is_only_own=True, user_id=7)
    assert is_match(personal, event(owner_id=owner)) is expected


def test_a_pair_that_has_a_message_gets_no_second_one():
    (group,) = groups([event(1), event(2)], rule(), already=frozenset({(1, 1)}))
    assert group.event_ids == (2,)


def test_a_digest_gathers_everything_of_its_window():
    events = [event(1), event(2, website_id=11, poll_run_id=9)]
    (group,) = groups(events, rule(digest="hourly"))
    assert (group.key, group.notification_type) == ("h20261121T0900", "digest")
    assert group.event_ids == (1, 2)
    assert group.release_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "zone", "now", "expected"),
    [
        ("now", "UTC", NOW, None),
        ("hourly", "UTC", NOW, datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("hourly", "Asia/Kolkata", NOW, datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
        ("daily", "UTC", NOW, datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("daily", "Europe/Berlin", NOW, datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("daily", "UTC", datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)),
        # The night in which the clocks go forward.
        ("daily", "Europe/Berlin", datetime(2026, 3, 28, 9, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ("daily", "No/Where", NOW, datetime(2026, 11, 21, 9, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_digests_leave_at_the_full_hour_or_at_nine_of_the_team(digest, zone, now, expected):
    assert release_time(digest, now, zone) == expected
