"""Who changed which setting, from what to what: by page, API and command, secrets masked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as real_settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.audit import audit_prune
from accounts.models import ApiKey, AuditEntry, Membership, Team
from accounts.services import api_key_create
from common.acting import acting, command_begins
from monitoring.models import Monitor
from notifications.models import Channel, Subscription
from tests.admin.world import World, make_world, page
from tests.factories import make_user
from websites.models import Website
from websites.services import website_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world("mine")
    AuditEntry.objects.all().delete()
    return world


@pytest.fixture
def owner(world):
    client = Client()
    client.force_login(world.owner)
    return client


@pytest.fixture
def key(world):
    row, plain = api_key_create(team=world.team, name="Board", scope="admin")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {plain}")
    setattr(client, "row", row)  # noqa: B010 - for the type checker
    return client


def only():
    """The one entry there is."""
    (entry,) = AuditEntry.objects.all()
    return entry


def told(entry):
    return entry.actor, entry.action, entry.kind, entry.team_id


def test_a_change_in_the_admin_names_the_person_and_both_values(owner, world):
    world.team.refresh_from_db()
    owner.post(page(Team, "change", world.team.pk), {
        "name": "Better", "slug": world.team.slug, "time_zone": "UTC", "low_stock_threshold": "4",
        "language": "en", "reminders": "daily", "reminder_hour": "9", "retention_days": "",
    })  # fmt: skip
    entry = only()
    assert told(entry) == ("mine-owner", "changed", "team", world.team.pk)
    assert entry.user == world.owner
    assert entry.changes == {
        "name": ["mine-team", "Better"],
        "low_stock_threshold": [None, 4],
    }


def test_a_change_by_the_api_names_the_key(key, world):
    answer = key.patch(
        f"/api/v1/websites/{world.website.pk}/", {"region": "elsewhere"}, format="json"
    )
    assert answer.status_code == 200, answer.content
    entry = only()
    assert told(entry) == (f"API key {key.row}", "changed", "website", world.team.pk)
    assert entry.changes == {"region": ["mine-0-region", "elsewhere"]}
    assert entry.object_name == "mine-0-shop"


def test_a_token_names_its_person(world):
    client = APIClient()
    body = {"username": "mine-owner", "password": "password-1234"}
    pair = client.post("/api/v1/auth/token/", body, format="json").json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    where = f"/api/v1/monitors/{world.monitor.pk}/"
    assert client.patch(where, {"threshold_low": 7}, format="json").status_code == 200
    assert only().user == world.owner
    assert only().changes == {"threshold_low": [2, 7]}


def test_secrets_are_masked_old_and_new(key, world):
    where = f"/api/v1/websites/{world.website.pk}/"
    answer = key.patch(where, {"api_secret": "a-new-planted-secret"}, format="json")
    assert answer.status_code == 200, answer.content
    assert only().changes == {"credentials.secret": ["***", "***"]}
    channel = {"name": "Hook", "kind": "webhook", "config": {"url": "https://hook.example/x"}}
    made = key.post("/api/v1/channels/", channel, format="json")
    assert made.status_code == 201, made.content
    entry = AuditEntry.objects.get(kind="channel")
    assert entry.action == "created"
    assert entry.changes["config.url"] == [None, "https://hook.example/x"]
    assert entry.changes["secrets.secret"] == [None, "***"]
    kept = str(list(AuditEntry.objects.values()))
    for secret in ("planted", "whsec_", made.json()["config"]["secret"]):
        assert secret not in kept


def test_a_password_leaves_no_trace_but_that_it_changed(world):
    root = Client()
    root.force_login(make_user("root", is_staff=True, is_superuser=True))
    root.post(f"/admin/accounts/user/{world.viewer.pk}/password/", {
        "usable_password": "true", "password1": "long-enough-77", "password2": "long-enough-77",
    })  # fmt: skip
    entry = only()
    assert told(entry) == ("root", "changed", "user", None)
    assert entry.changes == {"password": ["***", "***"]}


def test_members_and_keys_are_noted(owner, world):
    row = Membership.objects.get(team=world.team, user=world.viewer)
    owner.post(page(Membership, "change", row.pk), {"role": "operator"})
    assert only().changes == {"role": ["viewer", "operator"]}
    AuditEntry.objects.all().delete()
    owner.post(page(Membership, "delete", row.pk), {"post": "yes"})
    assert told(only()) == ("mine-owner", "deleted", "membership", world.team.pk)
    AuditEntry.objects.all().delete()
    owner.post(page(ApiKey, "revoke", world.rows[ApiKey].pk))
    assert set(only().changes) == {"revoked_at"}


@pytest.mark.parametrize(("verb", "change"), [("pause", [True, False]), ("resume", [False, True])])
def test_pausing_a_website_is_noted(owner, world, verb, change):
    Website.objects.filter(pk=world.website.pk).update(is_active=change[0])
    owner.post(page(Website, verb, world.website.pk))
    assert only().changes == {"is_active": change}


def test_what_a_subscription_is_about_is_noted_by_name(key, world):
    body = {"channel": world.rows[Channel].pk, "events": ["sold_out"],
            "websites": [world.website.pk]}  # fmt: skip
    made = key.post("/api/v1/subscriptions/", body, format="json").json()
    AuditEntry.objects.all().delete()
    key.patch(f"/api/v1/subscriptions/{made['id']}/", {"websites": []}, format="json")
    assert {"websites": ["mine-0-shop", None]} in [one.changes for one in AuditEntry.objects.all()]


def test_saving_without_a_change_is_no_entry(owner, world):
    row = Membership.objects.get(team=world.team, user=world.viewer)
    owner.post(page(Membership, "change", row.pk), {"role": "viewer"})
    assert not AuditEntry.objects.exists()


def test_what_goes_with_a_deleted_row_is_not_listed_one_by_one(owner, world):
    owner.post(page(Website, "delete", world.website.pk), {"post": "yes"})
    assert not Monitor.objects.exists()
    assert told(only()) == ("mine-owner", "deleted", "website", world.team.pk)


def test_the_entry_outlives_whoever_and_whatever_it_names(owner, world):
    owner.post(page(Website, "pause", world.website.pk))
    world.owner.delete()
    world.team.delete()
    entry = only()
    assert (entry.user, entry.team, entry.actor) == (None, None, "mine-owner")


def test_a_change_that_is_undone_leaves_no_entry(world):
    token = acting.set("command shell")
    try:
        with transaction.atomic():
            website_update(website=world.website, region="elsewhere")
            assert only().actor == "command shell"
            transaction.set_rollback(True)
    finally:
        acting.reset(token)
    assert not AuditEntry.objects.exists()


def test_workers_leave_no_entries(world):
    website_update(website=world.website, region="elsewhere")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["manage.py", "create_api_key", "--team", "x"], "command create_api_key"),
        (["manage.py", "run"], None),
        (["manage.py"], None),
    ],
)
def test_a_command_of_a_person_acts_under_its_name(words, name):
    token = acting.set(None)
    try:
        command_begins(words)
        assert acting.get() == name
    finally:
        acting.reset(token)


def test_nothing_of_a_request_is_left_for_the_next_one(client):
    client.get("/health")
    assert acting.get() is None


def test_owners_read_the_log_of_their_team_and_nobody_changes_it(owner, world):
    other = make_world("other")
    owner.post(page(Website, "pause", world.website.pk))
    entry = AuditEntry.objects.first()
    assert entry
    listed = owner.get(page(AuditEntry, "changelist")).content.decode()
    assert "mine-0-shop" in listed
    assert "other" not in listed
    assert "is_active" in owner.get(page(AuditEntry, "change", entry.pk)).content.decode()
    assert owner.post(page(AuditEntry, "change", entry.pk), {"actor": "x"}).status_code == 403
    assert owner.post(page(AuditEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403
    for user in (world.operator, world.viewer, other.owner):
        client = Client()
        client.force_login(user)
        response = client.get(page(AuditEntry, "change", entry.pk))
        assert response.status_code in {302, 403}


def test_old_entries_are_forgotten(owner, world, settings):
    settings.AUDIT_DAYS = 30
    owner.post(page(Website, "pause", world.website.pk))
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert audit_prune() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert audit_prune() == 1


def test_everything_a_person_configures_is_watched():
    watched = {apps.get_model(label) for label in real_settings.AUDITED}
    assert watched >= {Team, Membership, ApiKey, Website, Monitor, Channel, Subscription}
