from __future__ import annotations

from datetime import time

import pytest

from accounts.choices import Role
from accounts.models import Preferences
from accounts.selectors import preferences_of
from accounts.services import membership_remove, membership_set
from accounts.services.preferences import preferences_update
from common.errors import InvalidInputError
from notifications.models import Channel
from notifications.services.personal import SWITCHED_OFF
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def user(team):
    return make_user("ada", team=team)


def channels(user):
    rows = Channel.objects.filter(user=user).order_by("pk")
    return [(one.team_id, one.kind, one.config["to"], one.is_active) for one in rows]


def test_who_never_set_any_has_the_defaults_and_no_row(user):
    assert preferences_of(user).alert_threshold == 5
    assert preferences_of(user).is_enabled
    assert not Preferences.objects.exists()


def test_a_change_keeps_what_it_does_not_name(user):
    preferences_update(user=user, alert_threshold=7, time_zone="Europe/Berlin")
    preferences_update(user=user, quiet_from=time(22), quiet_until=time(7))
    row = preferences_of(user)
    assert (row.alert_threshold, row.time_zone, row.quiet_from) == (7, "Europe/Berlin", time(22))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"phone": "0170 1234567"}, "phone"),
        ({"alert_threshold": -1}, "alert_threshold"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"language": "tlh"}, "language"),
        ({"quiet_from": time(22)}, "quiet_until"),
        ({"quiet_until": time(7)}, "quiet_from"),
        ({"quiet_from": time(7), "quiet_until": time(7)}, "quiet_until"),
    ],
)
def test_a_wrong_value_is_refused_by_its_field_and_nothing_is_kept(user, changes, field):
    with pytest.raises(InvalidInputError) as refused:
        preferences_update(user=user, **changes)
    assert list(refused.value.fields) == [field]
    assert not Preferences.objects.exists()


def test_an_address_makes_a_channel_in_every_team_of_the_person(user, team):
    second = make_team()
    membership_set(team=second, user=user, role=Role.VIEWER)
    preferences_update(user=user, email="ada@example.com")
    assert channels(user) == [
        (team.pk, "email", ["ada@example.com"], True),
        (second.pk, "email", ["ada@example.com"], True),
    ]
    rule = Channel.objects.filter(team=team).get().subscriptions.get()
    assert rule.only_own
    assert rule.events == ["alert_opened", "alert_reminder", "alert_resolved"]


def test_another_address_moves_the_channel_and_no_address_switches_it_off(user, team):
    preferences_update(user=user, email="ada@example.com")
    preferences_update(user=user, email="ada@example.org")
    assert channels(user) == [(team.pk, "email", ["ada@example.org"], True)]
    preferences_update(user=user, email="")
    assert [one[3] for one in channels(user)] == [False]
    assert Channel.objects.get().disabled_reason == SWITCHED_OFF


def test_who_wants_no_messages_gets_none_until_they_do_again(user):
    preferences_update(user=user, email="ada@example.com")
    preferences_update(user=user, is_enabled=False)
    assert [one[3] for one in channels(user)] == [False]
    preferences_update(user=user, is_enabled=True)
    assert [one[3] for one in channels(user)] == [True]


def test_who_leaves_a_team_gets_nothing_of_it_any_more_until_they_come_back(user, team):
    make_user(team=team)
    preferences_update(user=user, email="ada@example.com")
    membership_remove(membership=user.memberships.get())
    assert [one[3] for one in channels(user)] == [False]
    membership_set(team=team, user=user, role=Role.VIEWER)
    assert [one[3] for one in channels(user)] == [True]


def test_a_new_member_is_told_by_the_address_they_gave_before(team):
    user = make_user()
    preferences_update(user=user, email="eve@example.com")
    assert channels(user) == []
    membership_set(team=team, user=user, role=Role.VIEWER)
    assert channels(user) == [(team.pk, "email", ["eve@example.com"], True)]


def test_who_may_no_longer_log_in_is_told_nothing(user):
    preferences_update(user=user, email="ada@example.com")
    user.is_active = False
    user.save()
    assert [one[3] for one in channels(user)] == [False]


def test_a_channel_that_was_disabled_for_failing_stays_so_until_the_person_saves_again(user, team):
    make_user(team=team)
    preferences_update(user=user, email="ada@example.com")
    Channel.objects.update(is_active=False, disabled_reason="Mailbox unavailable")
    membership_set(team=team, user=user, role=Role.OPERATOR)
    assert [one[3] for one in channels(user)] == [False]
    preferences_update(user=user, alert_threshold=6)
    assert [one[3] for one in channels(user)] == [True]


def test_a_taken_name_gets_a_number(user, team):
    Channel.objects.create(team=team, name="ada by e-mail", kind="email")
    preferences_update(user=user, email="ada@example.com")
    assert Channel.objects.get(user=user).name == "ada by e-mail 2"


def test_a_team_and_a_person_can_be_deleted_with_their_channels(user, team):
    preferences_update(user=user, email="ada@example.com")
    make_user(team=team)
    team.delete()
    assert channels(user) == []
    other = make_user(team=make_team())
    preferences_update(user=other, email="x@example.com")
    other.delete()
    assert not Channel.objects.exists()
