"""Mail over a real socket to a sink."""

from __future__ import annotations

import pytest

from notifications.services.outbox import deliver
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = world.mail.host, world.mail.port
    settings.DEFAULT_FROM_EMAIL = "Stock <stock@shop.example>"
    return world.mail


def send(*to, **fields):
    row = make_notification(
        make_channel(kind="email", config={"to": list(to)}, secrets={}), **fields
    )
    deliver([row.pk])
    row.refresh_from_db()
    row.channel.refresh_from_db()
    return row


def test_a_mail_has_text_html_and_a_stable_id(world, mail):
    row = send("a@example.com", "b@example.com")
    assert row.status == "sent"
    (received,) = world.messages("mail")
    assert received.subject == row.subject
    assert "Stock: 3 → 0" in received.text
    assert "<html" in received.html
    assert received.headers["message-id"] == f"<{row.public_id}@shop.example>"
    assert received.headers["list-id"] == "<whmcs-stock-monitor.shop.example>"
    assert "b@example.com" in received.headers["to"]


def test_a_subject_with_line_breaks_cannot_add_headers(world, mail):
    row = send(
        "a@example.com", subject="One\r\nBcc: x@example.com", message="x", rendered={"html": ""}
    )
    assert row.status == "sent"
    (received,) = world.messages("mail")
    assert received.subject == "One Bcc: x@example.com"


def test_a_mail_server_that_is_down_is_tried_again(mail):
    mail.down()
    row = send("a@example.com")
    assert (row.status, row.error_code) == ("pending", "smtp_unreachable")
    assert "EMAIL_URL" in row.error_message


def test_a_recipient_that_does_not_exist_ends_the_message(mail):
    mail.fail(550, "No such user", stage="to")
    row = send("a@example.com")
    assert (row.status, row.error_code) == ("dead", "recipients_refused")
    assert "No such user" not in row.error_message
    assert row.channel.is_active


@pytest.mark.parametrize(
    ("stage", "code"), [("to", 450), ("data", 451), ("data", 554), ("from", 550)]
)
def test_other_refusals_are_tried_again(mail, stage, code):
    mail.fail(code, stage=stage)
    assert send("a@example.com").status == "pending"


def test_one_refused_recipient_of_two_does_not_stop_the_other(world, mail):
    mail.fail(550, stage="to", to="a@example.com")
    row = send("a@example.com", "b@example.com")
    assert (row.status, row.error_code) == ("sent", "some_recipients_refused")
    assert "refused a@example.com (550)" in row.error_message
    assert row.channel.last_error == row.error_message
    assert len(world.messages("mail")) == 1


def test_a_refused_log_in_names_the_setting(mail, settings, monkeypatch):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "u", "planted-password"

    from smtplib import SMTP, SMTPAuthenticationError

    def refuse(*_args, **_kwargs):
        raise SMTPAuthenticationError(535, b"no, planted-password is wrong")

    monkeypatch.setattr(SMTP, "login", refuse)
    row = send("a@example.com")
    assert (row.status, row.error_code) == ("pending", "smtp_auth")
    assert "planted" not in row.error_message
