"""People's log-ins by token: short access, refresh used once, an end that is one at once."""

from __future__ import annotations

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.services.tokens import tokens_prune
from tests.factories import make_user, make_website

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/auth/token/"


@pytest.fixture
def user(team):
    return make_user("ada", team=team)


def post(path, body, status=200):
    answer = APIClient().post(f"{WHERE}{path}", body, format="json")
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "fields"}
    return answer.json() if answer.content else None


def log_in(status=200, **given):
    return post("", {"username": "ada", "password": "password-1234", **given}, status)


def status_of(access):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client.get("/api/v1/websites/").status_code


def test_a_person_logs_in_and_sees_the_own_teams(user, team):
    make_website(team, name="Mine")
    make_website(name="Theirs")
    pair = log_in()
    assert set(pair) == {"access", "refresh", "expires_in"}
    assert pair["expires_in"] == 600
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert [row["name"] for row in client.get("/api/v1/websites/").json()["results"]] == ["Mine"]
    user.refresh_from_db()
    assert user.last_login


@pytest.mark.parametrize(
    "given", [{"password": "wrong"}, {"username": "nobody"}, {"password": " password-1234"}]
)
def test_wrong_credentials_are_refused_alike(user, given):
    error = log_in(401, **given)["error"]
    assert (error["code"], error["message"]) == (
        "authentication_failed",
        "User name or password are wrong.",
    )


def test_missing_credentials_name_the_field(user):
    assert set(post("", {"username": "ada"}, 400)["error"]["fields"]) == {"password"}
    assert set(post("refresh/", {}, 400)["error"]["fields"]) == {"refresh"}
    assert set(post("revoke/", {}, 400)["error"]["fields"]) == {"refresh"}


def test_an_access_token_lives_for_minutes(user):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = log_in()
        clock.shift(599)
        assert status_of(pair["access"]) == 200
        clock.shift(1)
        assert status_of(pair["access"]) == 401
        assert status_of(post("refresh/", {"refresh": pair["refresh"]})["access"]) == 200
        clock.shift(15 * 86400)
        post("refresh/", {"refresh": pair["refresh"]}, 401)


def test_a_refresh_token_works_once_and_a_second_use_ends_the_log_in(user):
    first, other = log_in(), log_in()
    second = post("refresh/", {"refresh": first["refresh"]})
    assert status_of(first["access"]) == status_of(second["access"]) == 200
    error = post("refresh/", {"refresh": first["refresh"]}, 401)["error"]
    assert error["code"] == "token_not_valid"
    post("refresh/", {"refresh": second["refresh"]}, 401)
    assert status_of(first["access"]) == status_of(second["access"]) == 401
    assert status_of(other["access"]) == 200


def test_revoking_any_token_of_a_log_in_ends_all_of_it_at_once(user):
    first, other = log_in(), log_in()
    second = post("refresh/", {"refresh": first["refresh"]})
    post("revoke/", {"refresh": first["refresh"]}, 204)
    for pair in (first, second):
        assert status_of(pair["access"]) == 401
        post("refresh/", {"refresh": pair["refresh"]}, 401)
    assert status_of(other["access"]) == 200
    post("revoke/", {"refresh": first["refresh"]}, 204)
    post("revoke/", {"refresh": "nonsense"}, 204)


@pytest.mark.parametrize("change", ["inactive", "password", "gone"])
def test_a_change_of_the_account_ends_its_log_ins(user, change):
    pair = log_in()
    if change == "inactive":
        user.is_active = False
        user.save()
    elif change == "password":
        user.set_password("another-1234")
        user.save()
    else:
        user.delete()
    assert status_of(pair["access"]) == 401
    post("refresh/", {"refresh": pair["refresh"]}, 401)
    if change != "password":
        log_in(401)


def test_no_token_passes_for_another_kind(user):
    pair = log_in()
    assert status_of(pair["refresh"]) == 401
    post("refresh/", {"refresh": pair["access"]}, 401)


def test_forged_tokens_open_nothing(user):
    claims = jwt.decode(log_in()["access"], options={"verify_signature": False})
    forged = [jwt.encode(claims, key, algorithm="HS256") for key in ("x" * 64, settings.SECRET_KEY)]
    forged.append(jwt.encode(claims, "", algorithm="none"))
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    for name, value in (("user_id", "999999"), ("login", "x"), ("family", ""), ("exp", 1)):
        forged.append(jwt.encode({**claims, name: value}, key, algorithm="HS256"))
    assert jwt.encode(claims, key, algorithm="HS256") not in forged
    assert status_of(jwt.encode(claims, key, algorithm="HS256")) == 200
    assert {status_of(token) for token in (*forged, "a b", "é", "a.b.c", "")} == {401}


def test_the_database_keeps_no_token_and_forgets_old_ones(user):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pair = log_in()
        post("refresh/", {"refresh": pair["refresh"]})
        post("revoke/", {"refresh": pair["refresh"]}, 204)
        assert set(OutstandingToken.objects.values_list("token", flat=True)) == {""}
        clock.shift(13 * 86400)
        tokens_prune()
        assert OutstandingToken.objects.count() == 2
        post("refresh/", {"refresh": pair["refresh"]}, 401)
        clock.shift(2 * 86400)
        tokens_prune()
        assert OutstandingToken.objects.count() == 0
