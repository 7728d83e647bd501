"""One change of thresholds and switches for many Monitors. A transaction per portion of a website:
nobody's poll waits long, and what was done stays done when the rest fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.audit import audit_note
from common.errors import InvalidInputError
from monitoring.models import Monitor
from monitoring.services.alerts import alerts_check
from monitoring.services.locking import website_lock
from monitoring.services.monitors import JUDGED_BY
from websites.models import Website

SHARED = (
    "threshold_low",
    "threshold_high",
    "hysteresis",
    "notify_on_restock",
    "notify_on_sold_out",
    "notify_on_threshold",
    "notify_on_purchase",
    "notify_on_price",
)
"""What makes sense for many products at once."""
MOST_ROWS = 10_000
PORTION = 1000


class BulkSummary(NamedTuple):
    """How many monitors were changed, and what came of it at once."""

    changed: int = 0
    opened: int = 0
    resolved: int = 0


class BulkPreview(NamedTuple):
    """`chosen` monitors, of which `changing` have other values now; `by_field` each on its own."""

    chosen: int
    changing: int
    by_field: dict[str, int]


def monitors_change_preview(
    *, monitors: QuerySet[Monitor], changes: Mapping[str, Any]
) -> BulkPreview:
    """One statement. Raises InvalidInputError for values no monitor may have."""
    _validate(changes)
    rows = Monitor.objects.filter(pk__in=monitors.order_by().values("pk"))
    found = rows.aggregate(
        chosen=Count("pk"),
        changing=Count("pk", filter=_differs(changes)),
        **{f"of_{name}": Count("pk", filter=_differs({name: changes[name]})) for name in changes},
    )
    by_field = {name: found[f"of_{name}"] for name in changes}
    return BulkPreview(found["chosen"], found["changing"], by_field)


def monitors_change(*, monitors: QuerySet[Monitor], changes: Mapping[str, Any]) -> BulkSummary:
    """Changes those that differ; new thresholds open and resolve alerts at once. May be repeated.

    Raises InvalidInputError for bad values and for more than MOST_ROWS rows.
    """
    _validate(changes)
    chosen = Monitor.objects.filter(pk__in=monitors.order_by().values("pk"))
    differing = chosen.filter(_differs(changes)).order_by("website_id", "pk")
    keys = list(differing.values_list("website_id", "pk")[: MOST_ROWS + 1])
    if len(keys) > MOST_ROWS:
        raise InvalidInputError(
            f"At most {MOST_ROWS:,} monitors at a time: narrow the list by search or filters."
        )
    summary = BulkSummary()
    for website_id, group in groupby(keys, key=itemgetter(0)):
        ids = [pk for _, pk in group]
        for portion in _portions(ids):
            done = _change(website_id, portion, changes)
            summary = BulkSummary(*(a + b for a, b in zip(summary, done, strict=True)))
    return summary


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + PORTION] for start in range(0, len(ids), PORTION))


def _change(website_id: int, ids: Sequence[int], changes: Mapping[str, Any]) -> BulkSummary:
    rows = Monitor.objects.filter(pk__in=ids)
    with transaction.atomic():
        website_lock(website_id)
        website = Website.objects.filter(pk=website_id)
        website.forget_reads()
        changed = rows.update(**changes, updated_at=timezone.now())
        audit_note(
            website.get(),
            {f"{name} of {changed} monitors": [None, value] for name, value in changes.items()},
        )
        if not changes.keys() & JUDGED_BY:
            return BulkSummary(changed)
        told = alerts_check(monitors=rows)
    return BulkSummary(changed, told.opened, told.resolved)


def _differs(changes: Mapping[str, Any]) -> Q:
    condition = Q()
    for name, value in changes.items():
        condition |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{name: value})
    return condition


def _validate(changes: Mapping[str, Any]) -> None:
    if not changes:
        raise InvalidInputError("Say what is to be changed.")
    foreign = sorted(set(changes) - set(SHARED))
    if foreign:
        raise InvalidInputError(
            "Some values cannot be set.", fields={name: ["Cannot be set."] for name in foreign}
        )
    others = [one.name for one in Monitor._meta.fields if one.name not in changes]
    try:
        Monitor(**changes).clean_fields(exclude=others)
    except ValidationError as error:
        raise InvalidInputError("Some values are not valid.", fields=error.message_dict) from None
