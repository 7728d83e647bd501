"""The stock of many monitors at equal distances of time: for the small lines of a list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce

from monitoring.models import Monitor, StockRecord

WEEK = timedelta(days=7)
SAMPLES = 28
"""Every six hours of a week."""


def stock_samples(
    monitor_ids: Collection[int], *, now: datetime, span: timedelta = WEEK, count: int = SAMPLES
) -> dict[int, list[int | None]]:
    """Monitor id -> its stock at `count` moments up to `now`, oldest first; None is unknown.

    One statement that reads one record for each sample by the index, however many there are. Sold
    out without a number is 0. Nothing is known before the first reading and after the last good one.
    """
    step = span / (count - 1)
    moments = [now - step * (count - 1 - index) for index in range(count)]
    held = StockRecord.objects.filter(
        monitor=OuterRef("pk"), created_at__gte=OuterRef("first_read_at")
    ).order_by("-created_at", "-id")
    number = Case(
        When(available=False, then=Coalesce("quantity", 0)),
        default=F("quantity"),
        output_field=BigIntegerField(null=True),
    )
    samples = {
        f"sample_{index}": Subquery(
            held.filter(created_at__lte=at).annotate(number=number).values("number")[:1]
        )
        for index, at in enumerate(moments)
    }
    rows = Monitor.objects.filter(pk__in=monitor_ids).annotate(**samples)
    names = ("pk", "missing_since", "website__last_success_at", *samples)
    found = {}
    for pk, missing_since, last_success_at, *numbers in rows.values_list(*names):
        read_until = missing_since or last_success_at or now
        # A sample stands for the time since the one before it: some of that must have been read.
        found[pk] = [
            number if at - step < read_until else None
            for at, number in zip(moments, numbers, strict=True)
        ]
    return found
