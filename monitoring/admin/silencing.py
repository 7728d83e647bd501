"""Silencing from the page of a monitor, website or alert: one press, or with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import page_url
from accounts.admin.rights import holds, team_id_of
from accounts.admin.verbs import Verb, VerbsMixin
from accounts.choices import Role
from accounts.models import User
from common.errors import InvalidInputError
from common.texts import Text
from monitoring.alerting import Author
from monitoring.alertselectors import silences_now
from monitoring.models import Alert, Monitor, Silence
from monitoring.services.silences import silence_create
from websites.models import Website

SPANS: tuple[tuple[str, Text], ...] = (
    ("1", _("1 h")),
    ("8", _("8 h")),
    ("24", _("24 h")),
    ("168", _("7 days")),
)
"""(hours, label) of the shortcuts."""

SILENCE = Verb("silence", _("Silence"), "notifications_off", Role.OPERATOR, is_form=True)


class Held(NamedTuple):
    """A silence in force, as a panel shows it. `scope` says what it covers."""

    silence: Silence
    url: str
    scope: str


def author_of(request: HttpRequest) -> Author:
    """Who acts on this page, as the history remembers it."""
    user = request.user
    assert isinstance(user, User)  # the admin lets nobody else in
    return Author(kind="user", id=user.pk, name=user.get_username())


def scope_words(silence: Silence) -> str:
    """What it covers: "VPS S", "My shop", "label vps", or everything of its team."""
    named = [str(row) for row in (silence.monitor, silence.website) if row is not None]
    if silence.label:
        named.append(gettext("label %(label)s") % {"label": silence.label})
    return ", ".join(named) or gettext("everything of the team")


class SilencedMixin(VerbsMixin):
    """For pages of rows that can be silenced; list SILENCE among the verbs."""

    def do_silence(self, request: HttpRequest, row: Alert | Monitor | Website) -> str:
        hours = request.POST.get("hours", "")
        if hours not in dict(SPANS):
            raise InvalidInputError(gettext("Choose how long."))
        website = row if isinstance(row, Website) else row.website
        monitor = row if isinstance(row, Monitor) else getattr(row, "monitor", None)
        silence_create(
            team=website.team,
            website=None if monitor else website,
            monitor=monitor,
            ends_at=timezone.now() + timedelta(hours=int(hours)),
            reason=request.POST.get("reason", ""),
            author=author_of(request),
        )
        text = gettext("silenced for %(span)s. What happens is recorded, but not announced.")
        return text % {"span": dict(SPANS)[hours]}

    def silence_context(
        self, request: HttpRequest, row: Alert | Monitor | Website
    ) -> dict[str, Any]:
        """What `admin/desk/silence_panel.html` shows."""
        may = holds(request, Role.OPERATOR, team_id_of(row))
        held = silences_now(row)
        return {
            "silences": [Held(one, page_url(one), scope_words(one)) for one in held],
            "silence_url": self.verb_url("silence", row) if may else "",
            "silence_spans": SPANS,
            "silence_more_url": f"{reverse('admin:monitoring_silence_add')}?{_named(row)}",
        }


def _named(row: Alert | Monitor | Website) -> str:
    """The form of a new silence with the row filled in."""
    if isinstance(row, Alert):
        return _named(row.monitor or row.website)
    named = "monitor" if isinstance(row, Monitor) else "website"
    return urlencode({"team": team_id_of(row), named: row.pk})
