"""Channels of a person: told what that person wants, shown in full to nobody else."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.services.preferences import preferences_update
from notifications.models import Channel
from notifications.planning import events_plan
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import make_channel, make_event, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team("Acme")


@pytest.fixture
def ada(team):
    return make_user("ada", team=team, role="operator")


@pytest.fixture
def chat(team, ada):
    """Ada's own Telegram chat."""
    channel = make_channel(
        team, kind="telegram", config={"chat_id": "1001"}, secrets={}, name="Chat of Ada", user=ada
    )
    subscribe(channel)
    return channel


def told(team):
    make_event(make_monitor(make_website(team)))
    return len(events_plan())


def test_who_wants_no_messages_gets_none_by_a_linked_chat_either(team, ada, chat):
    assert told(team) == 1
    preferences_update(user=ada, is_enabled=False)
    assert told(team) == 0
    preferences_update(user=ada, is_enabled=True)
    assert told(team) == 1


def test_a_person_who_may_not_log_in_is_told_nothing_however_that_came(team, ada, chat):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert told(team) == 0
    assert Channel.objects.get().is_active
