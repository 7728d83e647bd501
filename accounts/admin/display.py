"""Small pieces of HTML that all pages of the desk share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

Tone = Literal["good", "bad", "warn", "info", "idle"]

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def badge(text: str, tone: Tone = "idle", title: str = "") -> SafeString:
    """A word on a coloured ground; the word says it all, colour only helps."""
    return format_html('<span class="desk-badge is-{}" title="{}">{}</span>', tone, title, text)


def span_text(seconds: float) -> str:
    """A length of time in its largest unit: "3 min", "2 d"."""
    whole = int(max(seconds, 0))
    for size, unit in _STEPS:
        if whole >= size:
            return f"{whole // size} {unit}"
    return "0 s"


def age_text(at: datetime, now: datetime | None = None) -> str:
    """ "3 min ago", "in 20 s", "now"."""
    seconds = ((now or timezone.now()) - at).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{span_text(seconds)} ago" if seconds > 0 else f"in {span_text(-seconds)}"


def age(at: datetime | None, *, empty: str = "never") -> SafeString:
    """How long ago, with the exact time on hover."""
    if at is None:
        return format_html('<span class="desk-muted">{}</span>', empty)
    local = timezone.localtime(at)
    return format_html(
        '<time class="desk-nowrap" datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        age_text(at),
    )


def muted(text: str) -> SafeString:
    return format_html('<span class="desk-muted">{}</span>', text)


def page_url(row: Model) -> str:
    """Address of the row's page in the admin; empty when it has none."""
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""


def list_url(model: type[Model], query: str = "") -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{query}" if query else address


def row_link(row: Model | None, text: str = "") -> SafeString:
    if row is None:
        return muted("–")
    return format_html('<a class="desk-link" href="{}">{}</a>', page_url(row), text or str(row))


def text_link(address: str, text: str) -> SafeString:
    return format_html('<a class="desk-link" href="{}">{}</a>', address, text)
