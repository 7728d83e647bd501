"""Manual items: stock that people or programs tell us; a write checks the alerts at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from accounts.models import Team, User
from common.errors import InvalidInputError
from monitoring.models import Monitor
from monitoring.services.alerts import alerts_check
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import monitor_create, monitor_update
from websites.models import Website
from websites.services import website_create

SOURCE = "manual"
SHELF = "Items"
"""Name of the website that is made for the first item of a team."""


def item_create(
    *,
    team: Team,
    name: str,
    quantity: int,
    threshold_low: int | None = None,
    owner: User | None = None,
) -> Monitor:
    """Raises InvalidInputError."""
    _refuse_nameless(name)
    with transaction.atomic():
        item = monitor_create(
            website=_shelf(team),
            product_id=f"item-{uuid.uuid4().hex[:12]}",
            product_name=name.strip(),
            threshold_low=threshold_low,
            owner=owner,
        )
        stock_push(monitor=item, quantity=quantity)
    item.refresh_from_db()
    return item


def item_update(*, item: Monitor, **changes: Any) -> Monitor:
    """Changes name, quantity, threshold_low or owner. Raises InvalidInputError, and ConflictError
    for a paused item."""
    quantity = changes.pop("quantity", None)
    if "name" in changes:
        _refuse_nameless(changes["name"])
        changes["product_name"] = changes.pop("name").strip()
    with transaction.atomic():
        if changes:
            monitor_update(monitor=item, is_judged=quantity is None, **changes)
        if quantity is not None:
            stock_push(monitor=item, quantity=quantity)
            alerts_check(monitors=Monitor.objects.filter(pk=item.pk))
    item.refresh_from_db()
    return item


def _shelf(team: Team) -> Website:
    held = Website.objects.filter(team=team, source=SOURCE, is_active=True)
    found = held.filter(name=SHELF).first() or held.order_by("pk").first()
    if found is not None:
        return found
    taken = set(Website.objects.filter(team=team).values_list("name", flat=True))
    free = (SHELF, *(f"{SHELF} {number}" for number in range(2, len(taken) + 3)))
    try:
        name = next(one for one in free if one not in taken)
        return website_create(team=team, name=name, source=SOURCE)
    except InvalidInputError:  # somebody else made it at this moment
        return held.order_by("pk").get()


def _refuse_nameless(name: str) -> None:
    if not name.strip():
        raise InvalidInputError("The item is not valid.", fields={"name": ["Give it a name."]})
