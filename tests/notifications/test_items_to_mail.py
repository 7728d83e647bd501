"""A person owns an item and wants mail: from a number typed in to the mail that arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import Role
from accounts.services import membership_set
from monitoring.models import Alert
from notifications.models import NotificationLog
from notifications.planning import events_plan
from notifications.services.outbox import deliver
from tests.api.conftest import Api
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = world.mail.host, world.mail.port
    return world.mail


def api_as(user) -> Api:
    client = APIClient()
    client.force_login(user)
    return Api(client)


@pytest.fixture
def ada():
    return make_user("ada", team=make_team("Alpha"))


@pytest.fixture
def api(ada, mail):
    """Ada at her desk: she wants mail, and low is below 4 for her."""
    api = api_as(ada)
    api("PUT", "alerts/preferences/update/", {"email": "ada@example.com", "alert_threshold": 4})
    return api


@pytest.fixture
def item(api):
    return api("POST", "items/", {"name": "Rack rails", "quantity": 9}, 201)


def stock(api, item, quantity):
    """What the API answers; whatever is owed then has been tried."""
    answer = api("PUT", f"items/{item['id']}/", {"name": item["name"], "quantity": quantity})
    events_plan()
    deliver()
    return answer


def subjects(world):
    return [one.subject for one in world.messages("mail")]


def test_a_low_item_is_mailed_once_in_24_hours_and_its_end_at_once(api, item, world):
    assert stock(api, item, 3)["is_low"]
    (mailed,) = world.messages("mail")
    assert mailed.headers["to"] == "ada@example.com"
    assert "Rack rails" in mailed.text

    stock(api, item, 2)
    assert len(subjects(world)) == 1, "it is still the same alert"

    assert not stock(api, item, 40)["is_low"]
    assert len(subjects(world)) == 2, "that it is over is told at once"

    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        stock(api, item, 1)
    assert len(subjects(world)) == 2, "told of it within 24 hours"
    assert Alert.objects.count() == 2
    dropped = NotificationLog.objects.filter(status="dropped")
    assert {one.error_code for one in dropped} <= {"dedupe"}


def test_the_story_of_the_alert_names_who_was_told_and_who_acted(api, ada, item, world):
    stock(api, item, 3)
    (alert,) = api("GET", "alerts/")["results"]
    assert (alert["kind"], alert["threshold"], alert["quantity"]) == ("low", 4, 3)
    api("POST", f"alerts/{alert['id']}/acknowledge/", {"note": "Ordered"})
    api("POST", f"monitors/{item['id']}/silence/", {"minutes": 60, "reason": "Moving"}, 201)
    stock(api, item, 30)
    story = api("GET", f"alerts/{alert['id']}/timeline/")
    told = [one["what"] for one in story]
    for what in ("alert_opened", "message", "alert_acknowledged", "silence_begins"):
        assert what in told
    assert told.index("alert_opened") < told.index("message") < told.index("alert_acknowledged")
    acknowledged = story[told.index("alert_acknowledged")]
    assert acknowledged["author"] == {"kind": "user", "id": ada.pk, "name": "ada"}
    assert "Ordered" in acknowledged["text"]
    silenced = [one for one in story if one["what"] == "message" and one["status"] == "dropped"]
    assert silenced, "what a silence kept back is in the story"
    assert all(one["why"] for one in silenced)


def test_an_item_of_another_person_is_not_mailed(api, ada, world):
    other = make_user("eve")
    membership_set(team=ada.memberships.get().team, user=other, role=Role.OPERATOR)
    desk = api_as(other)
    item = desk("POST", "items/", {"name": "Cables", "quantity": 9}, 201)
    assert item["owner"] == "eve"
    stock(desk, item, 1)
    assert Alert.objects.count() == 1
    assert subjects(world) == []


def test_who_wants_no_messages_gets_none(api, item, world):
    api("PUT", "alerts/preferences/update/", {"is_enabled": False})
    stock(api, item, 1)
    assert subjects(world) == []


def test_another_threshold_of_the_person_moves_the_alert_at_once(api, item, world):
    stock(api, item, 5)
    assert api("GET", "alerts/")["count"] == 0
    api("PUT", "alerts/preferences/update/", {"alert_threshold": 6})
    assert api("GET", "alerts/")["count"] == 1
    assert api("GET", "items/?is_low=true&mine=true")["count"] == 1
