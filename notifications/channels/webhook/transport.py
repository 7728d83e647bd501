"""Signed webhooks as in Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from common.backoff import retry_after_seconds
from common.http import fetch
from common.http_errors import HttpError
from common.plugin import ConfigField
from notifications.channels.base import Message, Receipt, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.webhook.config import CONFIG, key_of, new_secret

DEADLINE_SECONDS = 20.0
BUSY = frozenset({429, 502, 503, 504})
GONE = 410
REFUSED_ATTEMPTS = 5
"""A receiver that redirects or refuses is misconfigured: it gets half an hour, not two days."""


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>` over `{id}.{timestamp}.{body}`; timestamp is in unix seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class WebhookTransport:
    """POSTs Message.payload. The id stays the same for every attempt: receivers drop repeats."""

    kind: ClassVar[str] = "webhook"
    label: ClassVar[str] = "Webhook"
    has_html: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = CONFIG

    def __init__(self, target: Target) -> None:
        self._url = str(target.config.get("url", ""))
        self._secret = str(target.secrets.get("secret", ""))

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Generates the signing secret when none is given."""
        return values if values.get("secret") else {**values, "secret": new_secret()}

    def send(self, message: Message) -> Receipt:
        body = json.dumps(message.payload, separators=(",", ":"), ensure_ascii=False).encode()
        try:
            headers = self._headers(message.id, body)
        except ValueError:
            raise DeliveryError(
                "The signing secret of the webhook is missing or broken.",
                code="bad_secret",
                permanent=True,
                advice="Set a new one.",
            ) from None
        try:
            answer = fetch(
                "POST",
                self._url,
                data=body,
                headers=headers,
                deadline=DEADLINE_SECONDS,
                redirects="none",
            )
        except HttpError as error:
            raise DeliveryError(error.message, code=error.code, advice=error.advice) from None
        if 200 <= answer.status < 300:
            return Receipt(provider_status=str(answer.status))
        raise _refusal(answer.status, answer.headers)

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        now = int(time.time())
        return {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(
                secret=self._secret, message_id=message_id, timestamp=now, body=body
            ),
        }


def _refusal(status: int, headers: Mapping[str, str]) -> DeliveryError:
    code = f"http_{status}"
    if status == GONE:
        return DeliveryError(
            "The receiver answered 410 Gone: it wants no more messages.",
            code=code,
            disables_channel=True,
            advice="Correct the address, then enable the channel again.",
        )
    if 300 <= status < 400:
        return DeliveryError(
            f"The receiver redirects ({status}); webhooks do not follow.",
            code=code,
            max_attempts=REFUSED_ATTEMPTS,
            advice="Enter the address it leads to.",
        )
    message = f"The receiver answered {status}."
    if status in BUSY:
        wait = retry_after_seconds(headers.get("Retry-After", ""))
        return DeliveryError(message, code=code, retry_after=wait)
    limit = REFUSED_ATTEMPTS if 400 <= status < 500 else None
    return DeliveryError(message, code=code, max_attempts=limit)
