"""Updates are read by one machine at a time, each is handled once, and none is lost."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone
from telegram.error import Conflict

from demo.telegram import CHAT_ID, TOKEN
from notifications.models import TelegramBot, TelegramUpdate
from notifications.telegram_bot import handling, intake, poller
from notifications.telegram_bot.client import BotClient
from notifications.telegram_bot.lease import (
    bot_row,
    lease_keep,
    lease_length,
    lease_release,
    lease_take,
)
from notifications.telegram_bot.poller import Poller
from notifications.telegram_bot.updates import read_update

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def bot():
    return bot_row(TOKEN)


def row():
    return TelegramBot.objects.get()


def answers(town):
    return town.world.messages("telegram", str(CHAT_ID))


def reader():
    return Poller(TOKEN, end=Event(), beat=lambda: None)


def test_the_token_of_the_bot_is_not_stored(bot):
    assert TOKEN not in str(vars(bot))


def test_a_repeated_update_is_handled_once(town):
    """It was answered, and we died before Telegram knew."""
    update = {"update_id": 7, "message": {"text": "/help", **chat()}}
    for _ in range(2):
        town.poller = reader()
        lease_release_all()
        town.telegram.updates.waiting = [update]
        town.hear()
    assert town.telegram.updates.handed[-2:] == [7, 7]
    assert len(answers(town)) == 1
    assert TelegramUpdate.objects.filter(update_id=7).count() == 1


def chat():
    person = {"id": CHAT_ID, "is_bot": False, "first_name": "Ada"}
    return {"message_id": 1, "chat": {"id": CHAT_ID, "type": "private"}, "from": person}


def lease_release_all():
    TelegramBot.objects.update(lease_expires_at=None)


def test_numbers_that_begin_anew_are_heard(town):
    """After a quiet week Telegram may number from anywhere."""
    town.say("/help")
    town.telegram.updates.waiting = []
    town.poller.round(town.client)  # an empty answer
    town.telegram.updates.waiting = [{"update_id": 3, "message": {"text": "/help", **chat()}}]
    town.hear()
    assert len(answers(town)) == 2


def test_an_update_is_confirmed_only_after_it_was_answered(town):
    town.telegram.fail("hang", times=None, seconds=0.01)
    town.telegram.say("/help", CHAT_ID)
    assert town.poller.round(town.client) > 0
    assert "could not be reached" in row().last_error
    assert len(town.telegram.updates.waiting) == 1
    town.telegram.clear()
    town.hear()
    assert len(answers(town)) == 1
    assert row().last_error == ""


def test_one_that_breaks_us_is_left_after_three_tries_and_the_next_is_heard(
    town, monkeypatch, caplog
):
    def broken(heard, username):
        if "boom" in str(heard):
            raise RuntimeError("a fault of ours")
        return handling.handle(heard, username)

    monkeypatch.setattr(intake, "handle", broken)
    town.telegram.say("boom", CHAT_ID)
    town.telegram.say("/help", CHAT_ID)
    pauses = [town.poller.round(town.client) for _ in range(3)]
    assert [pause > 0 for pause in pauses] == [True, True, False]
    assert len(answers(town)) == 1
    assert "bot_update_failed" in caplog.text


def test_two_machines_do_not_read_at_once_and_the_second_takes_over(town):
    second = reader()
    assert second.round(town.client) == poller.REST_SECONDS
    before = len(town.telegram.updates.handed)
    town.telegram.say("/help", CHAT_ID)
    second.round(town.client)
    assert len(town.telegram.updates.handed) == before

    TelegramBot.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    second.round(town.client)
    assert len(answers(town)) == 1
    assert town.poller.round(town.client) == poller.REST_SECONDS, "the first one has lost it"


def test_a_lease_runs_out_and_is_kept_by_its_holder_only(bot):
    now = timezone.now()
    first = lease_take(bot, now)
    assert first
    assert lease_take(bot, now) is None
    assert lease_keep(first, now)
    second = lease_take(bot, now + lease_length())
    assert second
    assert second.fence == first.fence + 1
    assert not lease_keep(first, now + lease_length())
    lease_release(first)
    assert row().lease_expires_at is not None
    lease_release(second)
    assert row().lease_expires_at is None


def test_somebody_elses_webhook_is_told_and_not_touched(town):
    town.telegram.updates.webhook = {"url": "https://elsewhere.example/bot"}
    town.poller = reader()
    lease_release_all()
    assert town.poller.round(town.client) > 0
    assert "A webhook that is not ours" in row().last_error
    assert town.telegram.updates.webhook["url"] == "https://elsewhere.example/bot"


def test_our_own_webhook_is_taken_back_when_we_read_ourselves(town, settings):
    settings.PUBLIC_URL = "https://stock.example"
    town.telegram.updates.webhook = {"url": "https://stock.example/telegram/webhook/"}
    town.poller = reader()
    lease_release_all()
    town.say("/help")
    assert town.telegram.updates.webhook["url"] == ""


def test_another_reader_is_told(town, monkeypatch):
    def refused(*args, **kwargs):
        raise Conflict("Conflict: terminated by other getUpdates request")

    monkeypatch.setattr(BotClient, "updates", refused)
    town.poller.round(town.client)
    assert "Somebody else reads the updates" in row().last_error


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("unauthorized", "does not accept TELEGRAM_BOT_TOKEN"),
        ("server_error", "could not be reached"),
        ("bad_gateway", "could not be reached"),
        ("too_many", "could not be reached"),
    ],
)
def test_trouble_is_told_and_tried_again_more_slowly(town, failure, told):
    town.telegram.fail_listening(failure, times=None)
    pauses = [town.poller.round(town.client) for _ in range(3)]
    assert told in row().last_error
    assert pauses[0] < pauses[1] < pauses[2] <= 36
    town.telegram.clear()
    town.say("/help")
    assert row().last_error == ""


def test_it_ends_at_once_when_it_is_told_and_gives_its_lease_back(town):
    end = Event()
    beats = []

    def beat():
        beats.append(1)
        if len(beats) == 3:
            end.set()

    lease_release_all()
    Poller(TOKEN, end=end, beat=beat).run()
    assert end.is_set()
    assert row().lease_expires_at is None


def test_a_chat_that_shut_us_out_holds_nothing_up(town):
    town.telegram.fail("blocked")
    town.say("/help")
    assert answers(town) == []
    town.say("/help")
    assert len(answers(town)) == 1


def test_a_short_wait_that_telegram_asks_for_is_kept(town, monkeypatch):
    monkeypatch.setattr("notifications.telegram_bot.client.retry_seconds", lambda error: 0.01)
    town.telegram.fail("too_many", retry_after=1)
    town.say("/help")
    assert len(answers(town)) == 1


def test_old_notes_are_forgotten(town, bot):
    TelegramUpdate.objects.create(
        bot=bot, update_id=1, created_at=timezone.now() - timedelta(days=4)
    )
    TelegramUpdate.objects.create(bot=bot, update_id=2)
    assert intake.updates_prune(bot) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": None},
        {"message": {"chat": {}}},
        {"message": {"chat": {"id": "x", "type": "private"}, "text": "/help"}},
        {"message": {"chat": {"id": 1, "type": "private"}, "text": 7}},
        {"callback_query": {"id": "1"}},
        {"callback_query": {"id": "1", "from": {"id": 5}, "message": {"reply_markup": []}}},
        {"my_chat_member": {"chat": {"id": 1, "type": "private"}}},
        {"something_new": {"a": 1}},
        {"message": {"chat": {"id": 1, "type": "a new kind"}, "photo": []}},
    ],
)
def test_updates_of_any_shape_are_read(town, body):
    assert read_update({"update_id": 5, **body})[0] == 5
    for kind, value in body.items():
        town.telegram.updates.put(kind, value)
    town.telegram.updates.allowed = []
    town.telegram.say("/help", CHAT_ID)
    town.hear()
    assert len(answers(town)) == 1


@pytest.mark.parametrize("update", [None, [], 5, "x", {}, {"update_id": "7"}])
def test_what_is_no_update_is_refused(update):
    with pytest.raises(ValueError, match="not an update"):
        read_update(update)
