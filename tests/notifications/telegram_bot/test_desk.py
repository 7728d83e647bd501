"""Links are made in the admin and over the API, by any member, for their own teams."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.services import api_key_create
from demo.telegram import CHAT_ID
from notifications.models import TelegramBot, TelegramLink, TelegramToken
from notifications.telegram_bot.linking import offer_of
from notifications.telegram_bot.updates import Chat, Person
from tests.factories import make_team, make_user
from tests.notifications.telegram_bot.conftest import GROUP, bind, channel_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
PAGE, BIND, API = (
    "/admin/notifications/channel/telegram/",
    "/admin/notifications/channel/telegram/bind/",
    "/api/v1/telegram/link/",
)


@pytest.fixture
def vic(team):
    return make_user("vic", team=team, role="viewer", is_staff=True)


@pytest.fixture
def client(vic):
    client = Client()
    client.force_login(vic)
    return client


def offer(chat_id=CHAT_ID, kind="private", title="Vic"):
    return urlsplit(offer_of(Chat(chat_id, kind, title), Person(chat_id, "Vic Telegram"))).query


def test_a_viewer_makes_a_link_and_opens_it(town, client, team, vic):
    assert "Make a link" in client.get(PAGE).content.decode()
    page = client.post(PAGE, {"team": team.pk})
    text = page.content.decode()
    assert "https://t.me/demo_bot?startgroup=" in text
    assert "no-store" in page.headers["Cache-Control"]
    token = text.partition("t.me/demo_bot?start=")[2].partition('"')[0]
    assert "linked to Acme as vic" in town.say(f"/start {token}")
    assert "Linked by you" in client.get(PAGE).content.decode()


def test_a_team_of_others_is_not_offered(town, client):
    secret = make_team("Secretcorp")
    assert "Secretcorp" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"team": secret.pk}).status_code == 200
    assert not TelegramToken.objects.exists()
    assert client.post(f"{BIND}?{offer()}", {"team": secret.pk}).status_code == 200
    assert not TelegramLink.objects.exists()


def test_without_a_bot_the_page_says_what_to_set(client, team, settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    assert "Set TELEGRAM_BOT_TOKEN" in client.post(PAGE, {"team": team.pk}).content.decode()


def test_a_bot_that_cannot_be_asked_is_told(world, client, team, settings):
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    assert "could not be asked" in client.post(PAGE, {"team": team.pk}).content.decode()
    assert not TelegramToken.objects.exists()


def test_the_page_says_why_the_bot_does_not_listen(town, client):
    TelegramBot.objects.update(last_error="Somebody else reads.")
    assert "Somebody else reads." in client.get(PAGE).content.decode()


def test_the_name_of_the_bot_is_asked_for_once(world, client, team):
    for _ in range(2):
        client.post(PAGE, {"team": team.pk})
    assert [call.method for call in world.telegram.calls] == ["getMe"]


def test_a_link_from_the_chat_is_bound_after_a_look_at_it(town, client, team, vic):
    told = town.say("/start")
    query = urlsplit(told.split()[-1]).query
    page = client.get(f"{BIND}?{query}").content.decode()
    assert f"Person {CHAT_ID}" in page
    assert not TelegramLink.objects.exists(), "looking binds nothing"
    done = client.post(f"{BIND}?{query}", {"team": team.pk}, follow=True)
    assert "is linked to Acme" in done.content.decode()
    link = TelegramLink.objects.get()
    assert (link.user, link.telegram_user_id) == (vic, CHAT_ID)
    assert "Monitors: 0" in town.say("/status")


def test_a_group_is_bound_by_an_owner_only(client, team, ada):
    query = offer(GROUP, "supergroup", "Ops")
    client.post(f"{BIND}?{query}", {"team": team.pk})
    assert not TelegramLink.objects.exists()
    ada.is_staff = True
    ada.save()
    client.force_login(ada)
    client.post(f"{BIND}?{query}", {"team": team.pk})
    assert channel_of(TelegramLink.objects.get()).user is None


def test_a_group_of_another_team_is_refused_with_the_reason(client, team, vic):
    other = make_team()
    bind(make_user(team=other), other, GROUP)
    vic.memberships.update(role="owner")
    query = offer(GROUP, "supergroup", "Ops")
    page = client.post(f"{BIND}?{query}", {"team": team.pk}).content.decode()
    assert "linked to another team" in page


@pytest.mark.parametrize("query", ["", "chat=forged", "chat="])
def test_a_forged_link_binds_nothing(client, query):
    page = client.get(f"{BIND}?{query}", follow=True).content.decode()
    assert "too old or not whole" in page


def test_a_person_unlinks_their_own_links_only(client, team, ada, vic):
    mine, theirs = bind(vic, team, 81), bind(ada, team, 82)
    for link in (theirs, mine):
        client.post(PAGE, {"unlink": link.pk})
    client.post(PAGE, {"unlink": "x"})
    assert list(TelegramLink.objects.all()) == [theirs]


def test_a_group_is_the_teams_and_not_of_whoever_linked_it_once(client, team, vic):
    membership = vic.memberships.get()
    membership.role = "owner"
    membership.save()
    group = bind(vic, team, GROUP, title="Ops room")
    membership.role = "operator"
    membership.save()
    assert "Ops room" in client.get(PAGE).content.decode()
    page = client.post(PAGE, {"unlink": group.pk}, follow=True).content.decode()
    assert "takes an owner" in page
    membership.delete()
    assert "Ops room" not in client.get(PAGE).content.decode()
    client.post(PAGE, {"unlink": group.pk})
    assert TelegramLink.objects.get() == group
    assert channel_of(group).is_active


def test_the_page_warns_that_a_private_chat_speaks_for_its_person(client):
    assert "acts as you" in client.get(f"{BIND}?{offer()}").content.decode()
    group = offer(GROUP, "supergroup", "Ops")
    assert "acts as you" not in client.get(f"{BIND}?{group}").content.decode()


def test_strangers_are_sent_to_the_log_in():
    for page in (PAGE, BIND):
        assert Client().get(page).status_code == 302


def test_the_api_makes_a_link_for_a_person(town, team, vic):
    client = APIClient()
    client.force_login(vic)
    answer = client.post(API, {"team": team.pk}, format="json")
    assert answer.status_code == 201
    assert answer.data["expires_in"] == 900
    token = parse_qs(urlsplit(answer.data["private"]).query)["start"][0]
    assert answer.data["group"] == f"https://t.me/demo_bot?startgroup={token}"
    assert "linked" in town.say(f"/start {token}")


def test_the_api_refuses_keys_strangers_and_other_teams(town, team, vic):
    client = APIClient()
    assert client.post(API, {}, format="json").status_code in (401, 403)
    client.force_login(vic)
    foreign = client.post(API, {"team": make_team("Secretcorp").pk}, format="json")
    missing = client.post(API, {"team": 987654321}, format="json")
    assert foreign.status_code == missing.status_code == 400
    assert "Secretcorp" not in str(foreign.data)
    _, plain = api_key_create(team=team, name="k", scope=Scope.ADMIN)
    with_key = APIClient()
    with_key.credentials(HTTP_AUTHORIZATION=f"Api-Key {plain}")
    assert with_key.post(API, {}, format="json").status_code == 403
    assert not TelegramToken.objects.exists()


def test_without_a_bot_the_api_says_conflict(team, vic, settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    client = APIClient()
    client.force_login(vic)
    answer = client.post(API, {}, format="json")
    assert (answer.status_code, answer.data["error"]["code"]) == (409, "no_bot")
