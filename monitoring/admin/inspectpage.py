"""What the reader of public pages makes of one page, and why: an address, or a saved page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import Tone, error_text
from accounts.admin.rights import holds
from accounts.admin.theme import TextWidget, ThemedAdmin
from accounts.choices import Role
from common.http_errors import HttpError
from common.texts import Text, shown
from monitoring.evidence import PAGES
from websites.sources.whmcs_storefront.inspection import as_json, saved_answer
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import Answer
from websites.sources.whmcs_storefront.visitor import MAX_PAGE_BYTES, Visitor

BUDGET_SECONDS = 30.0
TONES: dict[str, Tone] = {"in_stock": "good", "out_of_stock": "bad", "unknown": "idle"}
WORDS: dict[str, Text] = {
    "in_stock": _("In stock"),
    "out_of_stock": _("Out of stock"),
    "unknown": _("Not proved"),
}


class InspectForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=500,
        widget=TextWidget(attrs={"placeholder": "https://shop.example/cart.php?gid=1"}),
        help_text=_("Read now over the network, unless a saved page is given."),
    )
    page = forms.FileField(
        label=_("Saved page"),
        required=False,
        help_text=_("An HTML file. The address then says where it came from."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("url") and not values.get("page"):
            raise forms.ValidationError(gettext("Give an address or a saved page."))
        if values.get("page") and values["page"].size > MAX_PAGE_BYTES:
            raise forms.ValidationError(gettext("The page is larger than 5 MB."))
        return values


class InspectPageMixin(ThemedAdmin):
    """Adds `inspect/`. Whoever may poll a shop may look at a page."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.inspect_view)
        own = [path("inspect/", view, name="websites_website_inspect")]
        return [*own, *super().get_urls()]

    def may_inspect(self, request: HttpRequest) -> bool:
        return holds(request, Role.OPERATOR)

    def inspect_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_inspect(request):
            raise PermissionDenied
        form = InspectForm(request.POST or None, request.FILES or None)
        found, answer = None, None
        if request.method == "POST" and form.is_valid():
            try:
                answer = _answer(form.cleaned_data)
                found = as_json(read_page(answer))
            except HttpError as error:
                form.add_error("url", error_text(error))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Inspect a page"),
            "form": form,
            "found": found,
            "answer": answer,
            "page_words": shown(PAGES.get(found["page"], found["page"])) if found else "",
            "readings": [_shown(one) for one in found["readings"]] if found else [],
        }
        return TemplateResponse(request, "admin/desk/inspect.html", context)


def _answer(values: dict[str, Any]) -> Answer:
    if values.get("page"):
        return saved_answer(values["page"].read(), values["url"], headers={})
    url = values["url"] if "://" in values["url"] else f"https://{values['url']}"
    return Visitor(budget_seconds=BUDGET_SECONDS).get(url)


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    bundle = f"b{one['bundle_id']}" if one["bundle_id"] else ""
    return {
        **one,
        "id": one["product_id"] or bundle or "?",
        "words": WORDS[one["availability"]],
        "tone": TONES[one["availability"]],
        "number": "" if one["quantity"] is None else one["quantity"],
    }
