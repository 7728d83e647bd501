"""SMS and WhatsApp through Twilio: one request per recipient."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings

from common.http import Response, fetch
from common.http_errors import HttpError
from common.plugin import ConfigField
from notifications.channels.base import Message, Receipt, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.twilio.config import (
    SMS_CONFIG,
    WHATSAPP_CONFIG,
    missing_settings,
    refuse_unconfigured,
)
from notifications.channels.twilio.failures import (
    OUTSIDE_WINDOW,
    error_of,
    is_for_all,
    meaning_of,
    refusal,
)
from notifications.channels.twilio.outcome import outcome
from notifications.channels.twilio.text import sms_text, template_values, whatsapp_text

CALL_SECONDS = 8.0
SEND_SECONDS = 15.0
"""No further recipient is begun after that; a call with its second try by template fits behind."""

VALIDITY_SECONDS = 4 * 3600
"""A text message that the network could not deliver by then is no news any more."""

UNREACHABLE_SECONDS = 300.0
"""Until a phone that was off is tried again."""

BY_TEMPLATE = "template"
"""`Message.progress` of a recipient whose next try is to be made by template."""


class TwilioTransport:
    """What both kinds share. Recipients that Twilio took are told through `progress`, so that a
    further attempt leaves them out."""

    kind: ClassVar[str]
    has_html: ClassVar[bool] = False

    def __init__(self, target: Target) -> None:
        self._to = [str(number) for number in target.config.get("to", [])]
        self._template = str(target.config.get("template_sid") or settings.TWILIO.template_sid)

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        refuse_unconfigured(cls.kind)
        return values

    def send(self, message: Message) -> Receipt:
        if missing := missing_settings(self.kind):
            raise DeliveryError(
                "Twilio is not set up here.",
                code="not_configured",
                permanent=True,
                advice=f"To be set: {', '.join(missing)}.",
            )
        taken: dict[str, dict[str, Any]] = {}
        failed: dict[str, DeliveryError] = {}
        until = time.monotonic() + SEND_SECONDS
        for number in self._to:
            before = message.progress.get(number, {})
            if before.get("sid"):
                continue
            try:
                if time.monotonic() > until:
                    raise _out_of_time()
                taken[number] = self._send_one(number, message, before.get("next") == BY_TEMPLATE)
            except DeliveryError as error:
                failed[number] = error
                if is_for_all(error):
                    break
        return outcome(self._to, message.progress, taken, failed)

    def undelivered(self, number: str, entry: Mapping[str, Any]) -> DeliveryError:
        """Of a recipient whose message failed after Twilio had taken it (HearsReports)."""
        code = int(entry.get("code") or 0)
        is_templated = entry.get("by") == BY_TEMPLATE
        if code == OUTSIDE_WINDOW and self._template and not is_templated:
            error = DeliveryError("It goes once more, by template.", code="outside_window")
            error.progress = {number: {"next": BY_TEMPLATE}}
            return error
        meaning = meaning_of(code)
        wait = None if meaning.permanent else UNREACHABLE_SECONDS
        return error_of(meaning, number=code, wait=wait)

    def _send_one(self, number: str, message: Message, is_by_template: bool) -> dict[str, Any]:
        """{"sid", "status", "segments"} as Twilio tells them. At most one more call: by template,
        when the person is outside of the window for free text."""
        for is_templated in (is_by_template, True):
            form = {
                **self._addressed(number),
                **(self._templated(message) if is_templated else self._written(message)),
                **_reported(message),
            }
            answer = _post(form)
            if answer.status in (200, 201):
                return _accepted(answer) | ({"by": BY_TEMPLATE} if is_templated else {})
            code, error = refusal(answer)
            if is_templated or code != OUTSIDE_WINDOW or not self._template:
                break
        raise error

    def _addressed(self, number: str) -> dict[str, str]:
        raise NotImplementedError

    def _written(self, message: Message) -> dict[str, str]:
        raise NotImplementedError

    def _templated(self, message: Message) -> dict[str, str]:
        values = json.dumps(template_values(message), ensure_ascii=False)
        return {"ContentSid": self._template, "ContentVariables": values}


class SmsTransport(TwilioTransport):
    """Text messages of one part each."""

    kind: ClassVar[str] = "sms"
    label: ClassVar[str] = "SMS (Twilio)"
    CONFIG: ClassVar[Sequence[ConfigField]] = SMS_CONFIG

    def _addressed(self, number: str) -> dict[str, str]:
        twilio = settings.TWILIO
        sender = (
            {"MessagingServiceSid": twilio.messaging_service_sid}
            if twilio.messaging_service_sid
            else {"From": twilio.sender}
        )
        return {"To": number, **sender, "ValidityPeriod": str(VALIDITY_SECONDS)}

    def _written(self, message: Message) -> dict[str, str]:
        return {"Body": sms_text(message)}


class WhatsAppTransport(TwilioTransport):
    """Free text to people who wrote within 24 hours, an approved template to the others."""

    kind: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp (Twilio)"
    CONFIG: ClassVar[Sequence[ConfigField]] = WHATSAPP_CONFIG

    def _addressed(self, number: str) -> dict[str, str]:
        sender = settings.TWILIO.whatsapp_sender
        return {"To": f"whatsapp:{number}", "From": f"whatsapp:{sender}"}

    def _written(self, message: Message) -> dict[str, str]:
        return {"Body": whatsapp_text(message)}


def _reported(message: Message) -> dict[str, str]:
    """Where Twilio tells what became of it. The address names our message: a report may come
    before the answer that names Twilio's."""
    url = settings.TWILIO.callback_url
    return {"StatusCallback": f"{url}?notification={message.id}"} if url else {}


def _post(form: Mapping[str, str]) -> Response:
    twilio = settings.TWILIO
    user, password = (
        (twilio.api_key, twilio.api_secret)
        if twilio.api_key and twilio.api_secret
        else (twilio.account_sid, twilio.auth_token)
    )
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    try:
        return fetch(
            "POST",
            f"{twilio.api_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json",
            data=form,
            headers={"Authorization": f"Basic {login}"},
            deadline=CALL_SECONDS,
            redirects="none",
        )
    except HttpError as error:
        raise DeliveryError(error.message, code=error.code, advice=error.advice) from None


def _accepted(answer: Response) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
        segments = str(told.get("num_segments") or "")
        return {
            "sid": str(told["sid"]),
            "status": str(told.get("status") or "accepted"),
            "segments": int(segments) if segments.isdecimal() else None,
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        # Sent, most likely; trying again would charge and disturb people once more.
        return {"sid": "unknown", "status": "accepted", "segments": None}


def _out_of_time() -> DeliveryError:
    return DeliveryError("There was no time left for this number.", code="timeout")
