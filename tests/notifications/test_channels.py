from __future__ import annotations

import pytest
from standardwebhooks import Webhook

from common.errors import InvalidInputError
from notifications.models import Channel, NotificationLog
from notifications.services import channels
from notifications.services.outbox import deliver
from tests.factories import make_team
from tests.notifications.factories import SECRET, TOKEN, make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.example/a"


def create(kind="webhook", config=None, **fields):
    values = {"team": make_team(), "name": "Ops", "kind": kind, "config": config or {"url": HOOK}}
    return channels.channel_create(**{**values, **fields})


def problems(call, *args, **kwargs):
    with pytest.raises(InvalidInputError) as caught:
        call(*args, **kwargs)
    return caught.value.fields


def test_a_generated_secret_is_shown_once_and_kept_encrypted():
    channel, shown = create()
    channel.refresh_from_db()
    assert channel.secrets == shown
    Webhook(shown["secret"])
    assert channel.config == {"url": HOOK}


def test_a_given_secret_is_not_shown_again():
    channel, shown = create(config={"url": HOOK, "secret": SECRET})
    assert (shown, channel.secrets) == ({}, {"secret": SECRET})


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("webhook", {}, "url"),
        ("webhook", {"url": "ftp://x"}, "url"),
        ("webhook", {"url": "http://[broken"}, "url"),
        ("webhook", {"url": HOOK, "secret": "short"}, "secret"),
        ("webhook", {"url": HOOK, "secret": "whsec_c2hvcnQ="}, "secret"),
        ("webhook", {"url": HOOK, "typo": 1}, "typo"),
        ("telegram", {"bot_token": TOKEN}, "chat_id"),
        ("telegram", {"chat_id": "me"}, "chat_id"),
        ("telegram", {"chat_id": "1", "bot_token": "abc"}, "bot_token"),
        ("telegram", {"chat_id": "1", "message_thread_id": "x"}, "message_thread_id"),
        ("email", {"to": []}, "to"),
        ("email", {"to": ["a@example.com", "nobody"]}, "to"),
        ("pigeon", {"to": []}, "kind"),
    ],
)
def test_a_wrong_configuration_names_the_field(kind, config, field):
    config = config or {"secret": SECRET}
    assert list(problems(create, kind=kind, config=config)) == [field]
    assert Channel.objects.count() == 0


def test_a_channel_may_start_disabled_and_recipients_are_limited():
    channel, _ = create(is_active=False)
    assert (channel.health, channel.disabled_reason) == ("disabled", channels.DISABLED_BY_PERSON)
    many = {"to": [f"a{number}@example.com" for number in range(51)]}
    assert list(problems(create, kind="email", config=many)) == ["to"]


def test_chat_ids_may_be_numbers_and_recipients_a_text():
    assert (
        create("telegram", {"chat_id": -1001234567890123})[0].config["chat_id"]
        == "-1001234567890123"
    )
    assert create("email", {"to": "a@example.com, b@example.com"})[0].config["to"] == [
        "a@example.com",
        "b@example.com",
    ]


def test_a_name_is_used_once_in_a_team():
    team = make_team()
    create(team=team)
    assert list(problems(create, team=team)) == ["name"]
    assert list(problems(create, name=" ")) == ["name"]
    create(team=make_team())


def test_a_change_keeps_the_options_that_are_not_given():
    channel, _ = create("telegram", {"chat_id": "5", "message_thread_id": 7, "bot_token": TOKEN})
    channels.channel_update(channel=channel, config={"chat_id": 6, "bot_token": ""}, name="New")
    channel.refresh_from_db()
    assert channel.config == {"chat_id": "6", "message_thread_id": 7}
    assert channel.secrets == {"bot_token": TOKEN}
    assert channel.name == "New"
    channels.channel_update(channel=channel, config={"message_thread_id": None})
    assert channel.config == {"chat_id": "6"}


def test_a_wrong_change_is_not_stored():
    channel, _ = create()
    assert list(problems(channels.channel_update, channel=channel, config={"url": "x"})) == ["url"]
    assert Channel.objects.get().config == {"url": HOOK}
    assert list(problems(channels.channel_update, channel=channel, name="x" * 121)) == ["name"]
    with pytest.raises(TypeError):
        channels.channel_update(channel=channel, team=make_team())


def test_disabling_ends_what_waits_with_the_reason_and_enabling_starts_anew():
    channel = make_channel()
    row = make_notification(channel)
    channels.channel_update(channel=channel, is_active=False)
    row.refresh_from_db()
    channel.refresh_from_db()
    assert (row.status, channel.health) == ("dead", "disabled")
    assert "Disabled by a person" in row.error_message
    channels.channel_update(channel=channel, is_active=True)
    channel.refresh_from_db()
    assert (channel.is_active, channel.health, channel.disabled_reason) == (True, "unknown", "")


def test_a_test_send_is_a_signed_ping_and_answers_with_the_outcome(world):
    channel = make_channel(url=world.webhook_url("ops"))
    row = channels.channel_test(channel=channel)
    assert (row.status, row.notification_type) == ("sent", "test")
    (received,) = world.messages("webhook")
    body = Webhook(SECRET).verify(received.body, received.headers)
    assert body["type"] == "webhook.ping"
    assert body["data"]["channel"]["name"] == channel.name


def test_a_failed_test_is_not_tried_again_and_disables_nothing(world):
    world.webhooks.script("ops", [410])
    channel = make_channel(url=world.webhook_url("ops"))
    row = channels.channel_test(channel=channel)
    channel.refresh_from_db()
    assert (row.status, row.error_code) == ("dead", "http_410")
    assert (channel.is_active, channel.health) == (True, "failing")


def test_a_disabled_or_waiting_channel_can_be_tested(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    channel = make_channel(url=world.webhook_url("ops"), is_active=False, health="disabled")
    assert channels.channel_test(channel=channel).status == "sent"
    channel.refresh_from_db()
    assert (channel.is_active, channel.health) == (False, "disabled")


def test_a_test_of_a_mail_channel_has_text_and_html(mailoutbox):
    channel = make_channel(kind="email", config={"to": ["a@example.com"]}, secrets={})
    row = channels.channel_test(channel=channel)
    assert row.status == "sent"
    assert channel.name in mailoutbox[0].body
    assert NotificationLog.objects.count() == 1
    assert deliver().claimed == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:planted@hooks.example/x", "must not contain a user name or password"),
        ("ftp://hooks.example/x", "must start with https://"),
        ("https:///x", "no host"),
        ("https://hooks.example/a b", "spaces"),
    ],
)
def test_an_address_of_a_webhook_holds_no_password_and_is_one(url, said):
    (text,) = problems(create, config={"url": url})["url"]
    assert said in text
    assert "planted" not in text
