"""Telegram over real sockets, against the fake Bot API."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from demo.telegram import CHAT_ID, TOKEN
from notifications.channels.base import Message, Target
from notifications.channels.telegram import sending, transport
from notifications.channels.telegram.text import MAX_UNITS, html_text, plain_text
from notifications.models import NotificationLog
from notifications.services.outbox import deliver
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bot(world, settings):
    settings.TELEGRAM_API_URL = world.telegram_url
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    return world.telegram


def make_chat(chat_id=CHAT_ID, **config):
    config = {"chat_id": str(chat_id), **config}
    return make_channel(kind="telegram", config=config, secrets={})


def send(channel, **fields):
    row = make_notification(channel, **fields)
    deliver([row.pk])
    row.refresh_from_db()
    channel.refresh_from_db()
    return row


def frozen(subject="Sold out", text="VPS 1", **rendered):
    return {
        "subject": subject,
        "message": text,
        "rendered": {"html": "", **rendered},
    }


def test_a_message_arrives_with_its_subject_in_bold(world, bot):
    row = send(make_chat())
    assert (row.status, row.provider_id) == ("sent", "1")
    (received,) = world.messages("telegram", to=str(CHAT_ID))
    assert received.text.startswith(row.subject)
    assert received.detail["entities"][0]["type"] == "bold"
    assert "Stock: 3 → 0" in received.text


def test_names_with_markup_are_shown_as_they_are(world, bot):
    name = '<b>VPS</b> & "more" _*[x](y) </i>'
    send(make_chat(), **frozen(subject=name, text=name))
    (received,) = world.messages("telegram")
    assert received.text == f"{name}\n{name}"
    assert len(bot.calls) == 1


def test_the_buy_button_leads_to_the_shop(world, bot):
    send(make_chat(), **frozen(button=["Buy", "https://shop.example/cart?a=1&b=2"]))
    (received,) = world.messages("telegram")
    (((button,),),) = received.detail["reply_markup"].values()
    assert (button["text"], button["url"]) == ("Buy", "https://shop.example/cart?a=1&b=2")


def test_a_button_that_telegram_refuses_costs_the_button_only(world, bot):
    row = send(make_chat(), **frozen(button=["Buy", "http://localhost/cart"]))
    assert row.status == "sent"
    (received,) = world.messages("telegram")
    assert not received.detail["reply_markup"]


def test_a_message_for_a_topic_goes_to_the_topic(world, bot):
    bot.add_chat(-100, is_forum=True, threads={7})
    assert send(make_chat(-100, message_thread_id=7)).status == "sent"
    assert world.messages("telegram")[0].detail["message_thread_id"] == "7"


@pytest.mark.parametrize(
    ("failure", "code"), [("topic_closed", "topic_closed"), ("no_rights", "no_rights")]
)
def test_a_place_where_the_bot_may_not_write_disables_the_channel(bot, failure, code):
    bot.add_chat(-100, is_forum=True, threads={7})
    bot.fail(failure)
    row = send(make_chat(-100, message_thread_id=7))
    channel = row.channel
    channel.refresh_from_db()
    assert (row.status, row.error_code, channel.is_active) == ("dead", code, False)
    assert "then enable the channel" in channel.disabled_reason


def test_a_topic_that_was_deleted_disables_the_channel_and_is_named(bot):
    bot.add_chat(-100, is_forum=True, threads={7})
    channel = make_chat(-100, message_thread_id=8)
    row = send(channel)
    assert (row.error_code, channel.is_active) == ("topic_not_found", False)
    assert "topic" in channel.disabled_reason


def test_too_many_requests_are_waited_for(bot):
    bot.fail("too_many", retry_after=77)
    before = timezone.now()
    row = send(make_chat())
    assert (row.status, row.error_code) == ("pending", "rate_limited")
    assert row.next_attempt_at >= before + timedelta(seconds=77)
    assert row.channel.paused_until >= before + timedelta(seconds=76)


def test_messages_behind_a_flood_limit_are_not_counted_as_tried(bot):
    channel = make_chat()
    rows = [make_notification(channel) for _ in range(4)]
    bot.fail("too_many", retry_after=30)
    summary = deliver([row.pk for row in rows])
    assert (summary.sent, summary.retried) == (0, 4)
    assert len(bot.calls) == 1
    counts = NotificationLog.objects.order_by("pk").values_list("retry_count", flat=True)
    assert list(counts) == [1, 0, 0, 0]
    assert deliver([row.pk for row in rows]).claimed == 0


def test_one_bot_serves_a_batch_in_order(world, bot):
    channel = make_chat()
    rows = [make_notification(channel, **frozen(subject=f"n{n}")) for n in range(5)]
    assert deliver([row.pk for row in rows]).sent == 5
    texts = [received.text.splitlines()[0] for received in world.messages("telegram")]
    assert texts == ["n0", "n1", "n2", "n3", "n4"]
    assert {call.method for call in bot.calls} == {"sendMessage"}


@pytest.mark.parametrize(
    "failure", ["blocked", "kicked", "deactivated", "group_deleted", "chat_not_found"]
)
def test_a_bot_that_is_not_wanted_disables_the_channel_with_the_reason(bot, failure):
    bot.fail(failure)
    row = send(make_chat())
    assert row.status == "dead"
    assert (row.channel.is_active, row.channel.health) == (False, "disabled")
    assert row.channel.disabled_reason.startswith("Telegram refused: ")
    assert row.error_message == row.channel.disabled_reason


def test_a_wrong_token_disables_the_channel_and_is_not_shown(bot, caplog):
    caplog.set_level(logging.DEBUG)
    token = "123456789:AAplanted-token-AAAAAAAAAAAAAAAAAAA"
    channel = make_chat()
    channel.secrets = {"bot_token": token}
    channel.save()
    row = send(channel)
    assert (row.status, row.error_code) == ("dead", "bad_token")
    assert not row.channel.is_active
    assert "planted" not in row.error_message + channel.disabled_reason


def test_without_any_token_the_channel_says_what_to_do(bot, settings):
    settings.TELEGRAM_BOT_TOKEN = ""
    row = send(make_chat())
    assert "TELEGRAM_BOT_TOKEN" in row.channel.disabled_reason
    assert not bot.calls


def test_a_group_that_moved_is_followed_and_remembered(world, bot):
    bot.add_chat(-5, kind="group")
    bot.migrate(-5, -1005)
    row = send(make_chat(-5))
    assert row.status == "sent"
    assert row.channel.config["chat_id"] == "-1005"
    assert [received.to for received in world.messages("telegram")] == ["-1005"]


def test_after_an_entity_error_the_text_goes_plain_once(world, bot):
    bot.fail("cant_parse")
    assert send(make_chat()).status == "sent"
    (received,) = world.messages("telegram")
    assert received.detail["parse_mode"] is None
    assert len(bot.calls) == 2


def test_a_second_entity_error_is_final_and_stops_no_other_message(world, bot):
    channel = make_chat()
    rows = [make_notification(channel) for _ in range(2)]
    bot.fail("cant_parse", times=2)
    summary = deliver([row.pk for row in rows])
    assert (summary.dead, summary.sent) == (1, 1)
    channel.refresh_from_db()
    assert channel.is_active


@pytest.mark.parametrize("failure", ["server_error", "bad_gateway"])
def test_an_outage_is_tried_again(bot, failure):
    bot.fail(failure)
    row = send(make_chat())
    assert (row.status, row.error_code) == ("pending", "unreachable")
    assert row.channel.is_active


def test_an_unreachable_api_is_tried_again_without_naming_the_address(settings):
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    row = send(make_chat())
    assert (row.status, row.error_message) == ("pending", "Telegram could not be reached.")


def test_a_long_text_is_cut_before_tags_come_in(world, bot):
    text = "\n".join(f"<{n}> & 🎉 {'x' * 50}" for n in range(200))
    assert send(make_chat(), **frozen(text=text)).status == "sent"
    (received,) = world.messages("telegram")
    assert received.text.endswith("\n…")
    assert 3500 < len(received.text.encode("utf-16-le")) // 2 <= MAX_UNITS


@pytest.mark.parametrize("length", [4095, 4096, 4097, 9000])
def test_one_endless_line_fits_too(length):
    message = Message(id="1", type="x", subject="", text="🎉" * (length // 2) + "x" * (length % 2))
    assert len(plain_text(message).encode("utf-16-le")) // 2 <= MAX_UNITS
    assert html_text(message) == plain_text(message)


def test_a_send_that_hangs_is_given_up(bot, monkeypatch):
    monkeypatch.setattr(sending, "MESSAGE_SECONDS", 0.1)
    bot.fail("hang", seconds=5)
    row = send(make_chat())
    assert (row.status, row.error_code) == ("pending", "timeout")


def test_a_batch_that_takes_too_long_leaves_the_rest_uncounted(bot, monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SECONDS", -1.0)
    channel = make_chat()
    rows = [make_notification(channel) for _ in range(3)]
    summary = deliver([row.pk for row in rows])
    assert (summary.sent, summary.retried) == (1, 2)
    assert deliver([row.pk for row in rows]).claimed == 2


def test_a_group_that_moves_all_the_time_is_not_followed_for_ever(bot):
    bot.add_chat(-5, kind="group")
    bot.migrate(-5, -1005)
    bot.migrate(-1005, -2005)
    row = send(make_chat(-5))
    assert (row.status, row.error_code) == ("pending", "chat_moved")
    assert len(bot.calls) == 2


def test_one_message_can_be_sent_alone(bot):
    target = Target(config={"chat_id": str(CHAT_ID)}, secrets={})
    message = Message(id="1", type="x", subject="Hello", text="World")
    assert transport.TelegramTransport(target).send(message).provider_id == "1"
