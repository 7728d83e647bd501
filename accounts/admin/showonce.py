"""A page for a secret that is shown once: it is written nowhere, not even into a session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from accounts.admin.display import page_url
from accounts.admin.theme import ThemedAdmin


class ShowOnceMixin(ThemedAdmin):
    """After a row was added, its fresh secrets are shown instead of the usual redirect."""

    def show_once(self, request: HttpRequest, secrets: dict[str, str]) -> None:
        """`secrets`: label -> value. Call it while saving."""
        request._shown_once = secrets  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.shown_page(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def shown_page(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        """The page that shows what was made in this request; None when nothing was."""
        secrets = getattr(request, "_shown_once", None)
        if not secrets:
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("%(row)s is ready") % {"row": obj},
            "secrets": secrets,
            "next": page_url(obj),
        }

        @never_cache
        def page(request: HttpRequest) -> HttpResponse:
            return TemplateResponse(request, "admin/desk/shown_once.html", context)

        return page(request)
