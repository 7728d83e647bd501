"""In which language a page speaks, and that nothing but pages follows."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils.translation import get_language

from accounts.choices import Language
from accounts.models import Preferences, User
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}
LOGIN = "/admin/login/"


@pytest.fixture
def person() -> User:
    return make_user(is_staff=True)


@pytest.fixture
def client(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def spoken(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers={"Accept": "text/html", **headers})["Content-Language"]


def test_the_settings_name_the_languages_of_messages_and_no_others() -> None:
    assert Language.choices == settings.LANGUAGES


@pytest.mark.parametrize("address", ["/", LOGIN])
@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("ru", "ru"),
        ("de,ru-RU;q=0.5,en;q=0.3", "ru"),
        ("zh", "zh-hans"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh-TW", "zh-hans"),
    ],
)
def test_a_stranger_reads_the_language_of_the_browser(
    address: str, wanted: str, language: str
) -> None:
    assert spoken(Client(), address, **{"Accept-Language": wanted}) == language


def test_a_choice_goes_before_the_browser_and_what_a_person_chose_before_both(
    client: Client, person: User
) -> None:
    assert spoken(client, "/admin/", **RUSSIAN) == "ru"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert spoken(client, "/admin/", **RUSSIAN) == "zh-hans"
    Preferences.objects.create(user=person, language="en")
    assert spoken(client, "/admin/", **RUSSIAN) == "en"


def test_the_switch_holds_in_this_browser_for_strangers_and_everywhere_for_members(
    client: Client, person: User
) -> None:
    stranger = Client()
    for one in (stranger, client):
        answer = one.post("/language/", {"language": "ru", "next": LOGIN})
        assert (answer.status_code, answer["Location"]) == (302, LOGIN)
        assert spoken(one, "/") == "ru"
    assert Preferences.objects.get().user == person
    elsewhere = Client()
    elsewhere.force_login(person)
    assert spoken(elsewhere, "/admin/") == "ru"


def test_the_switch_leads_nowhere_else_and_knows_three_languages(client: Client) -> None:
    answer = client.post("/language/", {"language": "xx", "next": "https://example.org/"})
    assert answer["Location"] == "/"
    assert not Preferences.objects.exists()
    assert client.get("/language/").status_code == 405


def test_the_switch_holds_though_another_wish_of_the_member_holds_no_longer(
    client: Client, person: User
) -> None:
    Preferences.objects.create(user=person, time_zone="Mars/Olympus")
    answer = client.post("/language/", {"language": "ru", "next": LOGIN})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert spoken(client, "/admin/") == "ru"


def test_the_front_page_is_answered_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("server at 10.1.2.3 is away")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert spoken(client, "/", **RUSSIAN) == "ru"


def test_a_page_that_is_not_found_and_a_refused_form_leave_the_next_request_in_english(
    client: Client,
) -> None:
    for answer in (
        lambda: client.get("/admin/nowhere/", headers=RUSSIAN),
        lambda: Client(enforce_csrf_checks=True).post(LOGIN, headers=RUSSIAN),
        lambda: client.get("/admin/", headers=RUSSIAN),
    ):
        assert answer()["Content-Language"] == "ru"
        assert get_language() == "en"


def test_the_api_answers_in_english_whatever_browser_or_person_ask_for(
    client: Client, person: User
) -> None:
    Preferences.objects.create(user=person, language="ru")
    for address in ("/api/v1/monitors/", "/api/v1/nowhere/", "/openapi.json", "/health"):
        plain = Client().get(address)
        asked = Client().get(address, headers=RUSSIAN)
        assert asked.content == plain.content
        assert "Content-Language" not in asked
    wrong = {"username": "x"}
    answers = [
        one.post("/api/v1/auth/token/", wrong, "application/json", headers=RUSSIAN).content
        for one in (Client(), client)
    ]
    assert "обязательн" not in "".join(map(bytes.decode, answers))
    assert b"required" in answers[0]
