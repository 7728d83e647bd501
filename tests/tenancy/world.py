"""One row of every model that belongs to a team, for two teams whose names no other text contains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import ApiKey, Membership, Team, User
from accounts.services import api_key_create
from monitoring.models import Alert, Monitor, MonitorHistory, PollRun, Silence, StockRecord
from notifications.models import Channel, MessageTemplate, NotificationLog, Subscription
from tests.factories import make_team, make_user
from websites.models import CatalogueProduct, Website


@dataclass
class Estate:
    """Everything one team has; every text in it contains `mark`."""

    mark: str
    team: Team
    owner: User
    key: str
    rows: dict[type[Any], Any]

    def ids(self) -> dict[str, int]:
        """By the names filters use."""
        return {
            "team": self.team.pk,
            "website": self.row(Website).pk,
            "monitor": self.row(Monitor).pk,
            "channel": self.row(Channel).pk,
            "poll_run": self.row(PollRun).pk,
            "alert": self.row(Alert).pk,
            "event": self.row(MonitorHistory).pk,
        }

    def row(self, model: type[Any]) -> Any:
        return self.rows[model]


def make_estate(mark: str) -> Estate:
    team = make_team(f"{mark} team")
    owner = make_user(f"{mark}-owner", team=team, is_staff=True)
    api_key, key = api_key_create(team=team, name=f"{mark} key", scope="admin")
    website = Website.objects.create(
        team=team, name=f"{mark} shop", source="manual", region=f"{mark} region"
    )
    monitor = Monitor.objects.create(
        website=website, product_id=f"{mark}-1", product_name=f"{mark} product", labels=[mark]
    )
    run = PollRun.objects.create(website=website, error_message=f"{mark} error")
    record = StockRecord.objects.create(monitor=monitor, change_type="initial", notes=mark)
    alert = Alert.objects.create(
        website=website, monitor=monitor, kind="low", subject=f"{mark} product", note=mark
    )
    event = MonitorHistory.objects.create(
        website=website,
        monitor=monitor,
        record=record,
        alert=alert,
        event_type="sold_out",
        message=mark,
    )
    silence = Silence.objects.create(
        team=team,
        website=website,
        reason=f"{mark} reason",
        label=mark,
        author=f"{mark} author",
        ends_at=timezone.now() + timedelta(hours=1),
    )
    product = CatalogueProduct.objects.create(website=website, product_id="9", name=f"{mark} item")
    channel = Channel.objects.create(
        team=team, name=f"{mark} channel", kind="email", config={"to": [f"{mark}@example.com"]}
    )
    subscription = Subscription.objects.create(channel=channel)
    subscription.websites.add(website)
    subscription.monitors.add(monitor)
    log = NotificationLog.objects.create(
        channel=channel, group_key=mark, subject=f"{mark} subject", message=mark
    )
    log.events.add(event)
    words = MessageTemplate.objects.create(team=team, event_type="restocked", text=mark)
    rows = {
        Team: team,
        User: owner,
        Membership: Membership.objects.get(team=team),
        ApiKey: api_key,
        Website: website,
        CatalogueProduct: product,
        Monitor: monitor,
        PollRun: run,
        StockRecord: record,
        Alert: alert,
        Silence: silence,
        MonitorHistory: event,
        Channel: channel,
        Subscription: subscription,
        NotificationLog: log,
        MessageTemplate: words,
    }
    return Estate(mark, team, owner, key, rows)
