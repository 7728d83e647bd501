"""What an attempt through Apprise came to. It says yes or no; the reason is found on the way."""

from __future__ import annotations

import math

from common.http import Response
from notifications.channels.apprise.door import Call, json_object
from notifications.channels.apprise.masking import mask
from notifications.channels.apprise.schemes import Scheme
from notifications.channels.errors import DeliveryError

USELESS = frozenset({401, 403, 404, 410})
"""The token or the place is wrong: the same message will fail the same way."""

REFUSED_ATTEMPTS = 5


def unproved(scheme: Scheme, call: Call) -> str | None:
    """Why a 2xx answer is a refusal all the same; None when it is not."""
    if scheme.proof is None or not call.answers:
        return None
    key, good = scheme.proof
    said = json_object(call.answers[-1])
    if key not in said or said[key] in good:
        return None
    words = next((said[name] for name in ("errmsg", "msg", "message") if said.get(name)), "")
    return f"{key} {said[key]} {words}".strip()


def named(scheme: Scheme, call: Call, url: str, refusal: str | None = None) -> DeliveryError:
    """Our error for an attempt that failed; texts of the other side are masked."""
    if call.error is not None:
        return DeliveryError(call.error.message, code=call.error.code, advice=call.error.advice)
    said = mask(refusal or " ".join(call.log[-2:]), url)
    if refusal is not None or not call.answers or call.answers[-1].status < 300:
        return DeliveryError(
            _sentence(f"{scheme.label} did not accept the message", said),
            code="not_accepted",
            max_attempts=REFUSED_ATTEMPTS,
            advice="Check the address and the rights of its token.",
        )
    return _for_status(scheme, call.answers[-1], said)


def _for_status(scheme: Scheme, answer: Response, said: str) -> DeliveryError:
    status = answer.status
    code = f"http_{status}"
    message = _sentence(f"{scheme.label} answered {status}", said)
    if status in USELESS:
        return DeliveryError(
            message,
            code=code,
            permanent=True,
            advice="Enter a new address: the service does not know this one or its token.",
        )
    if status == 429 or status >= 500:
        return DeliveryError(message, code=code, retry_after=_wait(answer))
    return DeliveryError(message, code=code, max_attempts=REFUSED_ATTEMPTS)


def _wait(answer: Response) -> float | None:
    """Seconds the service asked to wait: a header, or a number in its JSON answer."""
    said = json_object(answer)
    if isinstance(said.get("retry_after_ms"), int | float):
        return _sane(said["retry_after_ms"] / 1000)
    for value in (answer.headers.get("Retry-After"), said.get("retry_after")):
        try:
            if value is not None:
                return _sane(float(value))
        except (TypeError, ValueError):
            continue
    return None


def _sane(seconds: float) -> float | None:
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _sentence(start: str, said: str) -> str:
    return f"{start}: {said.rstrip('.')}." if said else f"{start}."
