"""How messages go through Apprise. Loaded by whoever sends one (transport.py)."""

from __future__ import annotations

import logging

from apprise import NotifyFormat, NotifyType

from notifications.channels.apprise.address import Service, read
from notifications.channels.apprise.door import Call, listening
from notifications.channels.apprise.failures import named, unproved
from notifications.channels.base import Message, Receipt
from notifications.channels.errors import DeliveryError

logger = logging.getLogger(__name__)

COLOURS: dict[str, NotifyType] = {
    "restocked": NotifyType.SUCCESS,
    "website_recovered": NotifyType.SUCCESS,
    "threshold_breach_low": NotifyType.WARNING,
    "sold_out": NotifyType.FAILURE,
    "website_unreachable": NotifyType.FAILURE,
}


def message_send(url: str, message: Message) -> Receipt:
    """Apprise says only yes or no: what the service answered is read at our own door. Raises
    DeliveryError."""
    try:
        service = read(url)
    except ValueError as error:
        raise DeliveryError(
            f"The service address cannot be used. {error}",
            code="bad_address",
            permanent=True,
            advice="Enter it again.",
        ) from None
    with listening() as call:
        is_accepted = _notify(service, message, call)
    refusal = unproved(service.scheme, call) if is_accepted else None
    if not is_accepted or refusal is not None:
        raise named(service.scheme, call, url, refusal)
    return Receipt(provider_status=str(call.answers[-1].status) if call.answers else "")


def _notify(service: Service, message: Message, call: Call) -> bool:
    """False also for a plugin that stumbles over an answer it did not expect."""
    try:
        return bool(
            service.plugin.notify(
                title=message.subject,
                body=message.text or message.subject or message.type,
                notify_type=COLOURS.get(message.type, NotifyType.INFO),
                body_format=NotifyFormat.TEXT,
            )
        )
    except Exception as error:  # a hundred authors: whatever it raises is a failed send
        logger.warning(
            "apprise_failed service=%s error=%s", service.scheme.names[0], type(error).__name__
        )
        call.log.append("The answer was not understood.")
        return False
