"""A small world of one team: one row of every model that has a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Language, Role
from accounts.models import ApiKey, AuditEntry, Membership, Team, User
from monitoring.choices import EventType
from monitoring.models import Alert, Monitor, MonitorHistory, PollRun, Silence, StockRecord
from notifications.models import Channel, MessageTemplate, NotificationLog, Subscription
from tests.factories import make_monitor, make_team, make_user, make_website
from websites.models import CatalogueProduct, Website

SECRETS = ("planted-api-secret", "planted-access-key", "whsec_planted", "123456:planted-bot-token")


@dataclass(slots=True)
class World:
    """Every name in it starts with `mark`, so that a leak can be searched for."""

    mark: str
    team: Team
    owner: User
    operator: User
    viewer: User
    website: Website
    monitor: Monitor
    rows: dict[type[Model], Model]


def make_world(mark: str, *, amount: int = 1) -> World:
    """`amount` rows of everything but the team and its people."""
    team = make_team(f"{mark}-team")
    people = {
        role: make_user(f"{mark}-{role}", team=team, role=role, is_staff=True)
        for role in (Role.OWNER, Role.OPERATOR, Role.VIEWER)
    }
    rows: dict[type[Model], Model] = {}
    for number in range(amount):
        rows |= _one_of_each(team, people[Role.OWNER], f"{mark}-{number}")
    rows |= {
        Team: team,
        User: people[Role.OWNER],
        Membership: Membership.objects.get(team=team, user=people[Role.OWNER]),
    }
    website, monitor = rows[Website], rows[Monitor]
    assert isinstance(website, Website)
    assert isinstance(monitor, Monitor)
    return World(
        mark, team, people[Role.OWNER], people[Role.OPERATOR], people[Role.VIEWER],
        website, monitor, rows,
    )  # fmt: skip


def _one_of_each(team: Team, owner: User, name: str) -> dict[type[Model], Model]:
    now = timezone.now()
    website = make_website(
        team,
        name=f"{name}-shop",
        url=f"https://{name}.example",
        region=f"{name}-region",
        credentials={"identifier": f"{name}-ident", "secret": SECRETS[0], "accesskey": SECRETS[1]},
        last_success_at=now,
    )
    monitor = make_monitor(
        website,
        product_name=f"{name}-product",
        quantity=5,
        available=True,
        stock_control_enabled=True,
        price=Decimal("4.50"),
        currency="USD",
        threshold_low=2,
        first_read_at=now - timedelta(days=2),
        evidence={"page": "api", "token": "stocklevel"},
    )
    run = PollRun.objects.create(
        website=website,
        error_message=f"The host name {name}-trouble was not found.",
        advice="Check the spelling of the address.",
    )
    record = StockRecord.objects.create(
        monitor=monitor, poll_run=run, quantity=5, available=True, stock_control_enabled=True,
        change_type="restock", delta=5, notes=f"{name}-note",
    )  # fmt: skip
    alert = Alert.objects.create(
        website=website, monitor=monitor, kind="low", quantity=1, threshold=2,
        subject=f"{name}-product", note=f"{name}-noted",
    )  # fmt: skip
    silence = Silence.objects.create(
        team=team, website=website, reason=f"{name}-reason", author=f"{name}-author",
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    event = MonitorHistory.objects.create(
        website=website, monitor=monitor, record=record, poll_run=run, event_type="restocked",
        alert=alert,
        from_quantity=0, to_quantity=5, message=f"{name}-happened",
    )  # fmt: skip
    product = CatalogueProduct.objects.create(
        website=website,
        product_id=f"{name}-pid",
        name=f"{name}-listed",
        url="https://shop.example/x",
    )
    return {
        Website: website,
        Monitor: monitor,
        PollRun: run,
        StockRecord: record,
        MonitorHistory: event,
        Alert: alert,
        Silence: silence,
        CatalogueProduct: product,
        **_delivery(team, event, name),
        AuditEntry: AuditEntry.objects.create(
            team=team,
            user=owner,
            actor=f"{name}-owner",
            action="changed",
            kind="website",
            object_id="1",
            object_name=f"{name}-shop",
            changes={"name": [f"{name}-old", f"{name}-new"]},
        ),
        ApiKey: ApiKey.objects.create(
            team=team,
            name=f"{name}-key",
            prefix=f"{name}"[:16],
            key_hash=f"{name}-hash",
            created_by=owner,
        ),
    }


def _delivery(team: Team, event: MonitorHistory, name: str) -> dict[type[Model], Model]:
    channel = Channel.objects.create(
        team=team,
        name=f"{name}-channel",
        kind="webhook",
        config={"url": f"https://{name}-hook.example"},
        secrets={"secret": SECRETS[2], "bot_token": SECRETS[3]},
    )
    subscription = Subscription.objects.create(channel=channel, events=["restocked"])
    subscription.websites.add(event.website)
    notification = NotificationLog.objects.create(
        channel=channel,
        group_key=f"{name}-group",
        notification_type="restocked",
        subject=f"{name}-subject",
        message=f"{name}-message",
        status="sent",
    )
    notification.events.add(event)
    number = MessageTemplate.objects.filter(team=team).count()
    words = MessageTemplate.objects.create(
        team=team,
        event_type=EventType.values[number // len(Language.values)],
        language=Language.values[number % len(Language.values)],
        text=f"{name}-words {{product}}",
    )
    return {
        Channel: channel,
        Subscription: subscription,
        NotificationLog: notification,
        MessageTemplate: words,
    }


def page(model: type[Model], name: str, *args: Any) -> str:

    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)
