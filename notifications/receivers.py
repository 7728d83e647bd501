"""What notifications do when other rooms ring: events were committed, a website or monitor is gone,
a person wants something else or belongs somewhere else."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from accounts.models import Membership, User
from notifications.services.announcing import announced_wait, events_announce
from notifications.services.personal import personal_channels_sync
from notifications.services.subscriptions import subscriptions_disable_emptied
from notifications.telegram_bot.linking import links_sync

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


def preferences_changed(sender: object, user_id: int, **kwargs: Any) -> None:
    personal_channels_sync(user=User.objects.get(pk=user_id), is_asked=True)


def membership_changed(sender: object, instance: Membership, **kwargs: Any) -> None:
    """In the same transaction: who left a team gets nothing of it from then on."""
    user = User.objects.filter(pk=instance.user_id).first()
    if user is not None:
        personal_channels_sync(user=user)
        links_sync(user=user)


def person_changed(
    sender: object, instance: User, created: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    """Who may no longer log in is told nothing. A log-in itself saves the person, too."""
    if not created and (update_fields is None or "is_active" in update_fields):
        personal_channels_sync(user=instance)
        links_sync(user=instance)
