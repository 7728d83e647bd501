"""What planning must know, a handful of look-ups however many events there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet

from common.prepared import Prepared, among
from notifications.choices import Gathered, NotificationStatus
from notifications.grouping import OpenBurst
from notifications.matching import Pair, Rule, zone_of
from notifications.models import NotificationLog, Subscription, TelegramCard
from notifications.quiethours import QuietHours

_RULE_COLUMNS = (
    "pk",
    "channel_id",
    "channel__team_id",
    "channel__team__time_zone",
    "events",
    "digest",
    "is_scoped",
    "only_own",
    "channel__user_id",
    "channel__kind",
    "channel__quiet_from",
    "channel__quiet_until",
    "channel__user__preferences__quiet_from",
    "channel__user__preferences__quiet_until",
    "channel__user__preferences__time_zone",
    "channel__config__live_card",
)


def _rules(team_ids: int) -> QuerySet[Subscription, tuple[Any, ...]]:
    """A person who wants no messages, or may not log in any more, is told nothing by whatever
    channel is theirs."""
    active = Subscription.objects.filter(
        is_active=True, channel__is_active=True, channel__team_id__in=among(team_ids)
    )
    unwanted = Q(channel__user__is_active=False) | Q(channel__user__preferences__is_enabled=False)
    return active.exclude(unwanted).order_by("pk").values_list(*_RULE_COLUMNS)


_RULES = Prepared(_rules)


def rules_of(team_ids: Collection[int]) -> list[Rule]:
    """Everything that may match events of these teams."""
    found = _RULES.rows(team_ids)
    # Most name nothing; is_scoped is the seventh column.
    ids = [row[0] for row in found if row[6]]
    websites, monitors = _linked(_WEBSITES, ids), _linked(_MONITORS, ids)
    cards = _cards({row[1] for row in found if row[-1] is True})
    return [
        Rule(
            channel_id=channel,
            team_id=team,
            time_zone=zone,
            event_types=frozenset(types),
            website_ids=websites[pk],
            monitor_ids=monitors[pk],
            digest=digest,
            is_scoped=is_scoped,
            is_only_own=is_only_own,
            user_id=user,
            channel_kind=kind,
            quiet=(
                *quiet_span(quiet_from, quiet_until, zone),
                *quiet_span(own_from, own_until, own_zone or zone),
            ),
            card_monitor_ids=cards[channel],
        )
        for (
            pk, channel, team, zone, types, digest, is_scoped, is_only_own, user, kind,
            quiet_from, quiet_until, own_from, own_until, own_zone, _,
        ) in found
    ]  # fmt: skip


def quiet_span(start: time | None, end: time | None, zone_name: str) -> tuple[QuietHours, ...]:
    """None or one span, as two columns and the name of a time zone say."""
    if start is None or end is None:
        return ()
    return (QuietHours(start, end, zone_of(zone_name)),)


def _cards(channel_ids: Collection[int]) -> defaultdict[int, frozenset[int]]:
    """Channel id -> monitors that have a card there."""
    shown: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    if not channel_ids:
        return shown
    rows = TelegramCard.objects.filter(channel_id__in=channel_ids).exclude(message_id=0)
    for channel_id, monitor_id in rows.values_list("channel_id", "monitor_id"):
        shown[channel_id] |= {monitor_id}
    return shown


def _linked(links: Prepared, subscription_ids: Sequence[int]) -> defaultdict[int, frozenset[int]]:
    """Subscription id -> ids of the rows it names; empty for one that names none."""
    named: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    if subscription_ids:
        for subscription_id, linked_id in links.rows(subscription_ids):
            named[subscription_id] |= {linked_id}
    return named


def _links_of(through: type[Model], column: str) -> Prepared:
    rows = through._default_manager.order_by()
    return Prepared(
        lambda ids: rows.filter(subscription_id__in=among(ids)).values_list(
            "subscription_id", column
        )
    )


_WEBSITES = _links_of(Subscription.websites.through, "website_id")
_MONITORS = _links_of(Subscription.monitors.through, "monitor_id")


def _owed(event_ids: int) -> QuerySet[Any, tuple[Any, ...]]:
    links: Any = NotificationLog.events.through.objects.filter(
        monitorhistory_id__in=among(event_ids), notificationlog__resend_of__isnull=True
    )
    return links.values_list("notificationlog__channel_id", "monitorhistory_id")  # type: ignore[no-any-return]


_OWED = Prepared(_owed)


def already_owed(event_ids: Sequence[int]) -> frozenset[Pair]:
    """Pairs of channel and event that have a message; one that was sent again does not count."""
    return frozenset((channel_id, event_id) for channel_id, event_id in _OWED.rows(event_ids))


def told_at_of(
    channel_ids: Collection[int], monitor_ids: Collection[int], *, now: datetime, window: timedelta
) -> dict[tuple[int, int], datetime]:
    """(channel id, monitor id) -> when that channel last had a message about that monitor, if that
    is less than `window` ago. A held message counts from its release."""
    messages: Any = NotificationLog.events.through.objects.filter(
        notificationlog__channel_id__in=channel_ids,
        # A burst is held for no longer than the window itself.
        notificationlog__created_at__gt=now - 2 * window,
        notificationlog__resend_of__isnull=True,
        monitorhistory__monitor_id__in=monitor_ids,
    ).exclude(notificationlog__status=NotificationStatus.DROPPED)
    found: dict[tuple[int, int], datetime] = {}
    for channel_id, monitor_id, created_at, release_at in messages.values_list(
        "notificationlog__channel_id",
        "monitorhistory__monitor_id",
        "notificationlog__created_at",
        "notificationlog__release_at",
    ):
        moment, pair = release_at or created_at, (channel_id, monitor_id)
        if now - window < moment <= now:
            found[pair] = max(moment, found.get(pair, moment))
    return found


def open_bursts_of(channel_ids: Collection[int], now: datetime) -> dict[int, OpenBurst]:
    """Channel id -> its held burst that takes more in."""
    rows = NotificationLog.objects.filter(
        status=NotificationStatus.PENDING,
        next_attempt_at__gt=now,
        channel_id__in=channel_ids,
        notification_type=Gathered.BURST,
        release_at__gt=now,
    )
    return {
        channel_id: OpenBurst(key, release_at)
        for channel_id, key, release_at in rows.order_by("-pk").values_list(
            "channel_id", "group_key", "release_at"
        )
        if release_at is not None
    }
