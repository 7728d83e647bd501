"""What a fresh database needs: the first user and team, and what the settings name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Team, User
from accounts.services import team_create
from notifications.models import Channel
from notifications.services.channels import channel_create
from notifications.services.subscriptions import subscription_create
from websites.envsync import websites_sync
from websites.models import Website

TEAM_NAME = "Main team"


@dataclass(frozen=True, slots=True)
class FirstUser:
    """`password` is set only when it was invented here: it can be shown once and never again."""

    username: str
    password: str | None


def tables_drop() -> int:
    """Drops the tables of this project, no others that may share the database; returns how many."""
    mine = set(connection.introspection.django_table_names(only_existing=True))
    mine |= {MigrationRecorder.Migration._meta.db_table} & set(
        connection.introspection.table_names()
    )
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    # SQLite cannot drop in any order while it checks foreign keys.
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in sorted(mine):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{cascade}")
    return len(mine)


def owner_ensure() -> FirstUser | None:
    """The first superuser with a team. None when there is a superuser already."""
    with transaction.atomic():
        if User.objects.filter(is_superuser=True).exists():
            return None
        given = settings.DJANGO_SUPERUSER_PASSWORD
        password = given or secrets.token_urlsafe(12)
        user = User.objects.create_superuser(
            username=settings.DJANGO_SUPERUSER_USERNAME,
            email=settings.DJANGO_SUPERUSER_EMAIL,
            password=password,
        )
        if not Team.objects.exists():
            team_create(name=TEAM_NAME, slug="main", owner=user)
    return FirstUser(user.username, None if given else password)


def websites_seed(team: Team) -> list[str]:
    """Names of the Websites that the settings name, made on a database without any.

    Raises InvalidInputError for an incomplete or wrong set of settings.
    """
    if Website.objects.exists():
        return []
    return [one.name for one in websites_sync(team=team)]


def channel_seed(team: Team) -> Channel | None:
    """The Channel that TELEGRAM_* name, subscribed to everything, on a database without any."""
    is_complete = settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_CHAT_ID
    if not is_complete or Channel.objects.exists():
        return None
    channel, _ = channel_create(
        team=team, name="Telegram", kind="telegram", config={"chat_id": settings.TELEGRAM_CHAT_ID}
    )
    subscription_create(channel=channel, events=["*"])
    return channel
