"""Keeps the live cards of Telegram channels: one message per monitor, edited when the stock moves.

A card owes nobody anything: what must reach people comes as a message of the outbox beside it; only
small changes, which the card shows, make none (matching.ON_CARD). So a
card that could not be changed is simply looked at again, and the next look shows the newest state.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from common.fields import DecryptionError
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from notifications.cards import CardFacts, card_message, fingerprint
from notifications.channels.base import Message, ShowsCards, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import build
from notifications.matching import zone_of
from notifications.models import Channel, TelegramCard
from notifications.services.burying import disable, note_failure, pause

logger = logging.getLogger(__name__)

CARDS_MAX = 20
"""Per channel: more of them are a list nobody reads, and Telegram takes 20 edits a minute."""

LEASE = timedelta(seconds=60)
UNDER_WAY = "~"
"""In front of the fingerprint while somebody is changing the card."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card that does not show what it should."""

    channel: Channel
    monitor_id: int
    message: Message
    stored: TelegramCard | None

    @property
    def work(self) -> tuple[int, int, str]:
        return (self.channel.pk, self.monitor_id, fingerprint(self.message))


def stale_cards(now: datetime) -> Iterator[Card]:
    """One query where no channel has cards, three per channel that has."""
    for channel in _live_channels(now):
        monitors = list(_monitors(channel)[:CARDS_MAX])
        stored = {card.monitor_id: card for card in channel.cards.filter(monitor__in=monitors)}
        for monitor in monitors:
            card = Card(channel, monitor.pk, _message(channel, monitor), stored.get(monitor.pk))
            if _is_stale(card, now):
                yield card


def cards_refresh(now: datetime | None = None) -> int:
    """Brings all cards up to date, or a channel's until its first failure (network: not in a
    transaction). Returns how many were changed."""
    moment = now or timezone.now()
    changed = 0
    closed: set[int] = set()
    for card in list(stale_cards(moment)):
        if card.channel.pk not in closed and (held := _claim(card)):
            if _show(card, held, moment):
                changed += 1
            else:
                closed.add(card.channel.pk)
    return changed


def _live_channels(now: datetime) -> QuerySet[Channel]:
    return Channel.objects.filter(
        Q(paused_until__isnull=True) | Q(paused_until__lte=now),
        kind="telegram",
        is_active=True,
        config__live_card=True,
    ).select_related("team")


def _monitors(channel: Channel) -> QuerySet[Monitor]:
    """Those that its active subscriptions cover."""
    subscriptions = channel.subscriptions.filter(is_active=True)
    watched = Monitor.objects.filter(website__team_id=channel.team_id)
    if not subscriptions.filter(is_scoped=False).exists():
        named = Q(website__subscriptions__in=subscriptions) | Q(subscriptions__in=subscriptions)
        watched = watched.filter(named).distinct()
    return (
        watched.exclude(status=MonitorStatus.PAUSED)
        .select_related("website")
        .defer("website__credentials")
        .order_by("pk")
    )


def _message(channel: Channel, monitor: Monitor) -> Message:
    changed = monitor.last_changed_at
    local = changed.astimezone(zone_of(channel.team.time_zone)) if changed else None
    facts = CardFacts(
        product=str(monitor),
        website=monitor.website.name,
        quantity=monitor.quantity,
        available=monitor.available,
        price_text=f"{monitor.price} {monitor.currency}".strip() if monitor.price else "",
        changed_text=f"{local:%Y-%m-%d %H:%M %Z}" if local else "",
        link=monitor.buy_link,
    )
    return card_message(facts, channel.language or channel.team.language)


def _is_stale(card: Card, now: datetime) -> bool:
    if card.stored is None:
        return True
    if card.stored.text_hash.startswith(UNDER_WAY):
        return card.stored.updated_at < now - LEASE  # whoever changed it died
    return card.stored.text_hash != fingerprint(card.message)


def _claim(card: Card) -> TelegramCard | None:
    """The row, when nobody else took it since it was looked at: two must not send two cards."""
    mark = UNDER_WAY + fingerprint(card.message)
    if card.stored is None:
        row, is_ours = TelegramCard.objects.get_or_create(
            channel=card.channel,
            monitor_id=card.monitor_id,
            defaults={"message_id": 0, "text_hash": mark},
        )
        return row if is_ours else None
    rows = TelegramCard.objects.filter(
        pk=card.stored.pk, text_hash=card.stored.text_hash, updated_at=card.stored.updated_at
    )
    is_ours = bool(rows.update(text_hash=mark, updated_at=timezone.now()))
    return card.stored if is_ours else None


def _show(card: Card, row: TelegramCard, now: datetime) -> bool:
    rows = TelegramCard.objects.filter(pk=row.pk)
    try:
        receipt = _transport(card.channel).show(card.message, str(row.message_id or ""))
    except DeliveryError as error:
        rows.update(text_hash="", updated_at=timezone.now())
        _note(card.channel, error, now)
        return False
    rows.update(
        message_id=int(receipt.provider_id),
        text_hash=fingerprint(card.message),
        updated_at=timezone.now(),
    )
    if receipt.new_config:
        channel = card.channel
        channel.config = {**channel.config, **receipt.new_config}
        channel.save(update_fields=["config", "updated_at"])
    return True


def _transport(channel: Channel) -> ShowsCards:
    try:
        target = Target(config=channel.config, secrets=dict(channel.secrets))
    except DecryptionError:
        raise DeliveryError("The stored secrets of the channel cannot be opened.") from None
    transport = build(channel.kind, target)
    if not isinstance(transport, ShowsCards):
        raise DeliveryError("This kind of channel has no cards.")
    return transport


def _note(channel: Channel, error: DeliveryError, now: datetime) -> None:
    reason = " ".join(filter(None, [error.message, error.advice]))
    if error.disables_channel:
        disable(channel_id=channel.pk, reason=reason, now=now)
        logger.warning("channel_disabled channel=%s code=%s", channel.pk, error.code)
        return
    note_failure(channel_id=channel.pk, reason=reason)
    if error.retry_after:  # it holds for messages, too; other trouble with a card must not
        pause(channel_id=channel.pk, until=now + timedelta(seconds=error.retry_after))
