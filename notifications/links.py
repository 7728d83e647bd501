"""Signed links in mails that work without log-in: which row they may act on is all they say.

A link is good for 180 days and for one channel. It holds a mark of the address it was mailed to, not
the address: whoever is no longer among the recipients holds a link to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from monitoring.models import MonitorHistory
from notifications.manner import Manner
from notifications.models import Channel
from notifications.wording.catalogue import word

MAX_AGE = timedelta(days=180)
SALTS = {"mute": "notifications.links.mute", "unsubscribe": "notifications.links.unsubscribe"}
MARK_LENGTH = 24
ROOT = "/n"
"""Where config/urls.py mounts the pages behind them."""


class LinkExpired(Exception):
    """It was genuine once."""


class Link(NamedTuple):
    """`mark`: of the only recipient, "" where the mail went to several. Ids of what is to be silent;
    None where a link is about neither."""

    channel_id: int
    mark: str
    monitor_id: int | None = None
    website_id: int | None = None


def mark_of(address: str) -> str:
    plain = address.strip().casefold()
    digest = salted_hmac("notifications.links.address", plain, algorithm="sha256").hexdigest()
    return digest[:MARK_LENGTH]


def token_of(verb: str, link: Link) -> str:
    return signing.dumps(list(link), salt=SALTS[verb])


def token_read(verb: str, token: str) -> Link:
    """Raises LinkExpired, or signing.BadSignature for what we never signed for this verb."""
    try:
        return Link(*signing.loads(token, salt=SALTS[verb], max_age=MAX_AGE))
    except signing.SignatureExpired:
        raise LinkExpired from None


def address_of(verb: str, link: Link) -> str:
    """Its own addresses are asked, not those of the whole site: a worker would load every page."""
    path = reverse(f"link-{verb}", urlconf="notifications.urls", args=[token_of(verb, link)])
    return f"{settings.PUBLIC_URL}{ROOT}{path}"


def mail_links(
    channel: Channel, rows: Sequence[MonitorHistory], manner: Manner
) -> dict[str, Any] | None:
    """What a mail about `rows` has at its end: {"why", "links": [[label, address]], "unsubscribe",
    "is_one_click"}; None for channels of other kinds.

    With several recipients nobody knows who clicked: their page asks for the address, and mail
    programs are not told that one click is enough (RFC 8058).
    """
    if channel.kind != "email":
        return None
    to = [str(one) for one in channel.config.get("to", [])]
    mark = mark_of(to[0]) if len(to) == 1 else ""
    language = manner.language
    address = address_of("unsubscribe", Link(channel.pk, mark))
    links = [[word("mail.unsubscribe", language), address]]
    monitors, websites = {row.monitor_id for row in rows}, {row.website_id for row in rows}
    if len(monitors) == 1 and len(websites) == 1:
        row = rows[0]
        website_id = None if row.monitor_id else row.website_id
        mute = address_of("mute", Link(channel.pk, mark, row.monitor_id, website_id))
        links.insert(0, [word("mail.mute", language), mute])
    return {
        "why": word("mail.why", language, channel=channel.name, team=channel.team.name),
        "links": links,
        "unsubscribe": address,
        "is_one_click": bool(mark) and address.startswith("https://"),
    }
