"""What an error of Twilio means for the message and for the channel.

The numbers are Twilio's (https://www.twilio.com/docs/api/errors). The same ones come with the
answer to a message and, later, with a report that it could not be delivered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from common.backoff import retry_after_seconds
from common.http import Response
from common.redaction import redact
from notifications.channels.errors import DeliveryError

OUTSIDE_WINDOW = 63016
OPTED_OUT = 21610
WORDS_MAX = 200


@dataclass(frozen=True, slots=True)
class Meaning:
    """What people and the outbox are told."""

    code: str
    words: str
    advice: str = ""
    permanent: bool = True
    disables_channel: bool = False
    max_attempts: int | None = None


MEANINGS: dict[int, Meaning] = {
    20003: Meaning(
        code="bad_credentials",
        words="Twilio does not accept our credentials.",
        advice="Correct TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or the key pair).",
    ),
    20429: Meaning(
        code="rate_limited",
        words="Twilio has too many messages of us.",
        permanent=False,
    ),
    21606: Meaning(
        code="bad_sender",
        words="The sender cannot send to this number.",
        advice="Set TWILIO_FROM to a number or sender id of the account that may send there.",
    ),
    21608: Meaning(
        code="trial_account",
        words="A trial account sends to verified numbers only.",
        advice="Verify the number in the console of Twilio, or upgrade the account.",
    ),
    OPTED_OUT: Meaning(
        code="opted_out",
        words="This person answered STOP and wants no more messages.",
        advice="Take the number out; the person can send START to the sender.",
        disables_channel=True,
    ),
    21612: Meaning(
        code="unroutable",
        words="Twilio has no way from this sender to this number.",
        advice="Allow the country in the console of Twilio, or use another sender.",
    ),
    21614: Meaning(
        code="not_mobile",
        words="This is no mobile number.",
        advice="Enter a mobile number.",
    ),
    30003: Meaning(
        code="phone_unreachable",
        words="The phone is off or has no network.",
        permanent=False,
        max_attempts=4,  # each of them is charged
    ),
    30006: Meaning(
        code="landline",
        words="The number is a landline, or its network takes no messages.",
        advice="Enter a mobile number.",
    ),
    OUTSIDE_WINDOW: Meaning(
        code="outside_window",
        words="The person did not write to the sender within 24 hours.",
        advice="Set TWILIO_TEMPLATE_SID to an approved template, or let the person write first.",
    ),
}
BAD_NUMBER = Meaning(
    code="bad_number",
    words="Twilio does not take the number or the text.",
    advice="Check the number.",
)
BUSY = Meaning(code="server_trouble", words="Twilio is in trouble.", permanent=False)
REFUSED = Meaning(code="refused", words="Twilio refused the message.")


def meaning_of(code: int, status: int = 400) -> Meaning:
    """For an error number (0: none was given) and the HTTP status it came with."""
    if code in MEANINGS:
        return MEANINGS[code]
    if 21200 <= code <= 21299:
        return BAD_NUMBER
    if status in (401, 403) and not code:
        return MEANINGS[20003]
    if status == 429:
        return MEANINGS[20429]
    return BUSY if status >= 500 or status == 408 else REFUSED


def is_for_all(error: DeliveryError) -> bool:
    """Whether the next recipient would fare alike at this moment: the limit, the network."""
    return not error.permanent and error.code != "phone_unreachable"


def error_of(
    meaning: Meaning, *, number: int, words: str = "", wait: float | None = None
) -> DeliveryError:
    """`words`: Twilio's own, shown where we have none for the number."""
    text = redact(words)[:WORDS_MAX] if meaning in (REFUSED, BAD_NUMBER) else ""
    shown = " ".join(filter(None, [meaning.words, text.rstrip(".") + "." if text else ""]))
    return DeliveryError(
        f"{shown} (Twilio {number})." if number else shown,
        code=meaning.code,
        permanent=meaning.permanent,
        disables_channel=meaning.disables_channel,
        retry_after=wait,
        max_attempts=meaning.max_attempts,
        advice=meaning.advice,
    )


def refusal(answer: Response) -> tuple[int, DeliveryError]:
    """(Twilio's number or 0, our error) of an answer that is no acceptance."""
    number, words = _told(answer.body)
    meaning = meaning_of(number, answer.status)
    wait = None if meaning.permanent else retry_after_seconds(answer.headers.get("Retry-After", ""))
    return number, error_of(meaning, number=number, words=words, wait=wait)


def _told(body: bytes) -> tuple[int, str]:
    try:
        told = json.loads(body)
        return int(told["code"]), str(told.get("message") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0, ""
