"""Accepted is not delivered: what Twilio reports later, over real sockets."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from demo.twilio import TOKEN
from notifications.admin.badges import notification_badge
from notifications.channels.twilio.signature import sign
from notifications.models import NotificationLog
from tests.notifications.factories import make_channel, make_notification
from tests.notifications.twilio import NUMBER, OTHER, account, again, make_phone, send

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/callbacks/twilio/"
WRONG_TOKEN = "another-token"


@pytest.fixture
def twilio(world, settings, live_server):
    """The fake one, which reports to this very server."""
    settings.TWILIO = account(world, callback_url=live_server.url + PATH)
    return world.twilio


def sid_of(row, number=NUMBER):
    return row.rendered["progress"][number]["sid"]


def told(twilio, row, status, code=0, number=NUMBER):
    """The row after a report."""
    assert twilio.report(sid_of(row, number), status, code) == 200
    row.refresh_from_db()
    row.channel.refresh_from_db()
    return row


def test_a_message_moves_on_to_delivered(twilio):
    row = told(twilio, send(make_phone()), "sent")
    assert (row.provider_status, row.delivered_at) == ("sent", None)
    row = told(twilio, row, "delivered")
    assert row.provider_status == "delivered"
    assert row.delivered_at is not None
    assert "Delivered" in notification_badge(row)
    assert told(twilio, row, "read").provider_status == "read"


def test_a_late_report_takes_nothing_back(twilio):
    row = told(twilio, send(make_phone()), "delivered")
    delivered_at = row.delivered_at
    for late in ("queued", "sent", "delivered", "undelivered", "no-such-word"):
        told(twilio, row, late)
        assert (row.provider_status, row.delivered_at) == ("delivered", delivered_at)
    assert (row.status, row.channel.health) == ("sent", "ok")


def test_a_wrong_signature_is_refused_and_changes_nothing(twilio):
    row = send(make_phone())
    assert twilio.report(sid_of(row), "delivered", token=WRONG_TOKEN) == 403
    row.refresh_from_db()
    assert row.provider_status == "queued"


@pytest.mark.parametrize("change", ["no signature", "other message", "other status", "no token"])
def test_a_signature_holds_for_its_address_and_form_only(twilio, settings, world, change):
    row, other = send(make_phone()), send(make_phone())
    url, form, signature = twilio.report_of(sid_of(row), "sent")
    headers = {"X-Twilio-Signature": signature}
    if change == "no signature":
        headers = {}
    if change == "other message":
        url = url.replace(str(row.public_id), str(other.public_id))
    if change == "other status":
        form["MessageStatus"] = "delivered"
    if change == "no token":
        settings.TWILIO = account(world, auth_token="")
        empty = sign(token="", url=settings.TWILIO.callback_url, form={})
        headers = {"X-Twilio-Signature": empty}
        url, form = settings.TWILIO.callback_url, {}
    answer = post(url, form, headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"
    assert set(NotificationLog.objects.values_list("provider_status", flat=True)) == {"queued"}


def test_the_address_is_the_public_one_whatever_a_proxy_makes_of_it(twilio, settings, world):
    public = f"https://monitor.example{PATH}"
    settings.TWILIO = account(world, callback_url=public)
    row = send(make_phone())
    url, form, signature = twilio.report_of(sid_of(row), "sent")
    assert url.startswith(f"{public}?notification=")
    assert post(url, form, {"X-Twilio-Signature": signature}).json() == {"is_news": True}


def test_reports_of_what_is_not_ours_have_no_effect(twilio):
    row = send(make_phone())
    mail = make_notification(make_channel(), status="sent")
    base, form, _ = twilio.report_of(sid_of(row), "delivered")
    base = base.partition("?")[0]
    for query, changes in [
        ("", {}),
        ("?notification=nonsense", {}),
        ("?notification=00000000-0000-4000-8000-000000000000", {}),
        (f"?notification={mail.public_id}", {}),
        (f"?notification={row.public_id}", {"MessageSid": "SM" + "f" * 32}),
        (f"?notification={row.public_id}", {"MessageSid": "\x00"}),
        (f"?notification={row.public_id}", {"To": OTHER}),
    ]:
        sent = {**form, **changes}
        signed = sign(token=TOKEN, url=base + query, form={k: [v] for k, v in sent.items()})
        answer = post(base + query, sent, {"X-Twilio-Signature": signed})
        assert (answer.status_code, answer.json()) == (200, {"is_news": False})
    assert not NotificationLog.objects.exclude(delivered_at=None).exists()


def test_a_failure_is_shown_at_the_message_and_the_channel(twilio):
    row = told(twilio, send(make_phone()), "undelivered", 30006)
    assert (row.status, row.provider_status, row.error_code) == ("sent", "undelivered", "landline")
    assert (row.delivered_at, row.channel.health) == (None, "failing")
    assert "landline" in row.channel.last_error
    assert NUMBER not in row.channel.last_error, "it may be a person's, and the team reads this"
    assert row.channel.is_active
    assert "Not delivered" in notification_badge(row)


def test_an_error_we_have_no_words_for_is_named_by_its_number(twilio):
    row = told(twilio, send(make_phone()), "failed", 39999)
    assert row.error_code == "refused"
    assert "39999" in row.error_message
    assert told(twilio, send(make_phone()), "failed").error_code == "refused"


def test_who_answered_stop_meanwhile_gets_nothing_more(twilio):
    row = told(twilio, send(make_phone()), "failed", 21610)
    assert (row.channel.is_active, row.channel.health) == (False, "disabled")


def test_a_phone_that_was_off_is_tried_again_later_but_not_for_ever(world, twilio):
    row = told(twilio, send(make_phone()), "undelivered", 30003)
    assert (row.status, row.error_code, row.sent_at) == ("pending", "phone_unreachable", None)
    assert row.next_attempt_at > timezone.now() + timedelta(minutes=4)
    for _ in range(3):
        row = told(twilio, again(row), "undelivered", 30003)
    assert (row.status, row.provider_status, row.retry_count) == ("sent", "undelivered", 4)
    assert len(world.messages("sms")) == 4


def test_a_phone_that_is_on_again_gets_it_and_the_others_no_second_one(world, twilio):
    row = send(make_phone(NUMBER, OTHER))
    told(twilio, row, "delivered", number=OTHER)
    told(twilio, row, "undelivered", 30003)
    row = told(twilio, again(row), "delivered")
    assert (row.status, row.provider_status, row.error_message) == ("sent", "delivered", "")
    assert row.delivered_at is not None
    assert [one.to for one in world.messages("sms")] == [NUMBER, OTHER, NUMBER]


def test_outside_the_window_is_often_told_later_and_the_template_follows(world, twilio):
    own = "HX" + "b" * 32
    row = send(make_phone(kind="whatsapp", template_sid=own))
    row = told(twilio, row, "failed", 63016)
    assert row.status == "pending"
    row = again(row)
    assert (row.status, twilio.calls[-1]["ContentSid"]) == ("sent", own)
    row = told(twilio, row, "failed", 63016)
    assert (row.status, row.error_code, len(twilio.calls)) == ("sent", "outside_window", 2)


def test_of_two_recipients_the_slower_one_counts(twilio):
    row = send(make_phone(NUMBER, OTHER))
    told(twilio, row, "delivered")
    assert (row.provider_status, row.delivered_at) == ("queued", None)
    told(twilio, row, "delivered", number=OTHER)
    assert row.provider_status == "delivered"
    assert row.delivered_at is not None


def test_a_report_that_comes_before_the_answer_is_not_lost(twilio, monkeypatch):
    """The number is known by the address of the report, Twilio's id only by the answer."""
    taken = type(twilio)._taken

    def reported_first(self, form):
        reply = taken(self, form)
        assert self.report(next(reversed(self.messages)), "delivered") == 200
        return reply

    monkeypatch.setattr(type(twilio), "_taken", reported_first)
    row = send(make_phone())
    assert (row.status, row.provider_status) == ("sent", "delivered")
    assert row.delivered_at is not None
    assert row.rendered["progress"][NUMBER]["segments"] == 1


def test_a_failure_that_comes_before_the_answer_is_looked_after_when_it_comes(twilio, monkeypatch):
    taken = type(twilio)._taken

    def reported_first(self, form):
        reply = taken(self, form)
        assert self.report(next(reversed(self.messages)), "undelivered", 30003) == 200
        return reply

    monkeypatch.setattr(type(twilio), "_taken", reported_first)
    row = send(make_phone())
    assert (row.status, row.error_code) == ("pending", "phone_unreachable")


def post(url, form, headers):
    path = "/" + url.split("/", 3)[3]
    body = urlencode(form)
    return APIClient().post(
        path, body, content_type="application/x-www-form-urlencoded", headers=headers
    )
