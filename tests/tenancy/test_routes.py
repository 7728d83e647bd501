"""Walks every route of the API as another team. A route nobody scoped fails here by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import include, path
from rest_framework.relations import PrimaryKeyRelatedField
from rest_framework.routers import DefaultRouter
from rest_framework.test import APIClient
from rest_framework.viewsets import ModelViewSet

from accounts.api.viewsets import TeamScopedViewSet
from accounts.models import Team
from accounts.services.tokens import login_begin
from config.api import router
from monitoring.api.monitor_serializers import MonitorSerializer
from monitoring.api.monitors import MonitorViewSet
from monitoring.api.websites import WebsiteSerializer, WebsiteViewSet
from monitoring.models import Monitor
from notifications.models import Channel
from tests.tenancy.walk import (
    Routes,
    create_nothing_there,
    endpoints,
    routes,
    see_only_own_rows,
    touch_no_foreign_row,
)
from tests.tenancy.world import Estate, make_estate
from websites.models import Website

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Addresses that are not viewsets, and why they may be: they show no rows, or have a test below.
OTHERS = {
    "api/v1/health/": "says only that the process lives",
    "api/v1/health/ready": "says only how the parts of this installation are",
    "api/v1/auth/token/": "shows tokens of whom the password belongs to: tests/api/test_tokens.py",
    "api/v1/auth/token/refresh/": "the same for a refresh token",
    "api/v1/auth/token/revoke/": "the same answer for every token",
    "api/v1/cycle/": "acts on the caller's teams: test_a_cycle_touches_only_the_own_team",
    "api/v1/status/": "counts the caller's rows: test_the_counts_are_of_the_own_team",
    "api/v1/telegram/link/": "links a chat to the caller: tests/notifications/telegram_bot/test_desk.py",
    "api/v1/docs": "the document, the same for all",
    "api/v1/callbacks/twilio/": "obeys a signature, shows nothing: notifications/test_twilio_reports",
    "api/v1/": "everything else: says that nothing is there",
}

# What a create or change may name of another team, by route.
FOREIGN_KEYS: dict[str, Callable[[Estate], dict[str, int]]] = {
    "websites": lambda other: {"team": other.team.pk},
    "monitors": lambda other: {"website": other.row(Website).pk},
    "channels": lambda other: {"team": other.team.pk},
    "items": lambda other: {"team": other.team.pk},
    "silences": lambda other: {
        "team": other.team.pk,
        "website": other.row(Website).pk,
        "monitor": other.row(Monitor).pk,
    },
    "subscriptions": lambda other: {"channel": other.row(Channel).pk},
}
CREATE: dict[str, dict[str, object]] = {
    "websites": {"name": "New", "source": "manual"},
    "monitors": {"product_id": "7"},
    "channels": {"name": "New", "kind": "email", "config": {"to": ["x@example.com"]}},
    "subscriptions": {"events": ["*"]},
    "items": {"name": "New", "quantity": 3},
    "silences": {"minutes": 60, "reason": "Why"},
}


@pytest.fixture
def mine():
    return make_estate("minemark")


@pytest.fixture
def other():
    return make_estate("othermark")


@pytest.fixture(params=["user", "token", "key"])
def client(request, mine):
    client = APIClient()
    if request.param == "user":
        client.force_login(mine.owner)
    elif request.param == "token":
        access = login_begin(user=mine.owner).access
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    else:
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {mine.key}")
    return client


def unscoped(found: Routes) -> list[str]:
    return [prefix for prefix, viewset in found if not issubclass(viewset, TeamScopedViewSet)]


def unwalked() -> set[str]:
    """Addresses below /api/ that neither the walk nor the list above knows."""
    walked = {viewset for _, viewset in routes(router)}
    return {where for where, view in endpoints().items() if view not in walked} - set(OTHERS)


def test_every_viewset_is_scoped_to_teams():
    assert unscoped(routes(router)) == []


def test_every_route_below_the_api_is_walked_or_has_its_reason():
    assert unwalked() == set()
    assert set(OTHERS) <= set(endpoints())


def test_every_route_that_creates_is_in_the_matrix():
    creating = {prefix for prefix, viewset in routes(router) if hasattr(viewset, "create")}
    assert creating == set(CREATE) == set(FOREIGN_KEYS)


@pytest.mark.parametrize(("prefix", "viewset"), routes(router))
def test_a_list_shows_nothing_of_another_team(client, mine, other, prefix, viewset):
    see_only_own_rows(client, prefix, viewset, other)


@pytest.mark.parametrize(("prefix", "viewset"), routes(router))
def test_a_row_of_another_team_does_not_exist(client, other, prefix, viewset):
    touch_no_foreign_row(client, prefix, viewset, other)


@pytest.mark.parametrize("prefix", sorted(CREATE))
def test_nothing_is_created_in_another_team(client, other, prefix):
    create_nothing_there(client, prefix, CREATE[prefix], FOREIGN_KEYS[prefix](other))


def test_rows_of_another_team_cannot_be_subscribed_to(client, mine, other):
    for name, model in (("websites", Website), ("monitors", Monitor)):
        body = {"channel": mine.row(Channel).pk, name: [other.row(model).pk]}
        answer = client.post("/api/v1/subscriptions/", body, format="json")
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == [name]


def test_a_row_cannot_be_moved_to_another_team(client, mine, other):
    for prefix, model in (("websites", Website), ("channels", Channel)):
        where = f"/api/v1/{prefix}/{mine.row(model).pk}/"
        answer = client.patch(where, {"team": other.team.pk}, format="json")
        assert answer.status_code == 400
        assert model.objects.get(pk=mine.row(model).pk).team_id == mine.team.pk


def test_a_bulk_cannot_name_another_teams_website(client, other):
    body = {"website": other.row(Website).pk, "monitors": [{"product_id": "1"}]}
    assert client.post("/api/v1/monitors/bulk/", body, format="json").status_code == 400


def test_the_counts_are_of_the_own_team(client, mine, other):
    assert client.get("/api/v1/status/").json()["monitors"] == 1


def test_a_cycle_touches_only_the_own_team(client, mine, other):
    Website.objects.update(source="whmcs_api")
    assert len(client.post("/api/v1/cycle/", {}, format="json").json()["poll_runs"]) == 1
    assert other.row(Website).poll_runs.count() == 1


# --- The walk bites: three ways to forget the scope, each is found -----------------------------


class Careless(ModelViewSet[Monitor]):
    """Not a scoped viewset at all."""

    queryset = Monitor.objects.all()
    serializer_class = MonitorSerializer


class Overridden(MonitorViewSet):
    """Scoped by name only."""

    def get_queryset(self):
        return Monitor.objects.select_related("website")


class KnowsAllTeams(WebsiteSerializer):
    def get_fields(self):
        every_team = PrimaryKeyRelatedField(queryset=Team.objects.all())
        return {**super().get_fields(), "team": every_team}


class OpenTeam(WebsiteViewSet):
    """Scoped rows, but its serializer knows every team."""

    serializer_class = KnowsAllTeams


careless = DefaultRouter()
careless.register("monitors", Overridden, basename="overridden")
careless.register("websites", OpenTeam, basename="open-team")
careless.register("loose", Careless, basename="careless")
urlpatterns = [
    path("api/v1/", include(careless.urls)),
    path("api/v2/", Careless.as_view({"get": "list"})),
]


@pytest.mark.urls("tests.tenancy.test_routes")
def test_a_route_that_nobody_scoped_would_be_found(client, mine, other):
    assert unscoped(routes(careless)) == ["loose"]
    assert "api/v2/" in unwalked()
    with pytest.raises(AssertionError):
        see_only_own_rows(client, "monitors", Overridden, other)
    with pytest.raises(AssertionError):
        touch_no_foreign_row(client, "monitors", Overridden, other)
    with pytest.raises(AssertionError):
        create_nothing_there(client, "websites", CREATE["websites"], {"team": other.team.pk})
