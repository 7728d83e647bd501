"""Secrets are planted everywhere they may be entered; then everything that can be read is searched."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.services import api_key_create, team_create
from config.api import router
from demo.world import World
from monitoring.services.polling import cycle_now
from notifications.services.channels import channel_create, channel_test
from notifications.services.outbox import deliver
from notifications.services.subscriptions import subscription_create
from tests.factories import make_monitor, make_user
from websites.services import website_check, website_create

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]

SECRET = "planted-api-secret-5e1f"
ACCESS_KEY = "planted-access-key-77aa"
BOT_TOKEN = "123456:planted-bot-token-90ab"
WEBHOOK_SECRET = "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC0xMjM0NTY3OA=="


@pytest.fixture
def installation(caplog):
    """A team whose shop, bot and receiver work, then fail in ways that echo what was sent."""
    caplog.set_level(logging.DEBUG)
    with World() as world:
        owner = make_user("owner", is_staff=True, is_superuser=True)
        team = team_create(name="Team", owner=owner)
        _, key = api_key_create(team=team, name="key", scope="admin")
        shop = world.shop("alpha")
        shop.configure(secret=SECRET, accesskey=ACCESS_KEY)
        shop.add_product(1, "VPS", stock=5)
        website = website_create(
            team=team,
            name="Alpha",
            source="whmcs_api",
            url=shop.url,
            credentials={
                "identifier": shop.credentials["identifier"],
                "secret": SECRET,
                "accesskey": ACCESS_KEY,
            },
        )
        make_monitor(website, product_id="1", notify_on_purchase=True)
        configs = {
            "telegram": {"bot_token": BOT_TOKEN, "chat_id": "1001"},
            "webhook": {"url": world.webhook_url("in"), "secret": WEBHOOK_SECRET},
        }
        for kind, config in configs.items():
            channel, _ = channel_create(team=team, name=kind, kind=kind, config=config)
            subscription_create(channel=channel, events=["*"])
            channel_test(channel=channel)
        for fault in (None, "html", "redirect", "php_error", "error"):
            options: dict[str, Any] = (
                {"location": "http://localhost:9/x"} if fault == "redirect" else {}
            )
            if fault == "error":
                options = {"message": f"bad secret={SECRET} for {ACCESS_KEY}", "status": 403}
            if fault:
                shop.fault(fault, times=None, **options)
            website_check(website=website)
            cycle_now(website_ids=[website.pk])
            shop.clear_faults()
        world.webhooks.script("in", [500])
        shop.set_stock(1, 0)
        cycle_now(website_ids=[website.pk])
        deliver()
        yield owner, key


def everything_stored():
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            for row in cursor.fetchall():
                yield model.__name__, " ".join(map(str, row))


def everything_shown(owner, key):
    client = Client()
    client.force_login(owner)
    program = Client(headers={"authorization": f"Api-Key {key}"})
    for prefix, _, _ in router.registry:
        listed = program.get(f"/api/v1/{prefix}/")
        yield prefix, listed.content.decode()
        for row in listed.json()["results"]:
            yield prefix, program.get(f"/api/v1/{prefix}/{row['id']}/").content.decode()
    for model in admin.site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        yield label, client.get(reverse(f"admin:{label}_changelist")).content.decode()
        for row in model._default_manager.all()[:5]:
            for page in ("change", "history"):
                try:
                    address = reverse(f"admin:{label}_{page}", args=[row.pk])
                except NoReverseMatch:
                    continue
                yield f"{label} {page}", client.get(address).content.decode()


def logged(caplog):
    formatter = logging.Formatter()
    for phase in ("setup", "call"):
        for record in caplog.get_records(phase):
            yield "log", formatter.format(record)


def test_planted_secrets_are_found_nowhere(installation, caplog):
    owner, key = installation
    secrets = (SECRET, ACCESS_KEY, BOT_TOKEN, BOT_TOKEN.split(":")[1], WEBHOOK_SECRET, key)
    places = [*everything_stored(), *everything_shown(owner, key), *logged(caplog)]
    assert len(places) > 60
    assert "poll_failed" in str(places)
    for place, text in places:
        for secret in secrets:
            assert secret not in text, f"{secret[:12]}... is shown in {place}"
