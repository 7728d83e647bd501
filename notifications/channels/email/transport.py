"""Mail through Django's e-mail settings (EMAIL_URL)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.text import slugify

from common.plugin import ConfigField
from notifications.channels.base import Message, Receipt, Target
from notifications.channels.email.config import CONFIG
from notifications.channels.email.smtp import InTimeBackend
from notifications.channels.errors import DeliveryError

logger = logging.getLogger(__name__)


class EmailTransport:
    """One mail to all recipients. The Message-ID is the same for every attempt, so that mail
    programs and servers show a repeated one once."""

    kind: ClassVar[str] = "email"
    label: ClassVar[str] = "E-mail"
    has_html: ClassVar[bool] = True
    CONFIG: ClassVar[Sequence[ConfigField]] = CONFIG

    def __init__(self, target: Target) -> None:
        self._to = [str(address) for address in target.config.get("to", [])]

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def send(self, message: Message) -> Receipt:
        mail, connection = self._mail(message), _connection()
        try:
            accepted = connection.send_messages([mail])
        except SMTPRecipientsRefused as error:
            raise _refused(error) from None
        except SMTPAuthenticationError:
            raise DeliveryError(
                "The mail server does not accept our log-in.",
                code="smtp_auth",
                advice="Correct user and password in EMAIL_URL.",
            ) from None
        except SMTPResponseException as error:
            raise DeliveryError(
                f"The mail server answered {error.smtp_code}.", code=f"smtp_{error.smtp_code}"
            ) from None
        except (OSError, SMTPException) as error:
            logger.info("mail_failed error=%s", type(error).__name__)
            raise DeliveryError(
                "The mail server could not be reached, or did not take the mail in time.",
                code="smtp_unreachable",
                advice="Check EMAIL_URL and the mail server.",
            ) from None
        finally:
            # Django leaves it open when the log-in is refused; the mail is decided either way.
            with suppress(OSError):
                connection.close()
        if not accepted:
            raise DeliveryError("There is no recipient.", code="no_recipient", permanent=True)
        return Receipt(
            provider_id=str(mail.extra_headers["Message-ID"]),
            flaw=_partly_refused(connection.refused)
            if isinstance(connection, InTimeBackend) and connection.refused
            else None,
        )

    def _mail(self, message: Message) -> EmailMultiAlternatives:
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        list_id = f"{slugify(settings.APP_NAME) or 'stock-monitor'}.{domain}"
        mail = EmailMultiAlternatives(
            subject=" ".join((message.subject or message.type).split()),
            body=message.text,
            to=self._to,
            headers={
                "Message-ID": f"<{message.id}@{domain}>",
                "List-Id": f"<{list_id}>",
                "Auto-Submitted": "auto-generated",
                **_list_headers(message),
            },
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        return mail


def _list_headers(message: Message) -> dict[str, str]:
    """What mail programs make their unsubscribe button of (RFC 2369, RFC 8058)."""
    headers = {}
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.is_one_click:
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _connection() -> BaseEmailBackend:
    """The backend of the settings; SMTP as one that is over in time."""
    connection: BaseEmailBackend = get_connection()
    return InTimeBackend() if type(connection) is EmailBackend else connection


def _partly_refused(replies: Mapping[str, tuple[int, bytes]]) -> DeliveryError:
    """Names them: people know their own addresses. What the server said stays out."""
    shown = ", ".join(f"{address} ({reply[0]})" for address, reply in sorted(replies.items()))
    return DeliveryError(
        f"The mail server refused {shown}. The other recipients have the mail.",
        code="some_recipients_refused",
        advice="Check the addresses.",
    )


def _refused(error: SMTPRecipientsRefused) -> DeliveryError:
    """All recipients were refused. For good only when each of them was."""
    codes = sorted({int(reply[0]) for reply in error.recipients.values()})
    shown = ", ".join(str(code) for code in codes)
    return DeliveryError(
        f"The mail server refused the recipients ({shown}).",
        code="recipients_refused",
        permanent=all(500 <= code < 600 for code in codes),
        advice="Check the addresses.",
    )
