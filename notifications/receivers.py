"""What notifications do when other rooms ring: events were committed, a website or monitor is gone."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from notifications.services.announcing import announced_wait, events_announce
from notifications.services.subscriptions import subscriptions_disable_emptied

logger = logging.getLogger(__name__)


def announce(sender: object, event_ids: list[int], **kwargs: Any) -> None:
    """Costs the recording two short transactions and no waiting. Whatever is left or fails is found
    by the sweep; nothing is raised into the poll."""
    try:
        events_announce(event_ids)
    except Exception:
        logger.exception("first_attempt_failed")


def wait_for_announced(sender: object, **kwargs: Any) -> None:
    announced_wait()


def look_for_emptied(sender: object, **kwargs: Any) -> None:
    """Once for a deletion, however many rows it takes. Should it be missed, such a subscription
    matches nothing all the same."""
    waiting = [entry[1] for entry in transaction.get_connection().run_on_commit]
    if subscriptions_disable_emptied not in waiting:
        transaction.on_commit(subscriptions_disable_emptied)
