"""Too many requests: 429 with the limit and the wait in words, for the one who asked too often."""

from __future__ import annotations

import ipaddress

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from common.rates import Rate
from common.throttling import client_network
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TWO = Rate(2, "minute")


def refused(answer, words):
    assert answer.status_code == 429, answer.content
    error = answer.json()["error"]
    assert (error["code"], error["fields"]) == ("throttled", {})
    wait = int(answer["Retry-After"])
    assert 1 <= wait <= 61
    seconds = "second" if wait == 1 else "seconds"
    assert (
        error["message"] == f"At most 2 requests a minute {words}. Try again in {wait} {seconds}."
    )


def asked(client, times, **headers):
    return [client.get("/api/v1/teams/", **headers) for _ in range(times)]


def test_a_key_has_a_budget_of_its_own(settings, api_of, team):
    settings.API_RATE_KEY = TWO
    one, other = api_of(team).client, api_of(team).client
    answers = asked(one, 3)
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    refused(answers[2], "with this API key")
    assert asked(other, 1)[0].status_code == 200


def test_a_person_has_a_budget_of_their_own(settings, team):
    settings.API_RATE_USER = TWO
    clients = [APIClient(), APIClient()]
    for client in clients:
        client.force_login(make_user(team=team))
    refused(asked(clients[0], 3)[2], "of this user")
    assert asked(clients[1], 1)[0].status_code == 200


def test_who_is_not_let_in_has_a_budget_by_address(settings, api):
    settings.API_RATE_ANONYMOUS = TWO
    wrong = {"HTTP_AUTHORIZATION": "Api-Key nonsense"}
    answers = [*asked(APIClient(), 1), *asked(APIClient(), 2, **wrong)]
    assert [answer.status_code for answer in answers[:2]] == [401, 401]
    refused(answers[2], "from this address")
    assert asked(APIClient(REMOTE_ADDR="203.0.113.9"), 1)[0].status_code == 401
    assert asked(api.client, 1)[0].status_code == 200


def test_the_document_is_made_for_strangers_only_so_often(settings, client):
    settings.API_RATE_ANONYMOUS = TWO
    refused([client.get("/openapi.json") for _ in range(3)][2], "from this address")


def test_probes_are_never_told_to_wait(settings):
    settings.API_RATE_ANONYMOUS = TWO
    client = APIClient()
    for path in ("/health", "/api/v1/health/", "/api/v1/health/ready"):
        assert 429 not in {client.get(path).status_code for _ in range(4)}


def log_in(name, password="wrong", address="203.0.113.1"):
    client = APIClient(REMOTE_ADDR=address)
    body = {"username": name, "password": password}
    return client.post("/api/v1/auth/token/", body, format="json")


def test_passwords_are_guessed_only_so_often_from_one_address(settings):
    settings.API_RATE_LOGIN = TWO
    make_user("ada")
    assert [log_in(f"guess-{number}").status_code for number in range(2)] == [401, 401]
    refused(log_in("ada", "password-1234"), "to log in from this address")
    assert log_in("ada", "password-1234", "203.0.113.2").status_code == 200


def test_one_password_is_guessed_only_so_often_from_all_addresses(settings):
    settings.API_RATE_LOGIN = TWO
    make_user("ada")
    for number in range(2):
        assert log_in("Ada", address=f"203.0.113.{number}").status_code == 401
    refused(log_in("ada", "password-1234", "203.0.113.9"), "to log in with this user name")
    assert log_in("bob", address="203.0.113.10").status_code == 401


@pytest.mark.parametrize("body", [[], "x", {"username": ["x"]}, {"username": "\x00"}, {}])
def test_any_log_in_is_counted(settings, body):
    settings.API_RATE_LOGIN = TWO
    client = APIClient()
    for expected in (400, 400, 429):
        assert client.post("/api/v1/auth/token/", body, format="json").status_code == expected


def test_without_the_cache_nobody_is_shut_out(settings, api):
    settings.API_RATE_KEY = TWO
    for _ in range(4):
        assert asked(api.client, 1)[0].status_code == 200
        cache.clear()


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("198.51.100.7", "", "198.51.100.7/32"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5/32"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5/32"),
        ("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5/32"),
        ("10.0.0.1", "nonsense", "10.0.0.1/32"),
        ("10.0.0.1", "", "10.0.0.1/32"),
        ("2001:db8::1", "", "2001:db8::/64"),
        ("", "", "unknown"),
    ],
)
def test_the_address_is_the_last_one_that_no_stranger_can_claim(
    settings, rf, remote, forwarded, expected
):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_network(request) == expected
