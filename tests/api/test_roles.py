"""Who may do what, for every action of every route (contract section 6)."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.choices import Role, Scope
from accounts.services import api_key_create, membership_set
from config.api import router
from tests.factories import make_team, make_user
from tests.tenancy.walk import detail_paths, routes
from tests.tenancy.world import make_estate

pytestmark = [pytest.mark.django_db, pytest.mark.once]

VIEWER, OPERATOR, OWNER = Role.VIEWER, Role.OPERATOR, Role.OWNER
CHANGING = ("create", "update", "partial_update", "destroy")
NEEDED = {
    "websites": {
        **dict.fromkeys(("check_connection", "poll", "import_products"), OPERATOR),
        **dict.fromkeys((*CHANGING, "pause", "resume"), OWNER),
        **dict.fromkeys(("catalogue", "why_not"), VIEWER),
    },
    "monitors": {
        **dict.fromkeys(("create", "update", "partial_update", "bulk"), OPERATOR),
        **dict.fromkeys(("pause", "resume", "stock", "silence"), OPERATOR),
        **dict.fromkeys(("summary", "statistics", "days", "records", "history"), VIEWER),
        "destroy": OWNER,
    },
    "alerts": {
        **dict.fromkeys(("acknowledge", "resolve", "bulk", "trigger_check"), OPERATOR),
        **dict.fromkeys(("stats", "timeline", "preferences", "change_preferences"), VIEWER),
    },
    "silences": dict.fromkeys(("create", "end"), OPERATOR),
    "items": {**dict.fromkeys(("create", "update", "partial_update"), OPERATOR), "destroy": OWNER},
    "channels": {**dict.fromkeys(CHANGING, OWNER), "test": OPERATOR},
    "subscriptions": dict.fromkeys(CHANGING, OWNER),
    "history": dict.fromkeys(("feed", "feed_address"), VIEWER),
    "notifications": {"resend": OPERATOR},
}
VERBS = {"put": "update", "patch": "partial_update", "delete": "destroy", "get": "retrieve"}


def ways(prefix, viewset, pk):
    """(action, method, path) of all that a route offers."""
    base = f"/api/v1/{prefix}/"
    yield "list", "get", base
    if hasattr(viewset, "create"):
        yield "create", "post", base
    for action in viewset.get_extra_actions():
        if not action.detail:
            yield from ((action.__name__, m, f"{base}{action.url_path}/") for m in action.mapping)
    names = {f"{base}{pk}/{a.url_path}/": a.__name__ for a in viewset.get_extra_actions()}
    for method, path in detail_paths(prefix, viewset, pk):
        action = names.get(path) or VERBS.get(method)
        if action is not None and hasattr(viewset, action):
            yield action, method, path


@pytest.fixture
def estate():
    return make_estate("rolemark")


@pytest.fixture(params=["user", "key"])
def client_of(request, estate):
    """A client that holds a role in the estate's team, as a member or as the key of its scope."""

    def make(role):
        client = APIClient()
        if request.param == "user":
            user = make_user()
            membership_set(team=estate.team, user=user, role=role)
            client.force_login(user)
        else:
            scope = next(scope for scope in Scope if scope.role == role)
            _, plain = api_key_create(team=estate.team, name=role, scope=scope)
            client.credentials(HTTP_AUTHORIZATION=f"Api-Key {plain}")
        return client

    return make


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("prefix", "viewset"), routes(router))
def test_every_action_takes_its_role_and_no_less(client_of, estate, prefix, viewset, role):
    client = client_of(role)
    row = estate.row(viewset.queryset.model)
    # A delete that is allowed comes last.
    found = sorted(ways(prefix, viewset, row.pk), key=lambda way: way[0] == "destroy")
    for action, method, path in found:
        needed = NEEDED.get(prefix, {}).get(action, VIEWER)
        if action in ("test", "check_connection") and role.rank >= needed.rank:
            continue  # it would call out; what it does has its own tests
        answer = getattr(client, method)(path, {}, format="json")
        if role.rank < needed.rank:
            assert answer.status_code == 403, (action, answer.status_code)
            assert answer.json()["error"]["code"] == "permission_denied"
            assert needed.label.lower() in answer.json()["error"]["message"]
        else:
            assert answer.status_code not in (401, 403, 404, 405), (action, answer.status_code)


def test_the_table_names_every_action_that_is_not_plain_reading():
    offered = {
        prefix: {action for action, _, _ in ways(prefix, viewset, 1)} - {"list", "retrieve"}
        for prefix, viewset in routes(router)
    }
    assert {prefix: names for prefix, names in offered.items() if names} == {
        prefix: set(names) for prefix, names in NEEDED.items()
    }


@pytest.mark.parametrize(("role", "status"), [(VIEWER, 403), (OPERATOR, 202), (OWNER, 202)])
def test_a_cycle_takes_an_operator(client_of, role, status):
    assert client_of(role).post("/api/v1/cycle/", {}, format="json").status_code == status


def test_a_role_in_one_team_is_none_in_another(estate):
    """An owner here who only reads there is refused there, and is told so: they see the row."""
    user = make_user(team=make_team())
    membership_set(team=estate.team, user=user, role=VIEWER)
    client = APIClient()
    client.force_login(user)
    body = {"name": "New", "source": "manual", "team": estate.team.pk}
    assert client.post("/api/v1/websites/", body, format="json").status_code == 403


def test_who_is_in_no_team_reads_empty_lists_and_may_create_nothing():
    client = APIClient()
    client.force_login(make_user())
    assert client.get("/api/v1/websites/").json()["count"] == 0
    answer = client.post("/api/v1/websites/", {"name": "x", "source": "manual"}, format="json")
    assert answer.status_code == 403
