"""How far a team has come, read from its rows: who leaves the set-up goes on where it stands."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import Team, User
from common.texts import Text
from monitoring.models import Monitor
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog
from websites.models import Website
from websites.sources.registry import polled_kinds


class Step(NamedTuple):
    name: str
    title: Text
    icon: str


STEPS = (
    Step("shop", _("Add the shop"), "storefront"),
    Step("test", _("Test it"), "network_check"),
    Step("products", _("Pick products"), "checklist"),
    Step("tell", _("Where to tell you"), "notifications"),
    Step("try", _("Send a test"), "send"),
    Step("done", _("Done"), "flag"),
)


class Standing(NamedTuple):
    """`website` and `channel` are the newest ones, which the set-up goes on with."""

    website: Website | None
    is_listed: bool
    """Whether it is known what the website sells."""
    is_watched: bool
    channel: Channel | None
    is_tried: bool
    """Whether a message reached any channel of the team."""

    @property
    def is_ready(self) -> bool:
        """Something is watched and there is somewhere to tell of it."""
        return self.is_watched and self.channel is not None


def standing_of(team: Team, user: User) -> Standing:
    websites = Website.objects.filter(team=team, source__in=polled_kinds())
    is_watched = Monitor.objects.of_team(team.pk).exists()
    website = websites.order_by("-pk").first()
    channel = channels_of(team, user).order_by("-pk").first()
    sent = NotificationLog.objects.of_team(team.pk).filter(status=NotificationStatus.SENT)
    return Standing(
        website=website,
        is_listed=website is not None and website.catalogue.listed().exists(),
        is_watched=is_watched,
        channel=channel,
        is_tried=channel is not None and sent.exists(),
    )


def channels_of(team: Team, user: User) -> QuerySet[Channel]:
    """The team's, and the person's own in it."""
    return Channel.objects.filter(Q(user=None) | Q(user=user), team=team)


def next_step(standing: Standing) -> str:
    """Name of the first step that is not done."""
    if not standing.is_watched:
        if standing.website is None:
            return "shop"
        return "products" if standing.is_listed else "test"
    if standing.channel is None:
        return "tell"
    return "done" if standing.is_tried else "try"


def address_of(step: str, team: Team, standing: Standing) -> str:
    """Of a step that works on a row only while there is such a row; "" before."""
    rows: dict[str, Website | Channel | None] = {
        "test": standing.website,
        "products": standing.website,
        "try": standing.channel,
    }
    if step not in rows:
        return reverse(f"setup:{step}", args=[team.pk])
    row = rows[step]
    return "" if row is None else reverse(f"setup:{step}", args=[team.pk, row.pk])


def owned_teams(user: User) -> list[Team]:
    """Those a person may set up, oldest first."""
    rows = Team.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    return list(rows.order_by("pk"))
