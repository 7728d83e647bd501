"""One suite over every registered channel kind."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from common.plugin import clean_config, split_secrets
from config.twilio import Twilio
from notifications.channels.base import Message, Receipt, SendsMany, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import CHANNELS, build, choices

KINDS = CHANNELS.kinds()
NOWHERE = "http://127.0.0.1:9"
PLANTED = "planted"

MESSAGE = Message(
    id="0b5f3f0e-7f43-4c60-9d0e-0d1f9c1a2b3c",
    type="sold_out",
    subject="Sold out: VPS",
    text="VPS is sold out.",
    html="<p>VPS is sold out.</p>",
    payload={"type": "stock.sold_out", "timestamp": "2026-01-01T00:00:00Z", "data": {}},
)

# A valid configuration of each kind that leads nowhere, with secrets that must never be seen.
SAMPLES: dict[str, dict[str, Any]] = {
    "telegram": {"chat_id": "42", "bot_token": "123456789:AAplanted-token-AAAAAAAAAAAAAAAAAAA"},
    "email": {"to": ["a@example.com"]},
    "webhook": {
        "url": f"{NOWHERE}/hook",
        "secret": "whsec_cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQtcGxhbnRlZA==",
    },
    "sms": {"to": ["+14155550123"]},
    "whatsapp": {"to": ["+14155550123"], "template_sid": "HX" + "0" * 32},
    "apprise": {"url": "ntfy://planted-user:planted-word@127.0.0.1:9/planted-topic"},
}
BAD_TARGETS = [Target(config={}, secrets={}), Target(config={"chat_id": 5, "to": "x"}, secrets={})]

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _nowhere(settings):
    settings.TELEGRAM_API_URL = NOWHERE
    settings.TELEGRAM_BOT_TOKEN = ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.EMAIL_HOST_PASSWORD = PLANTED
    settings.TWILIO = Twilio(
        account_sid="AC1",
        auth_token=PLANTED,
        sender="+14155550100",
        whatsapp_sender="+14155550100",
        api_url=NOWHERE,
    )


def target_of(kind: str) -> Target:
    config, secrets = split_secrets(
        CHANNELS.get(kind).CONFIG, clean_config(CHANNELS.get(kind).CONFIG, SAMPLES[kind])
    )
    return Target(config=config, secrets=secrets)


def failure(kind: str, target: Target) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        build(kind, target).send(MESSAGE)
    return caught.value


def test_the_kind_describes_itself(kind):
    transport = CHANNELS.get(kind)
    assert transport.kind == kind
    assert (kind, transport.label) in choices()
    assert transport.label


def test_its_options_are_described_for_forms_and_docs(kind):
    fields = CHANNELS.get(kind).CONFIG
    assert fields
    assert all(field.label and field.help for field in fields)
    assert len({field.name for field in fields}) == len(fields)


def test_an_empty_configuration_is_refused_or_complete_by_itself(kind):
    transport = CHANNELS.get(kind)
    required = {field.name for field in transport.CONFIG if field.is_required}
    assert required - set(transport.prepare({}))


def test_preparing_changes_nothing_that_was_given(kind):
    given = dict(SAMPLES[kind])
    assert CHANNELS.get(kind).prepare(given) == SAMPLES[kind]
    assert given == SAMPLES[kind]


def test_a_failure_is_a_delivery_error_that_says_what_to_do(kind):
    error = failure(kind, target_of(kind))
    assert error.code
    assert error.message.endswith(".")
    assert not error.permanent


def test_a_broken_target_is_a_delivery_error_too(kind):
    for target in BAD_TARGETS:
        assert isinstance(failure(kind, target), DeliveryError)


def test_secrets_and_addresses_are_in_no_error(kind):
    target = target_of(kind)
    error = failure(kind, target)
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.advice
    for secret in (*target.secrets.values(), PLANTED, "127.0.0.1:9/"):
        assert str(secret) not in shown


def test_secrets_are_not_in_the_representation(kind):
    target = target_of(kind)
    for secret in target.secrets.values():
        assert str(secret) not in repr(target)
        assert str(secret) not in repr(build(kind, target))


def test_many_messages_have_an_answer_each_or_stop(kind):
    transport = build(kind, target_of(kind))
    if isinstance(transport, SendsMany):
        results = transport.send_many([MESSAGE, MESSAGE])
        assert 1 <= len(results) <= 2
        assert all(isinstance(result, Receipt | DeliveryError) for result in results)
