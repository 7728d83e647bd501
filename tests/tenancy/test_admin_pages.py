"""Nobody sees, picks, guesses or changes anything of another team through the admin.

The tests walk whatever is registered. A page that nobody scoped fails them by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.test import Client
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.exporting import FORMS
from accounts.admin.filters import TeamRelatedFilter
from accounts.admin.scoping import ScopedFieldsMixin
from monitoring.models import Monitor
from runtime.models import ProcessEvent
from tests.admin.world import World, make_world, page
from tests.factories import make_user
from websites.models import HostBudget

pytestmark = pytest.mark.django_db

MARK = "othercorp"
"""Every name of the other team holds it, so one search finds any leak."""

SUPERUSER_ONLY = {
    AccessAttempt: "wrong log-ins are of no team",
    ProcessEvent: "names machines and processes of the whole installation",
    Schedule: "runs any function of the code",
    OrmQ: "the queue serves all teams",
    Failure: "arguments of tasks are ids of all teams",
    Success: "arguments of tasks are ids of all teams",
    HostBudget: "all teams share a host",
}
"""Registered models without teams -> why superusers alone may open them."""


def unscoped(site: AdminSite) -> list[str]:
    """Pages that are neither scoped nor named as a superuser's."""
    return sorted(
        model._meta.label
        for model, model_admin in site._registry.items()
        if not isinstance(model_admin, TeamScopedAdmin) and model not in SUPERUSER_ONLY
    )


SCOPED = sorted(
    (m for m, a in admin.site._registry.items() if isinstance(a, TeamScopedAdmin)),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def mine() -> World:
    return make_world("mine", amount=2)  # filters show from two rows on


@pytest.fixture
def other() -> World:
    return make_world(MARK)


@pytest.fixture
def client(mine: World) -> Client:
    """Logged in as the strongest stranger: an owner of another team."""
    client = Client()
    client.force_login(mine.owner)
    return client


def scoped_admin(model: type[Model]) -> TeamScopedAdmin:
    found = admin.site._registry[model]
    assert isinstance(found, TeamScopedAdmin)
    return found


def request_of(client: Client) -> HttpRequest:
    return client.get("/admin/jsi18n/").wsgi_request  # the cheapest page there is


def snapshot(world: World) -> list[Any]:
    """Everything the other team has, as values."""
    rows = (type(row)._default_manager.filter(pk=row.pk).values() for row in world.rows.values())
    return [list(one) for one in rows]


def shows(client: Client, address: str) -> str | None:
    """The address, if the page behind it (after redirects) holds a name of the other team."""
    return address if MARK in client.get(address, follow=True).content.decode() else None


def text_of(response: Any) -> str:
    """Also of a file that is streamed; an XLSX file is unpacked."""
    data: bytes = response.getvalue()
    if not data.startswith(b"PK"):
        return data.decode()
    with ZipFile(BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def page_leaks(client: Client, model: type[Model], mine: World, other: World) -> Iterator[str]:
    foreign, own = other.rows[model], mine.rows[model]
    addresses = [
        page(model, "changelist"),
        page(model, "changelist") + f"?q={MARK[:-1]}",
        page(model, "changelist") + f"?id__exact={foreign.pk}",
        page(model, "changelist") + "?all=",
        page(model, "add"),
        page(model, "change", own.pk),
        page(model, "history", own.pk),
        page(model, "delete", own.pk),
        page(model, "change", foreign.pk),
        page(model, "history", foreign.pk),
        page(model, "delete", foreign.pk),
        f"/admin/{model._meta.app_label}/",
        *(verb_addresses(model, own)),
    ]
    if getattr(scoped_admin(model), "sheet_kind", ""):
        addresses.append(page(model, "import_file"))
    files = [
        page(model, "export", form) for form in FORMS if hasattr(scoped_admin(model), "export")
    ]
    yield from (address for address in files if MARK in text_of(client.get(address)))
    yield from (address for address in addresses if shows(client, address))


def verb_addresses(model: type[Model], row: Model) -> list[str]:
    model_admin = scoped_admin(model)
    return [model_admin.verb_url(verb, row) for verb in model_admin.verbs]


def offer_leaks(client: Client, model: type[Model], mine: World, other: World) -> list[str]:
    """Fields of the add and change form that would accept a row of the other team."""
    model_admin, request = scoped_admin(model), request_of(client)
    found = []
    own = mine.rows[model]
    forms: list[Model | None] = []
    if model_admin.has_add_permission(request):
        forms.append(None)
    if model_admin.has_change_permission(request, own):
        forms.append(own)
    for row in forms:
        form = model_admin.get_form(request, row, change=row is not None)
        for name, field in form.base_fields.items():
            if isinstance(field, ModelChoiceField) and field.queryset is not None:
                related = other.rows[field.queryset.model]
                if field.queryset.filter(pk=related.pk).exists():
                    found.append(f"{model.__name__}.{name}")
    return found


def autocomplete_addresses() -> Iterator[str]:
    for model in admin.site._registry:
        for field in (*model._meta.fields, *model._meta.many_to_many):
            if field.is_relation:
                yield (
                    f"/admin/autocomplete/?term=&app_label={model._meta.app_label}"
                    f"&model_name={model._meta.model_name}&field_name={field.name}"
                )


def act_on(client: Client, model: type[Model], foreign: Model) -> list[str]:
    """Tries every verb, list action and form on a row of the other team; what a page gave away."""
    model_admin, leaks = scoped_admin(model), []
    for address in verb_addresses(model, foreign):
        for response in (
            client.get(address),
            client.post(address),
            client.post(address, {"import": "1"}),
        ):
            if response.status_code not in (403, 404, 405):
                leaks.append(f"{address}: {response.status_code}")
    for name in model_admin.get_actions(request_of(client)):
        response = client.post(
            page(model, "changelist"),
            {"action": name, "_selected_action": [foreign.pk], "post": "yes"},
            follow=True,
        )
        if MARK in text_of(response):
            leaks.append(f"action {name}")
    for name in ("change", "delete"):
        response = client.post(page(model, name, foreign.pk), {"post": "yes"}, follow=True)
        if MARK in response.content.decode():
            leaks.append(name)
    return leaks


def test_every_registered_page_is_scoped_or_named_as_a_superusers() -> None:
    assert unscoped(admin.site) == []
    assert set(SUPERUSER_ONLY) <= set(admin.site._registry)


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_no_page_shows_another_team(
    client: Client, mine: World, other: World, model: type[Model]
) -> None:
    assert list(page_leaks(client, model, mine, other)) == []


def test_no_form_accepts_a_row_of_another_team(client: Client, mine: World, other: World) -> None:
    assert [leak for model in SCOPED for leak in offer_leaks(client, model, mine, other)] == []


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nothing_can_be_done_to_a_row_of_another_team(
    client: Client, other: World, model: type[Model]
) -> None:
    before = snapshot(other)
    assert act_on(client, model, other.rows[model]) == []
    assert snapshot(other) == before


@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_a_foreign_row_answers_like_one_that_does_not_exist(
    client: Client, other: World, name: str
) -> None:
    for model in SCOPED:
        foreign = client.get(page(model, name, other.rows[model].pk))
        missing = client.get(page(model, name, 987654321))
        assert (model, foreign.status_code, foreign.headers.get("Location")) == (
            model,
            missing.status_code,
            missing.headers.get("Location"),
        )


def test_neither_autocomplete_nor_search_nor_overview_shows_another_team(
    client: Client, mine: World, other: World
) -> None:
    addresses = [
        *autocomplete_addresses(),
        "/admin/",
        "/admin/configuration/",
        f"/admin/search/?s={MARK[:-1]}",
        f"/admin/search/?s={MARK[:-1]}&extended=1",
    ]
    assert [address for address in addresses if shows(client, address)] == []


def test_a_stranger_without_a_team_sees_nothing(mine: World) -> None:
    client = Client()
    client.force_login(make_user("lonely", is_staff=True))
    for model in SCOPED:
        text = client.get(page(model, "changelist"), follow=True).content.decode()
        assert "mine-" not in text


@pytest.mark.parametrize("model", SUPERUSER_ONLY, ids=lambda model: model.__name__)
def test_pages_without_teams_open_for_superusers_only(
    client: Client, mine: World, model: type[Model]
) -> None:
    for name in ("changelist", "add"):
        assert client.get(page(model, name)).status_code == 403
    for permission in ("view", "change", "add", "delete"):
        _grant(mine, model, permission)
    assert client.get(page(model, "changelist")).status_code == 403
    root = Client()
    root.force_login(make_user("root", is_staff=True, is_superuser=True))
    assert root.get(page(model, "changelist")).status_code == 200


def _grant(world: World, model: type[Model], permission: str) -> None:
    codename = f"{permission}_{model._meta.model_name}"
    world.owner.user_permissions.add(Permission.objects.get(codename=codename))


# --- The walk bites -----------------------------------------------------------------------


def test_a_page_nobody_scoped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    registry: dict[Any, Any] = dict(admin.site._registry)
    registry[Monitor] = admin.ModelAdmin(Monitor, admin.site)
    monkeypatch.setattr(admin.site, "_registry", registry)
    assert unscoped(admin.site) == ["monitoring.Monitor"]


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_list_that_forgets_its_team_is_found(
    client: Client, mine: World, other: World, model: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.base.visible", lambda _request, rows, _role: rows)
    assert next(page_leaks(client, model, mine, other), None)


def test_a_form_that_offers_all_teams_is_found(
    client: Client, mine: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(self: Any, request: HttpRequest, field: Any) -> Any:
        return field.related_model._default_manager.all()

    monkeypatch.setattr(ScopedFieldsMixin, "related_rows", everything)
    assert "Monitor.website" in offer_leaks(client, Monitor, mine, other)


def test_a_filter_that_offers_all_teams_is_found(
    client: Client, mine: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        TeamRelatedFilter,
        "field_choices",
        lambda _self, field, _request, _admin: [
            (row.pk, str(row)) for row in field.related_model._default_manager.all()
        ],
    )
    assert next(page_leaks(client, Monitor, mine, other), None)
