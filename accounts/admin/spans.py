"""A filter of lists by time: the last hours or days, or a span that a page linked to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import day_text
from accounts.admin.theme import DropdownFilter
from common.texts import Text

LATEST: dict[str, tuple[Text, timedelta]] = {
    "1h": (_("Last hour"), timedelta(hours=1)),
    "24h": (_("Last 24 hours"), timedelta(hours=24)),
    "7d": (_("Last 7 days"), timedelta(days=7)),
    "30d": (_("Last 30 days"), timedelta(days=30)),
}
LONGEST_NUMBER = 11
"""Digits of seconds since 1970: enough for the year 5000."""

Span = tuple[datetime, datetime | None]
"""From (included) until (excluded); None is open."""


def span_value(since: datetime, until: datetime | None = None) -> str:
    """The span as a value of the filter: seconds since 1970, "1763719200-1763722800"."""
    return f"{int(since.timestamp())}-{'' if until is None else int(until.timestamp())}"


def span_of(value: str | None, now: datetime) -> Span | None:
    """What a value of the filter means; None for one that means nothing."""
    if not value:
        return None
    if value in LATEST:
        return now - LATEST[value][1], None
    since, _, until = value.partition("-")
    start, end = _moment(since), _moment(until)
    return None if start is None or (until and end is None) else (start, end)


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        return None
    try:
        return datetime.fromtimestamp(int(text), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


class SpanFilter(DropdownFilter):
    title = _("time")
    parameter_name = "when"
    column: ClassVar[str] = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """A span somebody linked to is named, so that it can be seen and taken away."""
        choices = [(value, str(label)) for value, (label, _span) in LATEST.items()]
        value = self.value()
        if value and value not in LATEST and (span := span_of(value, timezone.now())):
            choices.append((value, _named(span)))
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        span = span_of(self.value(), timezone.now())
        if span is None:
            return queryset
        since, until = span
        rows = queryset.filter(**{f"{self.column}__gte": since})
        return rows if until is None else rows.filter(**{f"{self.column}__lt": until})


def _named(span: Span) -> str:
    since = timezone.localtime(span[0])
    until = None if span[1] is None else timezone.localtime(span[1])
    start = f"{day_text(since)} {since:%H:%M}"
    if until is None:
        return gettext("Since %(start)s") % {"start": start}
    return gettext("%(start)s to %(end)s") % {"start": start, "end": f"{until:%H:%M}"}
