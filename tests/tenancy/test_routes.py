"""Walks every route of the API as another team. A route nobody scoped fails here by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import URLResolver, get_resolver
from rest_framework.routers import DefaultRouter
from rest_framework.test import APIClient
from rest_framework.viewsets import ModelViewSet

from accounts.api.viewsets import TeamScopedViewSet
from config.api import router
from monitoring.models import Monitor
from notifications.models import Channel
from tests.tenancy.world import Estate, make_estate
from websites.models import Website

pytestmark = pytest.mark.django_db

# Routes that are not viewsets, and why they may be: they show no rows, or have a test below.
OTHERS = {
    "health-alive": "says only that the process lives",
    "health-ready": "says only how the parts of this installation are",
    "cycle": "acts on the caller's teams: test_a_cycle_touches_only_the_own_team",
    "status": "counts the caller's rows: test_the_counts_are_of_the_own_team",
    "api-docs": "the document, the same for all",
}

# What a create or change may name of another team, by route.
FOREIGN_KEYS: dict[str, Callable[[Estate], dict[str, int]]] = {
    "websites": lambda other: {"team": other.team.pk},
    "monitors": lambda other: {"website": other.row(Website).pk},
    "channels": lambda other: {"team": other.team.pk},
    "subscriptions": lambda other: {"channel": other.row(Channel).pk},
}
CREATE: dict[str, dict[str, object]] = {
    "websites": {"name": "New", "source": "manual"},
    "monitors": {"product_id": "7"},
    "channels": {"name": "New", "kind": "email", "config": {"to": ["x@example.com"]}},
    "subscriptions": {"events": ["*"]},
}


@pytest.fixture
def mine():
    return make_estate("minemark")


@pytest.fixture
def other():
    return make_estate("othermark")


@pytest.fixture(params=["user", "key"])
def client(request, mine):
    client = APIClient()
    if request.param == "user":
        client.force_login(mine.owner)
    else:
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {mine.key}")
    return client


def routes(router=router):
    """(prefix, viewset class) of everything registered."""
    return [(prefix, viewset) for prefix, viewset, _ in router.registry]


def detail_paths(prefix, viewset, pk):
    """(method, path) of every way to one row, actions included."""
    base = f"/api/v1/{prefix}/{pk}/"
    yield from ((method, base) for method in ("get", "put", "patch", "delete", "options"))
    for action in viewset.get_extra_actions():
        if action.detail:
            yield from ((m, f"{base}{action.url_path}/") for m in action.mapping)


def unscoped(router):
    return [p for p, viewset in routes(router) if not issubclass(viewset, TeamScopedViewSet)]


def test_every_viewset_is_scoped_to_teams():
    assert unscoped(router) == []


def test_an_unscoped_viewset_would_be_found():
    careless = DefaultRouter()
    careless.register("monitors", type("Careless", (ModelViewSet,), {}), basename="careless")
    assert unscoped(careless) == ["monitors"]


def test_every_route_below_the_api_is_a_viewset_or_has_its_reason():
    names = set()

    def walk(patterns, prefix=""):
        for pattern in patterns:
            where = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, where)
            elif where.startswith("api/v1/") and not hasattr(pattern.callback, "actions"):
                names.add(pattern.name)

    walk(get_resolver().url_patterns)
    assert names - {None} == set(OTHERS)


@pytest.mark.parametrize(("prefix", "viewset"), routes())
def test_a_list_shows_nothing_of_another_team(client, mine, other, prefix, viewset):
    answer = client.get(f"/api/v1/{prefix}/?page_size=500")
    assert answer.status_code == 200
    assert "othermark" not in answer.content.decode()
    assert answer.json()["count"] == 1
    pk = other.row(viewset.queryset.model).pk
    assert pk not in [row["id"] for row in answer.json()["results"]]
    for name in (
        "website",
        "monitor",
        "channel",
        "team",
        "websites",
        "monitors",
        "poll_run",
        "events",
    ):
        found = [
            client.get(f"/api/v1/{prefix}/?{name}={value}")
            for value in (other.ids()[name.removesuffix("s")], 99999999)
        ]
        assert found[0].status_code == found[1].status_code, name
    for query in ("search=othermark", f"team={other.team.pk}", f"website={other.row(Website).pk}"):
        assert "othermark" not in client.get(f"/api/v1/{prefix}/?{query}").content.decode()


@pytest.mark.parametrize(("prefix", "viewset"), routes())
def test_a_row_of_another_team_does_not_exist(client, other, prefix, viewset):
    model = viewset.queryset.model
    row = other.row(model)
    before = model.objects.filter(pk=row.pk).values().get()
    for method, path in detail_paths(prefix, viewset, row.pk):
        answer = getattr(client, method)(path, {}, format="json")
        absent = client.get(f"/api/v1/{prefix}/99999999/")
        assert answer.status_code in (404, 405), (method, path, answer.status_code)
        if method == "get":
            assert answer.json() == absent.json()
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("prefix", sorted(CREATE))
def test_nothing_is_created_in_another_team(client, other, prefix):
    body = {**CREATE[prefix], **FOREIGN_KEYS[prefix](other)}
    answer = client.post(f"/api/v1/{prefix}/", body, format="json")
    assert answer.status_code == 400, answer.content
    missing = {**body, **dict.fromkeys(FOREIGN_KEYS[prefix](other), 99999999)}
    absent = client.post(f"/api/v1/{prefix}/", missing, format="json").json()
    name = next(iter(FOREIGN_KEYS[prefix](other)))
    assert list(absent["error"]["fields"]) == list(answer.json()["error"]["fields"]) == [name]


def test_rows_of_another_team_cannot_be_subscribed_to(client, mine, other):
    for name, model in (("websites", Website), ("monitors", Monitor)):
        body = {"channel": mine.row(Channel).pk, name: [other.row(model).pk]}
        answer = client.post("/api/v1/subscriptions/", body, format="json")
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == [name]


def test_a_bulk_cannot_name_another_teams_website(client, other):
    body = {"website": other.row(Website).pk, "monitors": [{"product_id": "1"}]}
    assert client.post("/api/v1/monitors/bulk/", body, format="json").status_code == 400


def test_every_route_that_creates_is_in_the_matrix():
    creating = {prefix for prefix, viewset in routes() if hasattr(viewset, "create")}
    assert creating == set(CREATE) == set(FOREIGN_KEYS)


def test_the_counts_are_of_the_own_team(client, mine, other):
    assert client.get("/api/v1/status/").json()["monitors"] == 1


def test_a_cycle_touches_only_the_own_team(client, mine, other):
    Website.objects.update(source="whmcs_api")
    assert len(client.post("/api/v1/cycle/", {}, format="json").json()["poll_runs"]) == 1
    assert other.row(Website).poll_runs.count() == 1
