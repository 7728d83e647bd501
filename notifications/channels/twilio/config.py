"""Settings of an SMS or WhatsApp channel, and what the installation must have for it."""

from __future__ import annotations

import re

from django.conf import settings

from common.errors import InvalidInputError
from common.plugin import ConfigField

MAX_RECIPIENTS = 10
"""Each of them is a request of its own, and all must fit into the time of one message."""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_DECORATION = re.compile(r"[\s()./-]|^whatsapp:")
_TEMPLATE = re.compile(r"HX[0-9a-f]{32}", re.IGNORECASE)


def clean_numbers(numbers: list[str]) -> list[str]:
    """E.164 (ITU-T): a plus, the country code, at most 15 digits in all."""
    if len(numbers) > MAX_RECIPIENTS:
        raise ValueError(f"At most {MAX_RECIPIENTS} numbers.")
    cleaned = [_DECORATION.sub("", number) for number in numbers]
    for given, number in zip(numbers, cleaned, strict=True):
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"{given} is not a number with its country code, like +4915112345678.")
    return list(dict.fromkeys(cleaned))


def clean_template(template_sid: str) -> str:
    if not _TEMPLATE.fullmatch(template_sid):
        raise ValueError("Must be HX and 32 digits or letters from a to f.")
    return template_sid


_TO = ConfigField(
    name="to",
    label="Phone numbers",
    help="With country code, like +4915112345678, separated by commas. Each gets a message of its "
    "own.",
    type="list",
    is_required=True,
    clean=clean_numbers,
)
SMS_CONFIG = (_TO,)
WHATSAPP_CONFIG = (
    _TO,
    ConfigField(
        name="template_sid",
        label="Template",
        help="Approved template (HX...) for people who did not write within 24 hours. "
        "Empty: that of TWILIO_TEMPLATE_SID.",
        clean=clean_template,
    ),
)


def missing_settings(kind: str) -> list[str]:
    """What is to be set before channels of this kind ("sms" or "whatsapp") can send."""
    twilio = settings.TWILIO
    missing = [] if twilio.account_sid else ["TWILIO_ACCOUNT_SID"]
    if not twilio.auth_token and not (twilio.api_key and twilio.api_secret):
        missing.append("TWILIO_AUTH_TOKEN")
    if kind == "whatsapp" and not twilio.whatsapp_sender:
        missing.append("TWILIO_WHATSAPP_FROM")
    if kind == "sms" and not (twilio.sender or twilio.messaging_service_sid):
        missing.append("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID")
    return missing


def refuse_unconfigured(kind: str) -> None:
    """Raises InvalidInputError that names the settings: better when the channel is made than when
    the first alert is lost."""
    if missing := missing_settings(kind):
        raise InvalidInputError(
            "The operator has not set Twilio up.",
            fields={"kind": [f"Not set up here. To be set first: {', '.join(missing)}."]},
        )
