"""Small pieces of HTML that all pages of the desk share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common.errors import ProductError
from common.texts import Text, joined, shown

Tone = Literal["good", "bad", "warn", "info", "idle"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def badge(text: Text, tone: Tone = "idle", title: Text = "") -> SafeString:
    """A word on a coloured ground; the word says it all, colour only helps."""
    return format_html('<span class="desk-badge is-{}" title="{}">{}</span>', tone, title, text)


def span_text(seconds: float) -> str:
    """A length of time in its largest unit: "3 min", "2 d"."""
    whole = int(max(seconds, 0))
    if whole >= DAY:
        return gettext("%(number)d d") % {"number": whole // DAY}
    if whole >= HOUR:
        return gettext("%(number)d h") % {"number": whole // HOUR}
    if whole >= MINUTE:
        return gettext("%(number)d min") % {"number": whole // MINUTE}
    return gettext("%(number)d s") % {"number": whole}


def age_text(at: datetime, now: datetime | None = None) -> str:
    """ "3 min ago", "in 20 s", "now"."""
    seconds = ((now or timezone.now()) - at).total_seconds()
    if abs(seconds) < 1:
        return pgettext("a moment", "now")
    text = gettext("%(span)s ago") if seconds > 0 else gettext("in %(span)s")
    return text % {"span": span_text(abs(seconds))}


def day_text(at: datetime) -> str:
    """ "05 Nov"; for short labels."""
    return dateformat.format(at, pgettext("format of a day", "d M"))


def month_text(at: datetime) -> str:
    """ "Nov 2025"."""
    return dateformat.format(at, pgettext("format of a month", "M Y"))


def age(at: datetime | None, *, empty: Text | None = None) -> SafeString:
    """How long ago, with the exact time on hover; "never" for None unless another word is given."""
    if at is None:
        return muted(gettext("never") if empty is None else empty)
    local = timezone.localtime(at)
    return format_html(
        '<time class="desk-nowrap" datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        age_text(at),
    )


def error_text(error: ProductError) -> str:
    """What went wrong and what to do about it, as far as translated."""
    return joined(shown(error.message), shown(error.advice))


def muted(text: Text) -> SafeString:
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


def row_link(row: Model | None, text: Text = "") -> SafeString:
    if row is None:
        return muted("–")
    return format_html('<a class="desk-link" href="{}">{}</a>', page_url(row), text or str(row))


def text_link(address: str, text: Text) -> SafeString:
    return format_html('<a class="desk-link" href="{}">{}</a>', address, text)
