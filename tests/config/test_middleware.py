from __future__ import annotations

from ipaddress import ip_network

import pytest
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
