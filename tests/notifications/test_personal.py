"""Channels of a person: told what that person wants, shown in full to nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import AuditEntry, User
from accounts.services import api_key_create
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


@pytest.fixture
def mail(team, ada):
    preferences_update(user=ada, email="ada@private.example")
    return Channel.objects.get(kind="email")


ADDRESS = "/api/v1/channels/"


def api(actor):
    client = APIClient()
    if isinstance(actor, User):
        client.force_login(actor)
    else:
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {actor}")
    return client


def test_the_address_of_a_person_is_shown_to_that_person_only(team, ada, mail):
    boss = make_user("boss", team=team, role="owner")
    _, key = api_key_create(team=team, name="Board", scope=Scope.ADMIN)
    shown = {
        name: api(actor).get(f"{ADDRESS}{mail.pk}/").data["config"]
        for name, actor in (("ada", ada), ("boss", boss), ("key", key))
    }
    assert shown == {
        "ada": {"to": ["ada@private.example"]},
        "boss": {"to": ["…le"]},
        "key": {"to": ["…le"]},
    }


def test_only_the_person_says_where_it_leads(team, ada, mail):
    boss = api(make_user("boss", team=team, role="owner"))
    one = f"{ADDRESS}{mail.pk}/"
    answer = boss.patch(one, {"config": {"to": ["boss@example.com"]}}, format="json")
    assert (answer.status_code, list(answer.data["error"]["fields"])) == (400, ["config"])
    as_read = {**boss.get(one).data, "name": "Ada's mail"}
    assert boss.put(one, as_read, format="json").status_code == 200
    mail.refresh_from_db()
    assert (mail.name, mail.config) == ("Ada's mail", {"to": ["ada@private.example"]})


def test_the_log_of_changes_does_not_tell_the_owners(team, ada):
    mine = api(ada)
    for address in ("ada@private.example", "ada@other.example"):
        mine.put("/api/v1/alerts/preferences/update/", {"email": address}, format="json")
    kept = str([entry.changes for entry in AuditEntry.objects.all()])
    assert "config.to" in kept
    assert ".example" not in kept


def test_the_desk_keeps_it_from_others_too(team, mail):
    client = Client()
    client.force_login(make_user("boss", team=team, role="owner", is_staff=True))
    page = f"/admin/notifications/channel/{mail.pk}/change/"
    assert "private.example" not in client.get(page).content.decode()
    client.post(page, {"name": "Ada's mail", "opt_email__to": "boss@example.com"})
    mail.refresh_from_db()
    assert (mail.name, mail.config) == ("Ada's mail", {"to": ["ada@private.example"]})
