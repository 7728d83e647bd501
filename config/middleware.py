"""What a request may claim about itself, and what its page may load."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

if TYPE_CHECKING:
    from django.http import HttpResponseBase

_HEADERS = (
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REQUEST_ID",
)


class TrustedProxyMiddleware:
    """Drops X-Forwarded-* and X-Request-ID of strangers, so that nobody can claim https or another
    address, or write into the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            for name in _HEADERS:
                request.META.pop(name, None)
        return self.get_response(request)

    @staticmethod
    def _is_trusted(address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in settings.TRUSTED_PROXIES)


class TwoFactorMiddleware:
    """With ADMIN_REQUIRES_TOTP the admin opens nothing but the page that switches two-factor on."""

    OPEN = frozenset({"two-factor", "login", "logout", "jsi18n"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.ADMIN_REQUIRES_TOTP and request.path_info.startswith("/admin/"):
            last = request.path_info.rstrip("/").rpartition("/")[2]
            user = request.user
            if user.is_authenticated and user.two_factor_at is None and last not in self.OPEN:
                return redirect("admin:accounts_user_two_factor")
        return self.get_response(request)


class ContentPolicyMiddleware(CSPMiddleware):
    """The policy of config/security.py; the admin theme evaluates the expressions of its own
    attributes, so below /admin/ that is allowed too. No text of a user is ever such an expression."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only or not request.path_info.startswith("/admin/"):
            return parts
        update: dict[str, Any] = {**(parts.update or {}), "script-src": [UNSAFE_EVAL]}
        return replace(parts, update=update)
