"""The file of a team, out of its rows: a fixed number of queries, whatever it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.models import Team
from common.errors import InvalidInputError
from common.fields import opened_or_empty
from common.plugin import ConfigField
from monitoring.models import Monitor, Silence
from notifications.channels.registry import CHANNELS
from notifications.models import Channel, Subscription
from runtime.teamfile.document import VERSION, document_write
from runtime.teamfile.references import References
from runtime.teamfile.values import (
    channel_values,
    clock,
    monitor_values,
    plain,
    silence_values,
    subscription_values,
    team_values,
    website_values,
)
from websites.models import Website
from websites.sources.registry import config_of

MOST_MONITORS = 10_000


def teamfile_text(*, team: Team, with_monitors: bool = True) -> str:
    """YAML. Raises InvalidInputError for a team that has too much for one file."""
    names = References()
    watched = _watched(team) if with_monitors else None
    websites = [
        _website(website, watched, names)
        for website in Website.objects.of_team(team.pk).order_by("name", "pk")
    ]
    return document_write(
        {
            "version": VERSION,
            "team": team_values(team),
            "websites": websites,
            "channels": _channels(team, names),
            "silences": _silences(team),
        }
    )


def _watched(team: Team) -> dict[int, list[dict[str, Any]]]:
    rows = Monitor.objects.of_team(team.pk).order_by("website_id", "product_id", "pk")
    count = rows.count()
    if count > MOST_MONITORS:
        raise InvalidInputError(
            f"The team has {count} monitors, more than {MOST_MONITORS}: leave them out "
            "(--no-monitors) and export them from their list."
        )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.select_related("owner"):
        found.setdefault(row.website_id, []).append(monitor_values(row))
    return found


def _website(
    website: Website, watched: dict[int, list[dict[str, Any]]] | None, names: References
) -> dict[str, Any]:
    open_names = {field.name for field in config_of(website.source) if not field.is_secret}
    credentials = {
        name: value if name in open_names else names.made(website.name, name)
        for name, value in opened_or_empty(website.credentials).items()
    }
    values = website_values(website) | {"credentials": credentials, "config": website.config}
    if watched is not None:
        values["monitors"] = watched.get(website.pk, [])
    return values


def secret_options(fields: Sequence[ConfigField]) -> frozenset[str]:
    return frozenset(field.name for field in fields if field.is_secret)


def shared_subscriptions(team: Team) -> list[Subscription]:
    """Those of the team's own channels. One whose websites and monitors are all deleted is left
    out: without them it would read "everything"."""
    rows = Subscription.objects.of_team(team.pk).filter(channel__user=None).order_by("pk")
    found = rows.prefetch_related("websites", "monitors__website")
    return [one for one in found if not (one.is_scoped and not _named(one))]


def _named(subscription: Subscription) -> bool:
    return bool(subscription.websites.all() or subscription.monitors.all())


def _channels(team: Team, names: References) -> list[dict[str, Any]]:
    """Channels of persons are theirs and stay out."""
    by_channel: dict[int, list[dict[str, Any]]] = {}
    for one in shared_subscriptions(team):
        by_channel.setdefault(one.channel_id, []).append(subscription_values(one))
    found = []
    for channel in Channel.objects.of_team(team.pk).filter(user=None).order_by("name", "pk"):
        secrets = [
            name
            for name in sorted(secret_options(CHANNELS.get(channel.kind).CONFIG))
            if opened_or_empty(channel.secrets).get(name)
        ]
        config = {**channel.config, **{name: names.made(channel.name, name) for name in secrets}}
        values = channel_values(channel) | {
            "config": config,
            "quiet_from": clock(channel.quiet_from),
            "quiet_until": clock(channel.quiet_until),
            "subscriptions": by_channel.get(channel.pk, []),
        }
        found.append(values)
    return found


def _silences(team: Team) -> list[dict[str, Any]]:
    """Those that are not over."""
    rows = Silence.objects.of_team(team.pk).filter(ends_at__gt=timezone.now()).order_by("pk")
    return [
        plain(silence_values(one)) for one in rows.select_related("website", "monitor__website")
    ]
