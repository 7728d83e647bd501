"""A request has one id: in its answer and in all that is logged for it."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from common.logcontext import log_facts
from config.middleware import TrustedProxyMiddleware
from config.requestid import RequestIdMiddleware

pytestmark = [pytest.mark.unit, pytest.mark.once]


def ids(rf: RequestFactory, given: str, peer: str = "10.1.2.3") -> tuple[str, str]:
    """(what was bound while the request was answered, what the answer says)."""
    seen: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(log_facts()["request_id"])
        return HttpResponse()

    request = rf.get("/", REMOTE_ADDR=peer, HTTP_X_REQUEST_ID=given)
    response = TrustedProxyMiddleware(RequestIdMiddleware(answer))(request)
    assert "request_id" not in log_facts()
    return seen[0], response["X-Request-ID"]


def test_the_id_of_a_trusted_proxy_is_taken(rf: RequestFactory, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    assert ids(rf, "abc-123.x") == ("abc-123.x", "abc-123.x")


@pytest.mark.parametrize("given", ["", "two words", "a\nforged line", "x" * 129, "ключ"])
def test_an_id_that_would_spoil_the_log_is_replaced(
    rf: RequestFactory, settings: Settings, given: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    bound, told = ids(rf, given)
    assert bound == told
    assert re.fullmatch(r"[0-9a-f]{32}", bound)


def test_the_id_of_a_stranger_is_replaced(rf: RequestFactory) -> None:
    bound, told = ids(rf, "forged", peer="192.0.2.1")
    assert bound == told
    assert bound != "forged"


@pytest.mark.parametrize(("teams", "told"), [([7], "7"), ([7, 8], "several"), ([], None)])
def test_an_error_is_logged_with_its_team_and_the_next_request_is_not(
    rf: RequestFactory, teams: list[int], told: str | None
) -> None:
    class Key:
        sees_all_teams = False

        def team_ids(self) -> list[int]:
            return teams

        def role_in(self, team_id: int) -> None:
            return None

    seen: list[object] = []

    def fail(request: HttpRequest) -> HttpResponse:
        request.auth = Key()  # type: ignore[attr-defined]
        middleware.process_exception(request, ValueError())
        seen.append(log_facts().get("team"))
        return HttpResponse(status=500)

    middleware = RequestIdMiddleware(fail)
    middleware(rf.get("/"))
    assert seen == [told]
    assert log_facts() == {}


def test_every_answer_of_the_site_carries_an_id(client: Client) -> None:
    first, second = (client.get("/nothing-there")["X-Request-ID"] for _ in range(2))
    assert first != second
