"""The second factor: switched on with a code, asked for at every log-in, gone with a reset."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from rest_framework.test import APIClient

from accounts.models import SecondFactor
from accounts.services.tokens import access_user, login_begin
from accounts.services.twofactor import (
    WrongCodeError,
    app_address,
    app_key,
    two_factor_begin,
    two_factor_check,
    two_factor_confirm,
    wait_seconds,
)
from common.errors import ConflictError
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/user/two-factor/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def user():
    return make_user("ada", is_staff=True)


def code(user, steps=0):
    """What the person's app shows now, or so many steps later."""
    factor = SecondFactor.objects.get(user=user)
    app = TOTP(base64.b32decode(app_key(factor)))
    app.time = timezone.now().timestamp() + 30 * steps
    return f"{app.token():06d}"


@pytest.fixture
def backup(user, clock):
    two_factor_begin(user=user)
    codes = two_factor_confirm(user=user, code=code(user))
    clock.shift(30)
    return codes


def password_page(client, username="ada"):
    return client.post("/admin/login/?next=/admin/accounts/", {
        "username": username, "password": "password-1234",
    })  # fmt: skip


def code_page(client, proof, otp):
    return client.post("/admin/login/?next=/admin/accounts/", {"proof": proof, "otp": otp})


def proof_of(response):
    found = re.search(r'name="proof" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def is_in(client):
    return client.get("/admin/").status_code == 200


def test_a_person_switches_it_on_in_the_admin(user):
    client, elsewhere = Client(), Client()
    client.force_login(user)
    elsewhere.force_login(user)
    token = login_begin(user=user).access
    client.post(PAGE, {"action": "begin"})
    text = client.get(PAGE).content.decode()
    assert "<svg" in text
    factor = SecondFactor.objects.get()
    assert app_key(factor) in text.replace(" ", "")
    wrong = client.post(PAGE, {"action": "confirm", "code": "000000"}).content.decode()
    assert "This code is wrong" in wrong
    user.refresh_from_db()
    assert user.two_factor_at is None
    shown = client.post(PAGE, {"action": "confirm", "code": code(user)}).content.decode()
    codes = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", shown)
    assert len(set(codes)) == 10
    assert not re.search(r"\b\w{4}-\w{4}-\w{4}\b", client.get(PAGE).content.decode())
    assert is_in(client)
    assert not is_in(elsewhere)
    assert access_user(token) is None


def test_the_password_alone_lets_nobody_in(user, backup):
    client = Client()
    asked = password_page(client)
    assert asked.status_code == 200
    assert "authenticator app" in asked.content.decode()
    assert "password-1234" not in asked.content.decode()
    assert not is_in(client)
    answer = code_page(client, proof_of(asked), code(user))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/accounts/")
    assert is_in(client)


def test_who_has_none_logs_in_as_ever():
    make_user("bob", is_staff=True)
    client = Client()
    assert password_page(client, "bob").status_code == 302
    assert is_in(client)


def test_a_wrong_code_can_be_mended_without_the_password(user, backup):
    client = Client()
    asked = password_page(client)
    wrong = code_page(client, proof_of(asked), "123")
    assert "This code is wrong" in wrong.content.decode()
    assert code_page(client, proof_of(wrong), code(user)).status_code == 302


def test_a_code_works_once_and_neighbours_in_time_work_too(user, backup, clock):
    now = code(user)
    two_factor_check(user=user, code=now)
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code=now)
    clock.shift(90)
    two_factor_check(user=user, code=code(user, -1))
    two_factor_check(user=user, code=f" {code(user)[:3]} {code(user)[3:]} ")
    two_factor_check(user=user, code=code(user, 1))
    clock.shift(120)
    for steps in (-2, 2):
        with pytest.raises(WrongCodeError):
            two_factor_check(user=user, code=code(user, steps))


def test_a_backup_code_works_once(user, backup):
    client = Client()
    asked = password_page(client)
    assert code_page(client, proof_of(asked), backup[0].upper()).status_code == 302
    assert "9 backup codes left" in client.get(PAGE).content.decode()
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code=backup[0])
    two_factor_check(user=user, code=backup[1].replace("-", ""))


@pytest.mark.parametrize("given", ["", "12345", "1234567", "١٢٣٤٥٦", "abc", "-" * 64, "0" * 12])
def test_what_is_no_code_opens_nothing(user, backup, given):
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code=given)


def test_codes_are_guessed_ever_more_slowly_from_whatever_address(user, backup, clock):
    waits = []
    for _ in range(14):
        with pytest.raises(WrongCodeError):
            two_factor_check(user=user, code="000000")
        waits.append(wait_seconds(SecondFactor.objects.get()))
        clock.shift(waits[-1])
    assert waits[:2] == [0, 0]
    assert waits == sorted(waits)
    assert waits[-1] in {900, 901}
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code="000000")
    with pytest.raises(WrongCodeError, match=r"Try again in 90\d s"):
        two_factor_check(user=user, code=code(user))
    clock.shift(901)
    two_factor_check(user=user, code=code(user))


@pytest.mark.parametrize("where", ["desk", "api"])
def test_wrong_codes_lock_the_name_as_wrong_passwords_do(settings, user, backup, where):
    settings.AXES_FAILURE_LIMIT = 2
    client = Client()
    if where == "desk":
        proof = proof_of(password_page(client))
        answers = [code_page(client, proof, "000000") for _ in range(2)]
        refused = code_page(client, proof, code(user))
    else:
        answers = [token(otp="000000") for _ in range(2)]
        refused = token(otp=code(user))
    assert [one.status_code for one in answers] == [200 if where == "desk" else 401, 429]
    assert refused.status_code == 429
    assert "Too many wrong log-ins" in refused.content.decode()


def test_the_proof_of_the_password_is_short_lived_and_ends_with_a_new_one(user, backup, clock):
    client = Client()
    proof = proof_of(password_page(client))
    clock.shift(timedelta(seconds=301))
    late = code_page(client, proof, code(user)).content.decode()
    assert "took too long" in late
    assert 'name="password"' in late
    proof = proof_of(password_page(client))
    user.set_password("another-1234")
    user.save()
    assert "took too long" in code_page(client, proof, code(user)).content.decode()
    for forged in ("x", proof[:-1] + "x", "e30:1:x"):
        assert "took too long" in code_page(client, forged, code(user)).content.decode()
    assert not is_in(client)


def token(**given):
    body = {"username": "ada", "password": "password-1234", **given}
    return APIClient().post("/api/v1/auth/token/", body, format="json")


def test_a_token_takes_the_code_too(user, backup):
    missing, wrong = token(), token(otp="000000")
    assert (missing.status_code, missing.json()["error"]["code"]) == (401, "otp_required")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "otp_wrong")
    assert token(otp=code(user)).status_code == 200
    assert token(otp=backup[0]).status_code == 200


def test_whether_it_is_on_is_not_told_to_who_has_no_password(user, backup):
    answer = token(password="wrong", otp="000000").json()["error"]
    assert answer["message"] == "User name or password are wrong."


def test_switching_it_off_takes_a_code_and_ends_other_log_ins(user, backup):
    client, elsewhere = Client(), Client()
    user.refresh_from_db()
    client.force_login(user)
    elsewhere.force_login(user)
    client.post(PAGE, {"action": "end", "code": "000000"})
    user.refresh_from_db()
    assert user.two_factor_at is not None
    client.post(PAGE, {"action": "end", "code": code(user)})
    user.refresh_from_db()
    assert user.two_factor_at is None
    assert not SecondFactor.objects.exists()
    assert is_in(client)
    assert not is_in(elsewhere)


def test_new_backup_codes_end_the_old_ones(user, backup):
    client = Client()
    user.refresh_from_db()
    client.force_login(user)
    shown = client.post(PAGE, {"action": "renew", "code": code(user)}).content.decode()
    fresh = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", shown)
    assert not set(fresh) & set(backup)
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code=backup[0])
    two_factor_check(user=user, code=fresh[0])


def test_only_a_superuser_resets_that_of_another(user, backup):
    address = f"/admin/accounts/user/{user.pk}/reset_two_factor/"
    boss, root = Client(), Client()
    boss.force_login(make_user(is_staff=True))
    root.force_login(make_user(is_staff=True, is_superuser=True))
    assert boss.post(address).status_code in {403, 404}
    assert SecondFactor.objects.exists()
    root.post(address)
    assert not SecondFactor.objects.exists()
    assert password_page(Client()).status_code == 302


def test_it_cannot_be_begun_anew_while_it_is_on(user, backup):
    with pytest.raises(ConflictError):
        two_factor_begin(user=user)
    with pytest.raises(ConflictError):
        two_factor_confirm(user=user, code=code(user))
    assert SecondFactor.objects.get().confirmed_at


def test_secret_and_backup_codes_are_not_readable_in_the_database(user, backup):
    key = app_key(SecondFactor.objects.get())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_secondfactor")
        row = str(cursor.fetchall())
    assert key not in row
    for one in backup:
        assert one not in row
        assert one.replace("-", "") not in row


def test_the_app_is_told_who_and_where(user, settings):
    settings.APP_NAME = "Stock & more"
    address = app_address(two_factor_begin(user=user))
    assert re.fullmatch(
        r"otpauth://totp/Stock%20%26%20more%3Aada\?secret=[A-Z2-7]{32}&issuer=Stock%20%26%20more",
        address,
    )


def test_the_admin_may_demand_it_of_everybody(user, settings):
    settings.ADMIN_REQUIRES_TOTP = True
    client = Client()
    assert password_page(client).status_code == 302
    for address in ("/admin/", "/admin/websites/website/", "/admin/accounts/user/two-factor-x/"):
        assert client.get(address)["Location"] == PAGE
    client.post(PAGE, {"action": "begin"})
    client.post(PAGE, {"action": "confirm", "code": code(user)})
    assert is_in(client)
    assert client.post("/admin/logout/").status_code in {200, 302}


def test_the_command_resets_it(user, backup, capsys):
    call_command("reset_two_factor", "ada")
    assert not SecondFactor.objects.exists()
    for name in ("ada", "nobody"):
        with pytest.raises(CommandError, match=name):
            call_command("reset_two_factor", name)


def test_after_the_loss_of_all_keys_backup_codes_still_open(user, backup, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongCodeError):
        two_factor_check(user=user, code="000000")
    two_factor_check(user=user, code=backup[0])
