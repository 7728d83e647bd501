"""Telegram calls us: only Telegram is believed, and it is never asked to repeat in vain."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from demo.telegram import CHAT_ID, TOKEN
from notifications.models import TelegramUpdate
from notifications.telegram_bot.poller import REST_SECONDS
from notifications.telegram_bot.updates import ASKED
from notifications.telegram_bot.webhook import webhook_secret
from tests.notifications.telegram_bot.test_poller import answers, chat, lease_release_all, reader

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/telegram/webhook/"


@pytest.fixture(autouse=True)
def _mode(settings):
    settings.TELEGRAM_MODE = "webhook"


def post(body, secret=None, **headers):
    given = webhook_secret(TOKEN) if secret is None else secret
    return Client(enforce_csrf_checks=True).post(
        ADDRESS,
        data=body if isinstance(body, bytes | str) else json.dumps(body),
        content_type="application/json",
        headers={"X-Telegram-Bot-Api-Secret-Token": given, **headers},
    )


def update(number=7, text="/help"):
    return {"update_id": number, "message": {"text": text, **chat()}}


def test_a_genuine_update_is_answered_once(town):
    assert post(update()).status_code == 200
    assert post(update()).status_code == 200
    assert len(answers(town)) == 1
    assert TelegramUpdate.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "guessed", webhook_secret("other"), "é"])
def test_whoever_does_not_know_the_secret_is_refused(town, secret):
    assert post(update(), secret).status_code == 403
    assert answers(town) == []


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[1]", b"{}", {"update_id": 1}, {"update_id": 2, "poll": {}}]
)
def test_what_we_do_not_understand_is_taken_all_the_same(town, body):
    assert post(body).status_code == 200


def test_trouble_with_telegram_asks_it_to_come_again(town):
    town.telegram.fail("server_error")
    assert post(update()).status_code == 503
    assert not TelegramUpdate.objects.exists()
    assert post(update()).status_code == 200
    assert len(answers(town)) == 1


def test_nobody_is_there_unless_the_mode_says_so(settings):
    assert Client().get(ADDRESS).status_code == 405
    settings.TELEGRAM_MODE = "polling"
    assert post(update()).status_code == 404
    settings.TELEGRAM_MODE, settings.TELEGRAM_BOT_TOKEN = "webhook", ""
    assert post(update(), "").status_code == 404


def test_the_process_of_the_bot_registers_the_address(town, settings):
    settings.PUBLIC_URL = "https://stock.example"
    hook = town.telegram.updates.webhook
    assert hook["url"].endswith(ADDRESS)
    assert hook["secret_token"] == webhook_secret(TOKEN)
    assert town.telegram.updates.allowed == list(ASKED)
    lease_release_all()
    assert reader().round(town.client) == REST_SECONDS
    url = town.telegram.updates.webhook["url"]
    assert url == "https://stock.example" + ADDRESS


def test_it_works_over_the_wire(live_server, settings, town):
    settings.PUBLIC_URL = live_server.url
    lease_release_all()
    reader().round(town.client)
    town.telegram.say("/help", CHAT_ID)
    town.world.wait(1, "telegram", str(CHAT_ID), timeout=10)
    town.telegram.updates.wait(lambda: not town.telegram.updates.waiting)
