"""Every page of the desk opens for everybody who may see it, and costs the same however long the list."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.admin.superuser import SuperuserOnlyAdmin
from accounts.models import ApiKey, AuditEntry
from tests.admin.world import SECRETS, World, make_world, page
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROLES = ("superuser", "owner", "operator", "viewer")
OURS = sorted(
    (
        model
        for model, model_admin in admin.site._registry.items()
        if not isinstance(model_admin, SuperuserOnlyAdmin)
    ),
    key=lambda model: model._meta.label,
)


def client_of(world: World, role: str) -> Client:
    client = Client()
    if role == "superuser":
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
    else:
        client.force_login(getattr(world, role))
    return client


@pytest.fixture
def world() -> World:
    return make_world("mine")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_page_opens(world: World, model: type[Model], role: str) -> None:
    client = client_of(world, role)
    request = client.get("/admin/jsi18n/").wsgi_request
    model_admin = admin.site.get_model_admin(model)
    sees = role in ("superuser", "owner") or model not in (ApiKey, AuditEntry)
    expected = 200 if sees else 403
    assert client.get(page(model, "changelist")).status_code == expected
    assert client.get(page(model, "changelist") + "?q=mine").status_code in (expected, 200)
    row = world.rows[model]
    if sees:
        response = client.get(page(model, "change", row.pk))
        assert response.status_code == 200
        assert client.get(page(model, "history", row.pk)).status_code == 200
        text = response.content.decode()
        assert not [secret for secret in SECRETS if secret in text]
    adds = client.get(page(model, "add")).status_code
    assert adds == (200 if model_admin.has_add_permission(request) else 403)


@pytest.mark.parametrize("role", ROLES)
def test_the_overview_opens_with_and_without_rows(world: World, role: str) -> None:
    assert b"mine-0-product" in client_of(world, role).get("/admin/").content
    stranger = make_user("stranger", is_staff=True)
    client = Client()
    client.force_login(stranger)
    text = client.get("/admin/").content.decode()
    assert "You are in no team yet" in text
    assert "mine" not in text


def test_a_long_list_costs_no_more_statements_than_a_short_one() -> None:
    few, many = make_world("few"), make_world("many", amount=20)
    for number in range(20):
        make_user(f"member-{number}", team=many.team, role="viewer")
    costs = [list_costs(world) for world in (few, many)]
    assert costs[0] == costs[1]


def list_costs(world: World) -> dict[str, int]:
    """Model -> statements of its list when it is opened again."""
    client, costs = client_of(world, "owner"), {}
    for model in OURS:
        client.get(page(model, "changelist"))
        with CaptureQueriesContext(connection) as statements:
            assert client.get(page(model, "changelist")).status_code == 200
        costs[model.__name__] = len(statements)
    return costs


def test_the_overview_costs_the_same_with_twenty_shops() -> None:
    counts = []
    for world in (make_world("few"), make_world("many", amount=20)):
        client = client_of(world, "owner")
        client.get("/admin/")
        with CaptureQueriesContext(connection) as statements:
            client.get("/admin/")
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/admin/", "Overview"),
        ("/admin/notifications/channel/", "Channels"),
        ("/admin/notifications/channel/add/", "Channels"),
        ("/admin/notifications/channel/my-alerts/", "My alerts"),
        ("/admin/notifications/channel/telegram/", "Link Telegram"),
        ("/admin/websites/website/inspect/", "Inspect a page"),
    ],
)
def test_the_sidebar_marks_the_page_that_is_open_and_no_other(
    world: World, path: str, title: str
) -> None:
    groups = client_of(world, "owner").get(path).context["sidebar_navigation"]
    marked = [one["title"] for group in groups for one in group["items"] if one["active"]]
    assert marked == [title]
