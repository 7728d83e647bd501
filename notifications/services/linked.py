"""What the links in mails do: silence for a day, and no more mail to an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from monitoring.alerting import Author
from monitoring.models import Monitor, Silence
from monitoring.services.silences import silence_create
from notifications.links import Link, mark_of
from notifications.models import Channel
from notifications.services.channels import channel_disable, channel_update
from websites.models import Website

MUTE = timedelta(hours=24)
REASON = "Muted by the link in a mail"
SAME = timedelta(minutes=5)
"""A silence that ends so near the end of one in force is the same one, asked for again."""


class LinkGone(Exception):
    """What the link was about is not there any more, or its address gets no mail any more."""


@dataclass(frozen=True, slots=True)
class Muting:
    """What a mute link is about."""

    channel: Channel
    subject: Monitor | Website


def channel_of(link: Link) -> Channel:
    """Raises LinkGone."""
    rows = Channel.objects.filter(pk=link.channel_id, kind="email", is_active=True)
    channel = rows.select_related("team", "user__preferences").first()
    if channel is None or (link.mark and _recipient(channel, link.mark) is None):
        raise LinkGone
    return channel


def muting_of(link: Link) -> Muting:
    """Raises LinkGone."""
    channel = channel_of(link)
    subject: Monitor | Website | None = None
    if link.monitor_id is not None:
        monitors = Monitor.objects.filter(website__team_id=channel.team_id)
        subject = monitors.select_related("website").filter(pk=link.monitor_id).first()
    elif link.website_id is not None:
        subject = Website.objects.filter(team_id=channel.team_id, pk=link.website_id).first()
    if subject is None:
        raise LinkGone
    return Muting(channel, subject)


def link_mute(*, muting: Muting) -> Silence:
    """A silence of 24 hours; pressed twice it is one."""
    subject, now = muting.subject, timezone.now()
    monitor = subject if isinstance(subject, Monitor) else None
    website = subject if isinstance(subject, Website) else None
    held = Silence.objects.filter(
        team_id=muting.channel.team_id, event_types=[], label="", monitor=monitor, website=website
    )
    longest = held.in_force(now).order_by("-ends_at").first()
    if longest is not None and longest.ends_at >= now + MUTE - SAME:
        return longest
    author = Author(kind="link", name=f"link in a mail of {muting.channel.name}")
    return silence_create(
        team=muting.channel.team,
        author=author,
        ends_at=now + MUTE,
        monitor=monitor,
        website=website,
        reason=REASON,
    )


def link_unsubscribe(*, link: Link, address: str = "") -> None:
    """No more mail of the channel to the recipient of the link, or to `address` where it went to
    several; nobody learns whether that was one of them. The last one disables the channel. Raises
    LinkGone."""
    with transaction.atomic():
        channel = channel_of(link)
        channel = Channel.objects.select_for_update().select_related("team").get(pk=channel.pk)
        mark = link.mark or mark_of(address)
        recipient = _recipient(channel, mark)
        if recipient is None:
            return
        left = [one for one in channel.config.get("to", []) if mark_of(str(one)) != mark]
        if left:
            channel_update(channel=channel, config={"to": left})
        else:
            reason = f"{recipient} unsubscribed by the link in a mail."
            channel_disable(channel=channel, reason=reason)


def _recipient(channel: Channel, mark: str) -> str | None:
    found = (str(one) for one in channel.config.get("to", []))
    return next((one for one in found if mark_of(one) == mark), None)
