"""The mail sink keeps what it gets and refuses as scripted."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from demo.world import World


def send(world: World, to: str = "ops@example.com, second@example.com") -> None:
    message = EmailMessage()
    message["From"] = "monitor@example.com"
    message["To"] = to
    message["Subject"] = "Wieder da: KVM \U0001f680"
    message.set_content("Grüße\n")
    message.add_alternative("<p>Gr&uuml;&szlig;e</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", world.smtp_port, timeout=5) as client:
        client.send_message(message)


def test_a_mail_is_decoded(world: World) -> None:
    send(world)

    (mail,) = world.wait(1, "mail", "ops@example.com")
    assert mail.subject == "Wieder da: KVM \U0001f680"
    assert mail.text.strip() == "Grüße"
    assert mail.html.strip() == "<p>Gr&uuml;&szlig;e</p>"
    assert mail.detail["from"] == "monitor@example.com"
    assert mail.detail["recipients"] == ["ops@example.com", "second@example.com"]
    assert mail.headers["to"].startswith("ops@example.com")


@pytest.mark.parametrize("code", [451, 554])
def test_data_may_be_refused_for_now_or_for_good(world: World, code: int) -> None:
    world.mail.fail(code, "No")

    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(world)
    assert caught.value.smtp_code == code
    send(world)
    assert len(world.messages("mail")) == 1


def test_a_sender_may_be_refused(world: World) -> None:
    world.mail.fail(550, stage="from")

    with pytest.raises(smtplib.SMTPSenderRefused):
        send(world)


def test_one_recipient_may_be_unknown(world: World) -> None:
    world.mail.fail(550, "No such user", stage="to", to="second@example.com", times=None)

    send(world)
    assert world.messages("mail")[0].detail["recipients"] == ["ops@example.com"]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(world, "second@example.com")
    world.mail.clear()
    send(world, "second@example.com")


def test_an_unknown_stage_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="stage is one of"):
        world.mail.fail(stage="nonsense")


def test_a_server_that_is_down_refuses_connections_until_it_is_up(world: World) -> None:
    with smtplib.SMTP("127.0.0.1", world.smtp_port, timeout=5) as open_before:
        open_before.noop()
        world.mail.down()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            open_before.noop()
    with pytest.raises(ConnectionRefusedError):
        send(world)

    world.mail.up()
    world.mail.up()
    send(world)
    assert len(world.messages("mail")) == 1


def test_a_login_is_noted(world: World) -> None:
    with smtplib.SMTP("127.0.0.1", world.smtp_port, timeout=5) as client:
        client.login("user", "any password")

    assert world.mail.logins == ["user"]
