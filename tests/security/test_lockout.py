"""Guessing passwords: a name is locked from the address that guesses, and says for how long."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.lockout import attempts_prune, lock_sentence
from common.rates import Rate
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HERE, THERE = "203.0.113.1", "203.0.113.2"


@pytest.fixture(autouse=True)
def _three(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)
    return make_user("ada", is_staff=True)


def desk(name="ada", password="wrong", address=HERE, **meta):
    client = Client(REMOTE_ADDR=address, **meta)
    return client.post("/admin/login/", {"username": name, "password": password})


def api(name="ada", password="wrong", address=HERE, **meta):
    client = APIClient(REMOTE_ADDR=address, **meta)
    return client.post(
        "/api/v1/auth/token/", {"username": name, "password": password}, format="json"
    )


ways = pytest.mark.parametrize("way", [desk, api])


@ways
def test_the_right_password_opens_nothing_after_too_many_wrong_ones(way):
    assert [way().status_code for _ in range(3)][2] == 429
    refused = way(password="password-1234")
    assert refused.status_code == 429
    assert "Try again in 15 minutes" in refused.content.decode()


@ways
def test_the_lock_ends_by_itself_and_trying_does_not_lengthen_it(way):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            way()
        clock.shift(timedelta(minutes=14))
        refused = way()
        assert "Try again in 1 minute." in refused.content.decode()
        clock.shift(timedelta(minutes=1, seconds=1))
        assert way(password="password-1234").status_code in {200, 302}


def test_both_doors_count_together_and_the_api_says_how_long_in_its_own_form():
    desk(), desk(), api()
    refused = api(password="password-1234")
    assert refused.json()["error"]["code"] == "locked_out"
    assert 1 <= int(refused["Retry-After"]) <= 900
    assert desk(password="password-1234").status_code == 429


@ways
def test_nobody_else_is_shut_out(way):
    make_user("bob", is_staff=True)
    for _ in range(4):
        way()
    assert way(password="password-1234", address=THERE).status_code in {200, 302}
    assert way("bob", "password-1234").status_code in {200, 302}


@ways
def test_a_right_password_forgets_the_wrong_ones(way):
    for _ in range(3):
        way(), way()
        assert way(password="password-1234").status_code in {200, 302}
    assert not AccessAttempt.objects.exists()


@ways
def test_a_forwarding_header_of_a_stranger_counts_for_nothing(way):
    for number in range(3):
        way(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}", HTTP_X_REAL_IP=f"198.51.100.{number}")
    assert way(password="password-1234").status_code == 429
    assert {row.ip_address for row in AccessAttempt.objects.all()} == {HERE}


@ways
def test_behind_our_proxy_everybody_has_an_address_of_their_own(settings, way):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    for _ in range(3):
        way(address="10.0.0.1", HTTP_X_FORWARDED_FOR=f"9.9.9.9, {HERE}")
    right = {"password": "password-1234", "address": "10.0.0.1"}
    assert way(**right, HTTP_X_FORWARDED_FOR=HERE).status_code == 429
    assert way(**right, HTTP_X_FORWARDED_FOR=THERE).status_code in {200, 302}


def test_another_browser_is_no_new_beginning():
    for number in range(3):
        desk(HTTP_USER_AGENT=f"agent {number}")
    assert desk(password="password-1234", HTTP_USER_AGENT="agent 9").status_code == 429


def test_no_password_is_kept():
    desk(password="hunter2-hunter2"), api(password="hunter2-hunter2")
    rows = list(AccessAttempt.objects.values())
    assert rows
    assert "hunter2" not in str(rows)


def test_the_desk_lets_one_address_try_only_so_often_whatever_the_names(settings):
    settings.API_RATE_LOGIN = Rate(2, "minute")
    for number in range(2):
        assert "At most" not in desk(f"guess-{number}").content.decode()
    assert "At most 2 requests a minute" in desk("ada", "password-1234").content.decode()
    assert desk("ada", "password-1234", THERE).status_code == 302


def test_a_superuser_lets_somebody_in_again():
    for _ in range(3):
        desk()
    root = Client()
    root.force_login(make_user("root", is_staff=True, is_superuser=True))
    row = AccessAttempt.objects.get()
    assert "ada" in root.get("/admin/axes/accessattempt/").content.decode()
    root.post(f"/admin/axes/accessattempt/{row.pk}/delete/", {"post": "yes"})
    assert desk(password="password-1234").status_code == 302


def test_old_failures_are_forgotten():
    desk()
    assert attempts_prune() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert attempts_prune() == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes")],
)
def test_the_wait_is_told_in_words(seconds, words):
    assert lock_sentence(seconds).endswith(f"in {words}.")
