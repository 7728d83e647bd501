"""What is asked of every route of the API as a stranger to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.routers import BaseRouter
from rest_framework.test import APIClient

from tests.tenancy.world import Estate

ABSENT = 99999999
FILTERS = ("website", "monitor", "channel", "team", "websites", "monitors", "poll_run", "events")

Routes = list[tuple[str, type[Any]]]


def routes(router: BaseRouter) -> Routes:
    """(prefix, viewset class) of everything registered."""
    return [(prefix, viewset) for prefix, viewset, _ in router.registry]


def endpoints() -> dict[str, Any]:
    """Address pattern -> view class (None for a plain function) of all that is below /api/."""
    found: dict[str, Any] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            where = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, where)
            elif where.startswith("api/"):
                callback = pattern.callback
                found[where] = getattr(callback, "cls", getattr(callback, "view_class", None))

    walk(get_resolver().url_patterns, "")
    return found


def detail_paths(prefix: str, viewset: type[Any], pk: int) -> Iterator[tuple[str, str]]:
    """(method, path) of every way to one row, actions included."""
    base = f"/api/v1/{prefix}/{pk}/"
    yield from ((method, base) for method in ("get", "put", "patch", "delete", "options"))
    for action in viewset.get_extra_actions():
        if action.detail:
            yield from ((method, f"{base}{action.url_path}/") for method in action.mapping)


def see_only_own_rows(client: APIClient, prefix: str, viewset: type[Any], other: Estate) -> None:
    """The list shows, counts, finds and filters nothing of the other team."""
    path = f"/api/v1/{prefix}/"
    answer = client.get(f"{path}?page_size=500")
    assert answer.status_code == 200
    assert other.mark not in answer.content.decode()
    assert answer.json()["count"] == 1
    foreign = other.row(viewset.queryset.model).pk
    assert foreign not in [row["id"] for row in answer.json()["results"]]
    for name in FILTERS:
        theirs, nobodys = (
            client.get(f"{path}?{name}={pk}")
            for pk in (other.ids()[name.removesuffix("s")], ABSENT)
        )
        assert theirs.status_code == nobodys.status_code, name
        assert other.mark not in theirs.content.decode()
    assert other.mark not in client.get(f"{path}?search={other.mark}").content.decode()


def touch_no_foreign_row(client: APIClient, prefix: str, viewset: type[Any], other: Estate) -> None:
    """No way leads to the row, and the answers are those for an id that was never given."""
    model = viewset.queryset.model
    pk = other.row(model).pk
    before = model.objects.filter(pk=pk).values().get()
    ways = zip(
        detail_paths(prefix, viewset, pk), detail_paths(prefix, viewset, ABSENT), strict=True
    )
    for (method, path), (_, nowhere) in ways:
        answer = getattr(client, method)(path, {}, format="json")
        absent = getattr(client, method)(nowhere, {}, format="json")
        assert answer.status_code in (404, 405), (method, path, answer.status_code)
        assert (answer.status_code, answer.content) == (absent.status_code, absent.content)
    assert model.objects.filter(pk=pk).values().get() == before


def create_nothing_there(
    client: APIClient, prefix: str, body: dict[str, Any], foreign: dict[str, int]
) -> None:
    """A foreign key to the other team is refused in the words for one to nothing."""
    path = f"/api/v1/{prefix}/"
    theirs = client.post(path, {**body, **foreign}, format="json")
    nobodys = client.post(path, {**body, **dict.fromkeys(foreign, ABSENT)}, format="json")
    assert theirs.status_code == 400, theirs.content
    assert list(theirs.json()["error"]["fields"]) == list(foreign)
    said = theirs.content.decode()
    for pk in foreign.values():
        said = said.replace(f'\\"{pk}\\"', f'\\"{ABSENT}\\"')
    assert said == nobodys.content.decode()
