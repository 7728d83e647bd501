"""SMS and WhatsApp over real sockets, against the fake Twilio."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Preferences
from common.errors import InvalidInputError
from config.twilio import Twilio
from demo.twilio import SENDER, TEMPLATE
from notifications.channels.twilio import transport
from notifications.models import Channel
from notifications.services.channels import channel_create, channel_test
from notifications.services.outbox import deliver, notification_resend
from notifications.services.personal import personal_channels_sync
from tests.factories import make_team, make_user
from tests.notifications.factories import make_notification
from tests.notifications.twilio import (
    NUMBER,
    OTHER,
    account,
    again,
    make_phone,
    send,
    with_template,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twilio(world, settings):
    settings.TWILIO = account(world)
    return world.twilio


def test_a_text_message_is_accepted_and_asks_for_reports(world, twilio):
    row = send(make_phone())
    assert (row.status, row.provider_status, row.delivered_at) == ("sent", "queued", None)
    assert row.provider_id == next(iter(twilio.messages))
    (received,) = world.messages("sms", to=NUMBER)
    assert received.text.startswith(row.subject)
    (form,) = twilio.calls
    assert (form["From"], "MessagingServiceSid" in form) == (SENDER, False)
    assert form["StatusCallback"].endswith(f"/callbacks/twilio/?notification={row.public_id}")
    assert row.rendered["progress"][NUMBER]["segments"] == 1


def test_a_messaging_service_goes_before_a_number(world, twilio, settings):
    settings.TWILIO = account(world, messaging_service_sid="MG1")
    send(make_phone())
    (form,) = twilio.calls
    assert (form["MessagingServiceSid"], "From" in form) == ("MG1", False)


def test_without_a_public_address_no_reports_are_asked_for(world, twilio, settings):
    settings.TWILIO = account(world, callback_url="")
    assert send(make_phone()).status == "sent"
    assert "StatusCallback" not in twilio.calls[0]


def test_a_whatsapp_message_goes_between_whatsapp_numbers(world, twilio):
    row = send(make_phone(kind="whatsapp"))
    assert row.status == "sent"
    (form,) = twilio.calls
    assert (form["To"], form["From"]) == (f"whatsapp:{NUMBER}", f"whatsapp:{SENDER}")
    (received,) = world.messages("whatsapp", to=NUMBER)
    assert "Stock: 3 → 0" in received.text


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (20003, "bad_credentials"),
        (21211, "bad_number"),
        (21606, "bad_sender"),
        (21608, "trial_account"),
        (21612, "unroutable"),
        (21614, "not_mobile"),
    ],
)
def test_what_will_never_arrive_ends_dead_with_advice_and_the_channel_stays(twilio, number, code):
    twilio.fail(number)
    row = send(make_phone())
    assert (row.status, row.error_code, row.channel.is_active) == ("dead", code, True)
    assert f"(Twilio {number})." in row.error_message
    assert row.channel.health == "failing"


def test_who_answered_stop_gets_nothing_more(twilio):
    twilio.fail(21610)
    row = send(make_phone())
    assert (row.status, row.error_code, row.channel.is_active) == ("dead", "opted_out", False)
    assert "STOP" in row.channel.disabled_reason


def test_one_of_two_who_answered_stop_does_not_cut_the_other_off(world, twilio):
    twilio.fail(21610, to=NUMBER)
    row = send(make_phone(NUMBER, OTHER))
    assert (row.status, row.error_code, row.channel.is_active) == ("sent", "opted_out", True)
    assert NUMBER in row.error_message
    assert len(world.messages("sms")) == 1


def test_too_many_messages_wait_as_long_as_they_are_asked_to(twilio):
    twilio.fail(20429, retry_after=70)
    row = send(make_phone(NUMBER, OTHER))
    assert (row.status, row.error_code, len(twilio.calls)) == ("pending", "rate_limited", 1)
    assert row.next_attempt_at > timezone.now() + timedelta(seconds=60)
    assert row.channel.paused_until == pytest.approx(
        timezone.now() + timedelta(seconds=70), abs=timedelta(seconds=9)
    )


@pytest.mark.parametrize("failure", ["server_error", "hang"])
def test_an_outage_is_tried_again(twilio, monkeypatch, failure):
    twilio.fail(failure)
    with monkeypatch.context() as short:
        short.setattr(transport, "CALL_SECONDS", 0.2)
        row = send(make_phone())
    assert row.status == "pending"
    assert again(row).status == "sent"


def test_a_second_attempt_leaves_out_who_has_the_message(world, twilio):
    twilio.fail("server_error", to=OTHER)
    row = send(make_phone(NUMBER, OTHER))
    assert (row.status, row.error_code) == ("pending", "server_trouble")
    assert OTHER in row.error_message
    row = again(row)
    assert (row.status, row.error_message, row.retry_count) == ("sent", "", 2)
    assert [one.to for one in world.messages("sms")] == [NUMBER, OTHER]
    assert row.provider_id == next(iter(twilio.messages))


def test_sending_again_by_hand_reaches_everybody(world, twilio):
    row = send(make_phone(NUMBER, OTHER))
    again(notification_resend(notification=row))
    assert [one.to for one in world.messages("sms")] == [NUMBER, OTHER] * 2


def test_what_waits_for_one_number_may_take_the_time_of_none_behind_it(twilio, monkeypatch):
    monkeypatch.setattr(transport, "SEND_SECONDS", -1.0)
    row = send(make_phone(NUMBER, OTHER))
    assert (row.status, row.error_code, list(twilio.calls)) == ("pending", "timeout", [])


def test_outside_the_window_the_template_is_used_once(world, twilio, settings):
    settings.TWILIO = with_template(world)
    twilio.fail(63016)
    row = send(make_phone(kind="whatsapp"))
    assert (row.status, len(twilio.calls)) == ("sent", 2)
    assert twilio.calls[1]["ContentSid"] == TEMPLATE
    (received,) = world.messages("whatsapp")
    assert received.text.startswith(row.subject)
    assert "\n" not in twilio.calls[1]["ContentVariables"]


def test_the_template_of_the_channel_goes_before_that_of_the_settings(world, twilio, settings):
    settings.TWILIO = with_template(world)
    own = "HX" + "b" * 32
    twilio.fail(63016)
    send(make_phone(kind="whatsapp", template_sid=own))
    assert twilio.calls[1]["ContentSid"] == own


def test_a_template_that_is_refused_too_is_final(world, twilio, settings):
    settings.TWILIO = with_template(world)
    twilio.fail(63016, times=2)
    row = send(make_phone(kind="whatsapp"))
    assert (row.status, row.error_code, len(twilio.calls)) == ("dead", "outside_window", 2)


def test_outside_the_window_without_a_template_says_what_to_do(twilio):
    twilio.fail(63016)
    row = send(make_phone(kind="whatsapp"))
    assert (row.status, row.error_code, len(twilio.calls)) == ("dead", "outside_window", 1)
    assert "TWILIO_TEMPLATE_SID" in row.error_message


def test_a_test_message_tells_the_outcome(twilio):
    assert channel_test(channel=make_phone()).status == "sent"
    twilio.fail(21610)
    channel = make_phone()
    assert channel_test(channel=channel).error_code == "opted_out"
    channel.refresh_from_db()
    assert channel.is_active


def test_the_token_is_neither_shown_nor_logged(world, twilio, settings, caplog):
    settings.TWILIO = account(world, auth_token="planted-word")
    with caplog.at_level(logging.DEBUG):
        row = send(make_phone())
    assert row.error_code == "bad_credentials"
    assert "planted" not in f"{row.error_message} {caplog.text} {settings.TWILIO!r}"


def test_a_key_pair_sends_instead_of_the_token(world, twilio, settings):
    settings.TWILIO = account(world, api_key="SK1", api_secret="planted-word")
    assert send(make_phone()).error_code == "bad_credentials"  # the fake knows the token only
    settings.TWILIO = Twilio(account_sid="AC1", api_key="SK1")
    row = send(make_phone())
    assert row.error_code == "not_configured"
    assert "TWILIO_AUTH_TOKEN" in row.error_message


@pytest.mark.parametrize("kind", ["sms", "whatsapp"])
def test_a_channel_is_not_made_where_nothing_is_set_up_and_says_what_to_set(kind):
    with pytest.raises(InvalidInputError) as caught:
        channel_create(team=make_team(), name="Phone", kind=kind, config={"to": [NUMBER]})
    assert "TWILIO_ACCOUNT_SID" in caught.value.fields["kind"][0]


def test_numbers_are_checked_and_kept_in_one_form(twilio):
    team = make_team()
    given = ["+49 (151) 1234-5678", NUMBER, f"whatsapp:{OTHER}"]
    channel, _ = channel_create(team=team, name="Phones", kind="sms", config={"to": given})
    assert channel.config["to"] == [NUMBER, OTHER]
    for wrong in ("015112345678", "+0123456789", "+49", "+4915112345678901", "phone"):
        with pytest.raises(InvalidInputError) as caught:
            channel_create(team=team, name=wrong, kind="sms", config={"to": [wrong]})
        assert "country code" in caught.value.fields["to"][0]


def test_a_crash_after_sending_to_one_repeats_nothing_that_was_reported(world, twilio):
    """The report came, the worker died before it wrote the answer down."""
    row = make_notification(make_phone())
    frozen = {"html": "", "progress": {NUMBER: {"sid": "SM1", "status": "sent"}}}
    type(row).objects.filter(pk=row.pk).update(rendered=frozen, subject="Sold out")
    deliver([row.pk])
    row.refresh_from_db()
    assert (row.status, row.provider_id, list(twilio.calls)) == ("sent", "SM1", [])


def test_the_phone_of_a_person_becomes_a_channel_once_twilio_is_set_up(world, settings):
    team = make_team()
    user = make_user(team=team, role="viewer")
    Preferences.objects.update_or_create(user=user, defaults={"phone": NUMBER})
    personal_channels_sync(user=user)
    assert not Channel.objects.filter(kind="sms").exists()
    settings.TWILIO = account(world)
    personal_channels_sync(user=user)
    channel = Channel.objects.get(kind="sms")
    assert (channel.user, channel.config, channel.is_active) == (user, {"to": [NUMBER]}, True)
