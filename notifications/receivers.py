"""What notifications do when other rooms ring: events were committed, a website or monitor is gone."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from notifications.planning import events_plan
from notifications.services.outbox import LIMIT, deliver
from notifications.services.subscriptions import subscriptions_disable_emptied

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


def look_for_emptied(sender: object, **kwargs: Any) -> None:
    """Once for a deletion, however many rows it takes. Should it be missed, such a subscription
    matches nothing all the same."""
    waiting = [entry[1] for entry in transaction.get_connection().run_on_commit]
    if subscriptions_disable_emptied not in waiting:
        transaction.on_commit(subscriptions_disable_emptied)
