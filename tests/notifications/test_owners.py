"""A channel that was disabled: whoever can mend it hears of it by mail."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core import mail
from django.utils import timezone
from django.utils.translation import override
from django_q.models import OrmQ

from accounts.admin.base import TeamScopedAdmin
from accounts.models import Preferences, User
from notifications import tasks
from notifications.models import Channel
from notifications.services import owners
from notifications.services.burying import disable
from notifications.services.channels import channel_enable
from tests.factories import make_team, make_user
from tests.notifications.factories import make_channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(monkeypatch):
    """Arguments of the tasks handed to the queue."""
    found = []
    monkeypatch.setattr(owners, "async_task", lambda *args, **_: found.append(args))
    return found


def member(team, email, role="owner", **fields):
    person = make_user(team=team, role=role, **fields)
    person.email = email
    person.save()
    return person


@pytest.fixture
def channel():
    team = make_team("Sales")
    member(team, "owner@example.com")
    member(team, "operator@example.com", "operator")
    member(team, "left@example.com", is_active=False)
    return make_channel(team, name="Phone of ada")


def shut(channel, reason="The bot was blocked."):
    disable(channel_id=channel.pk, reason=reason, now=timezone.now())
    tasks.tell_owners(channel.pk)


def told():
    return [one.to[0] for one in mail.outbox]


def test_the_owners_get_the_reason_and_where_to_mend_it(channel):
    shut(channel)
    assert told() == ["owner@example.com"]
    (sent,) = mail.outbox
    assert "Phone of ada" in sent.subject
    assert "The bot was blocked." in sent.body
    assert f"http://127.0.0.1:8000/admin/notifications/channel/{channel.pk}/change/" in sent.body


def test_it_is_asked_for_with_the_disabling_and_once(channel, asked):
    disable(channel_id=channel.pk, reason="Gone.", now=timezone.now())
    assert asked == [(owners.TASK, channel.pk)]


def test_the_queue_takes_it(channel):
    disable(channel_id=channel.pk, reason="Gone.", now=timezone.now())
    assert OrmQ.objects.get().func() == owners.TASK


def test_a_channel_that_works_again_is_no_news(channel):
    disable(channel_id=channel.pk, reason="Gone.", now=timezone.now())
    channel.refresh_from_db()
    channel_enable(channel=channel)
    tasks.tell_owners(channel.pk)
    tasks.tell_owners(channel.pk + 1)
    assert told() == []


def test_of_a_personal_channel_its_person_hears(channel):
    person = member(channel.team, "ada@example.com", "viewer")
    channel.user = person
    channel.save()
    Preferences.objects.create(user=person, email="ada@home.example")
    shut(channel)
    assert told() == ["ada@home.example"]


def test_who_wants_no_messages_gets_none(channel):
    owner = User.objects.get(email="owner@example.com")
    Preferences.objects.create(user=owner, is_enabled=False)
    shut(channel)
    assert told() == []


def test_a_mail_server_that_is_down_is_logged_and_stops_no_other(channel, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    member(channel.team, "second@example.com")
    shut(channel)
    assert [one.message for one in caplog.records if "owner_not_told" in one.message] == [
        "owner_not_told code=smtp_unreachable"
    ] * 2


@pytest.mark.parametrize("language", sorted(owners.WORDS))
def test_it_is_said_in_the_language_of_the_team(channel, language):
    channel.team.language = language
    channel.team.save()
    shut(channel)
    assert mail.outbox[0].subject == owners.WORDS[language][0].format(name="Phone of ada")


@pytest.mark.parametrize("language", sorted(owners.WORDS))
def test_it_names_the_button_as_the_page_does(channel, language):
    channel.team.language = language
    channel.team.save()
    shut(channel)
    page = admin.site._registry[Channel]
    assert isinstance(page, TeamScopedAdmin)
    (button,) = [verb.label for verb in page.verbs if verb.name == "enable"]
    with override(language):
        assert str(button) in mail.outbox[0].body
