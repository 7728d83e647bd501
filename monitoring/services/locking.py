"""The order of locks, kept by everybody or two of them wait for each other: a website, its monitors,
their alerts (each kind of rows by id)."""

from __future__ import annotations

from common.prepared import Prepared
from websites.models import Website


def website_lock(website_id: int) -> None:
    """Until the end of the transaction. Whoever writes monitors before the website takes it first."""
    _LOCK.rows(website_id)


_LOCK = Prepared(
    lambda website_id: (
        Website.objects.filter(pk=website_id).select_for_update(no_key=True).values_list("pk")
    )
)
