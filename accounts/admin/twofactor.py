"""The page on which a person switches their second factor on, off, or renews the backup codes."""

from __future__ import annotations

import io
from typing import Any

import qrcode
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from qrcode.image.svg import SvgPathImage

from accounts.admin.display import error_text
from accounts.admin.theme import ThemedAdmin
from accounts.models import User
from accounts.services.twofactor import (
    app_address,
    app_key,
    backup_codes_renew,
    two_factor_begin,
    two_factor_check,
    two_factor_confirm,
    two_factor_end,
)
from common.errors import ProductError


class TwoFactorMixin(ThemedAdmin):
    """Everybody who may open the admin has the page, for themselves only."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(
            never_cache(sensitive_post_parameters("code")(self.two_factor_view))
        )
        own = path("two-factor/", view, name="accounts_user_two_factor")
        return [own, *super().get_urls()]

    def two_factor_view(self, request: HttpRequest) -> HttpResponse:
        return _page(self, request)


def _page(pages: TwoFactorMixin, request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # admin_view lets nobody else in
    shown: dict[str, Any] = {}
    if request.method == "POST":
        try:
            shown = _act(request, user)
        except ProductError as error:
            pages.message_user(request, error_text(error), messages.ERROR)
        else:
            if not shown:
                return redirect("admin:accounts_user_two_factor")
    factor = getattr(user, "second_factor", None)
    if factor is not None and factor.confirmed_at is None:
        shown |= {"picture": _picture(app_address(factor)), "key": _grouped(app_key(factor))}
    context = {
        **pages.admin_site.each_context(request),
        "title": gettext("Two-factor"),
        "is_on": user.two_factor_at is not None,
        "left": len(factor.backup_hashes) if factor else 0,
        **shown,
    }
    return TemplateResponse(request, "admin/desk/two_factor.html", context)


def _act(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the page shows once afterwards. Raises ProductError."""
    code = request.POST.get("code", "")
    match request.POST.get("action"):
        case "begin":
            user.second_factor = two_factor_begin(user=user)
        case "confirm":
            codes = two_factor_confirm(user=user, code=code)
            update_session_auth_hash(request, user)  # this one log-in goes on
            user.refresh_from_db()
            return {"codes": codes}
        case "renew":
            return {"codes": backup_codes_renew(user=user, code=code)}
        case "end":
            two_factor_check(user=user, code=code)
            two_factor_end(user=user)
            update_session_auth_hash(request, user)
    return {}


def _picture(address: str) -> SafeString:
    """The QR code as SVG text; it stands in the page and is fetched from nowhere."""
    out = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(out)
    svg = out.getvalue().decode()
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - made of squares only


def _grouped(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
