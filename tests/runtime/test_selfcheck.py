from __future__ import annotations

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from demo.telegram import TOKEN
from demo.world import World
from runtime import selfcheck
from tests.factories import make_website

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_what_is_not_configured_is_said_and_is_no_fault(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 25
    settings.TELEGRAM_BOT_TOKEN = ""
    words = selfcheck.selfcheck()
    assert (words["email"], words["telegram"]) == (selfcheck.NOT_SET, selfcheck.NOT_SET)
    assert (words["database"], words["encryption"]) == ("ok", "ok")


def test_a_lost_key_is_named(settings):
    make_website()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert "FIELD_ENCRYPTION_KEYS" in selfcheck.check_encryption()


def test_mail_and_telegram_are_tried_for_real(settings):
    with World() as world:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", world.smtp_port
        settings.TELEGRAM_API_URL, settings.TELEGRAM_BOT_TOKEN = world.telegram_url, TOKEN
        assert (selfcheck.check_email(), selfcheck.check_telegram()) == ("ok", "ok")
        world.mail.down()
        settings.TELEGRAM_BOT_TOKEN = "123456:nobody"
        assert "does not let us in" in selfcheck.check_email()
        assert "does not know the token" in selfcheck.check_telegram()
        settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
        assert "cannot be reached" in selfcheck.check_telegram()


def test_a_check_that_breaks_down_hides_no_other(monkeypatch):
    monkeypatch.setitem(selfcheck.MORE, "email", lambda: str(1 / 0))
    words = selfcheck.selfcheck()
    assert "failed" in words["email"]
    assert words["database"] == "ok"


def test_the_command_ends_with_one_when_something_is_wrong():
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("selfcheck", "--json", stdout=out)
    assert ended.value.code == 1
    result = json.loads(out.getvalue())
    assert result["ok"] is False
    assert "never answered" in result["checks"]["queue"]


def test_the_command_says_that_all_is_well(monkeypatch):
    fine = dict.fromkeys(selfcheck.selfcheck(), "ok")
    monkeypatch.setattr("runtime.management.commands.selfcheck.selfcheck", lambda: fine)
    out = StringIO()
    call_command("selfcheck", stdout=out)
    assert out.getvalue().splitlines()[0].split() == ["database", "ok"]


def test_asked_for_readiness_only_it_asks_nothing_outside(settings):
    settings.EMAIL_HOST, settings.TELEGRAM_BOT_TOKEN = "mail.example", "123456:nobody"
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("selfcheck", "--json", "--ready", stdout=out)
    checks = json.loads(out.getvalue())["checks"]
    assert set(checks) == {"database", "migrations", "cache", "disk", "queue", "ticker"}
