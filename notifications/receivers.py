"""Rings when events were committed: plan at once and make the first attempt in the same worker."""

from __future__ import annotations

import logging
from typing import Any

from notifications.planning import events_plan
from notifications.services.outbox import LIMIT, deliver

logger = logging.getLogger(__name__)


def announce(sender: object, event_ids: list[int], **kwargs: Any) -> None:
    """Bounded to 20 messages and 3 s, so that slow receivers delay no recording. Whatever is left
    or fails is found by the sweep; nothing is raised into the poll."""
    try:
        notification_ids = events_plan(event_ids=event_ids)
        if notification_ids:
            deliver(notification_ids, limit=LIMIT)
    except Exception:
        logger.exception("first_attempt_failed")
