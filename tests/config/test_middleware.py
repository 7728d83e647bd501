from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from config.middleware import TrustedProxyMiddleware

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.mark.parametrize(
    ("peer", "is_kept"),
    [("10.1.2.3", True), ("192.0.2.1", False), ("", False), ("::1", False), ("unix", False)],
)
def test_forwarded_headers_count_only_from_a_trusted_proxy(
    peer: str, is_kept: bool, rf: RequestFactory, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    request = rf.get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    TrustedProxyMiddleware(answer)(request)
    assert ("HTTP_X_FORWARDED_PROTO" in seen[0].META) is is_kept


ORDER = (
    ("TrustedProxyMiddleware", "SecurityMiddleware", "the scheme is believed or not"),
    ("SecurityMiddleware", "WhiteNoiseMiddleware", "files carry the security headers too"),
    ("ContentPolicyMiddleware", "WhiteNoiseMiddleware", "files carry the policy too"),
    ("CorsMiddleware", "CommonMiddleware", "a preflight request is answered, not redirected"),
    ("SessionMiddleware", "AuthenticationMiddleware", "who it is stands in the session"),
    ("CsrfViewMiddleware", "AuthenticationMiddleware", "a forged form is nobody's"),
    ("AuthenticationMiddleware", "TwoFactorMiddleware", "it asks who it is"),
    ("AuthenticationMiddleware", "AuditMiddleware", "it notes who it is"),
)


@pytest.mark.parametrize(("first", "then", "why"), ORDER, ids=lambda value: str(value))
def test_the_middleware_stands_in_the_order_it_needs(first: str, then: str, why: str) -> None:
    names = [path.rpartition(".")[2] for path in django_settings.MIDDLEWARE]
    assert names.index(first) < names.index(then), why


def test_the_guard_of_log_ins_sees_the_answer_first() -> None:
    """And limits of requests are counted behind all of them, where the caller is known."""
    assert django_settings.MIDDLEWARE[-1] == "axes.middleware.AxesMiddleware"
    throttles = django_settings.REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"]
    assert throttles == ["accounts.api.throttles.ActorThrottle"]
