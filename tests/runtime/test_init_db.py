from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_q.models import Schedule
from pytest_django.fixtures import Settings

from accounts.choices import Role
from accounts.models import Membership, Team, User
from demo.story import Story
from demo.world import World
from monitoring.models import Monitor, MonitorHistory
from notifications.models import Channel, NotificationLog, Subscription, TelegramLink
from runtime import seeding
from runtime.schedules import DAILY, EVERY_MINUTE, HOURLY
from tests.notifications.twilio import account
from websites.models import Website

pytestmark = pytest.mark.integration


def init_db(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("init_db", *words, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_fresh_database_gets_a_user_a_team_schedules_and_a_password_shown_once() -> None:
    said = init_db()
    password = said.split("Password (shown only now): ")[1].split()[0]
    user = User.objects.get()
    assert user.username == "admin"
    assert user.is_superuser
    assert user.check_password(password)
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (user, Role.OWNER)
    assert set(Schedule.objects.values_list("name", flat=True)) == {*EVERY_MINUTE, *HOURLY, *DAILY}
    assert init_db() == ""
    assert User.objects.count() == Team.objects.count() == 1


@pytest.mark.django_db
def test_a_given_name_and_password_are_taken_and_not_printed(settings: Settings) -> None:
    settings.DJANGO_SUPERUSER_USERNAME = "petra"
    settings.DJANGO_SUPERUSER_PASSWORD = "given-password-1"
    settings.DJANGO_SUPERUSER_EMAIL = "petra@shop.example"
    said = init_db()
    assert "petra" in said
    assert "given-password-1" not in said
    user = User.objects.get()
    assert user.check_password("given-password-1")
    assert user.email == "petra@shop.example"


@pytest.mark.django_db
def test_a_second_superuser_is_not_made_and_a_team_is_kept() -> None:
    User.objects.create_superuser("root", "", "x")
    Team.objects.create(name="Theirs", slug="theirs")
    assert init_db() == ""
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_a_database_without_a_team_seeds_nothing(settings: Settings) -> None:
    User.objects.create_superuser("root", "", "x")
    settings.WHMCS_API_URL = "https://shop.example"
    assert init_db("--sample-data") == "There are websites already: no sample data added.\n"
    assert not Website.objects.exists()


@pytest.mark.django_db
def test_the_settings_make_the_first_website_and_the_default_channel(
    settings: Settings,
) -> None:
    settings.WHMCS_API_URL = "https://shop.example/billing"
    settings.WHMCS_API_IDENTIFIER = "ident-1"
    settings.WHMCS_API_SECRET = "planted-secret"
    settings.TELEGRAM_BOT_TOKEN = "123456:planted-token"
    settings.TELEGRAM_CHAT_ID = "-100123"
    said = init_db()
    website = Website.objects.get()
    assert (website.source, website.url) == ("whmcs_api", "https://shop.example/billing")
    assert website.credentials == {"identifier": "ident-1", "secret": "planted-secret"}
    channel = Channel.objects.get()
    assert channel.kind == "telegram"
    assert channel.config["chat_id"] == "-100123"
    assert Subscription.objects.get().events == ["*"]
    assert "planted" not in said
    init_db()
    assert Website.objects.count() == Channel.objects.count() == 1


@pytest.mark.django_db
def test_half_of_the_whmcs_settings_stops_with_what_is_missing(settings: Settings) -> None:
    settings.WHMCS_API_URL = "https://shop.example"
    with pytest.raises(CommandError, match="WHMCS_API_IDENTIFIER"):
        init_db()


@pytest.mark.django_db
def test_a_refused_website_is_told_field_by_field(settings: Settings) -> None:
    settings.WHMCS_API_URL = "https://user:pw@shop.example"
    settings.WHMCS_API_IDENTIFIER = settings.WHMCS_API_SECRET = "x"
    with pytest.raises(CommandError, match="url"):
        init_db()


@pytest.mark.django_db
def test_sample_data_is_a_shop_with_a_history_and_is_added_once() -> None:
    assert "Sample shop" in init_db("--sample-data")
    assert Monitor.objects.count() == 4
    assert set(MonitorHistory.objects.values_list("event_type", flat=True)) >= {
        "sold_out",
        "restocked",
        "stock_decreased",
        "threshold_breach_low",
    }
    assert "no sample data" in init_db("--sample-data")
    assert Website.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_running_fake_world_becomes_websites_and_channels(
    tmp_path: Path, settings: Settings
) -> None:
    with World() as world:
        Story(world).open_shops()
        settings.TELEGRAM_BOT_TOKEN = world.state()["telegram"]["token"]
        settings.TWILIO = account(world)
        path = tmp_path / "world.json"
        path.write_text(json.dumps(world.state()))
        init_db("--sample-data", world=path)
    assert dict(Website.objects.values_list("name", "source")) == {
        "Nimbus Hosting": "whmcs_rest",
        "Alpine Hosting": "whmcs_api",
    }
    assert Monitor.objects.filter(threshold_low=3).count() == 9
    kinds = Channel.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["email", "sms", "telegram", "webhook"]
    assert Team.objects.get().is_board_on
    link = TelegramLink.objects.get()
    assert link.channel
    assert link.channel.subscriptions.get().events == ["*", "alert_opened"]
    assert not NotificationLog.objects.exists()


def test_dropping_needs_a_yes(db: None) -> None:
    Team.objects.create(name="Kept", slug="kept")
    with pytest.raises(CommandError, match="--yes"):
        init_db("--drop-existing")
    assert Team.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_dropping_starts_from_nothing_and_spares_tables_of_others() -> None:
    Team.objects.create(name="Old", slug="old")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_somebody_else (id integer)")
    try:
        said = init_db("--drop-existing", "--yes")
        assert "Dropped" in said
        assert list(Team.objects.values_list("name", flat=True)) == [seeding.TEAM_NAME]
        assert "of_somebody_else" in connection.introspection.table_names()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE of_somebody_else")
