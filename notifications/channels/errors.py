"""Why a message was not accepted, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import ProductError


class DeliveryError(ProductError):
    """A send that failed.

    `permanent`: trying this message again is useless. `retry_after`: seconds the other side asked
    to wait. `disables_channel`: nothing will ever arrive there until a person mends it.
    `max_attempts`: give up earlier than the outbox would (a receiver that says no five times).
    """

    code = "delivery_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
        disables_channel: bool = False,
        max_attempts: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message, code=code, advice=advice)
        self.permanent = permanent or disables_channel
        self.retry_after = retry_after
        self.disables_channel = disables_channel
        self.max_attempts = max_attempts
        self.seconds = 0.0
        """How long the attempt took; written by the outbox."""
        self.progress: Mapping[str, Mapping[str, Any]] = {}
        """Recipients that took the message all the same, as in Receipt."""
