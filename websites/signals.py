"""What has to happen to websites when rows of other rooms change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import Signal

from accounts.models import Team
from websites.models import Website

# Sent inside the transaction with `website_id: int`: its address leads to another shop now.
shop_moved = Signal()


def forget_applied_hashes(
    sender: type[Team],
    instance: Team,
    *,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """A team's threshold is part of every comparison: its quiet shops are compared again."""
    if created or (update_fields is not None and "low_stock_threshold" not in update_fields):
        return
    Website.objects.filter(team=instance).forget_reads()
