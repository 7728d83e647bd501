"""The pages of words: what is shipped, what a team says in its own words, and how both look."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from csp.decorators import csp_replace
from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.empty import step
from accounts.admin.serviceform import ServiceForm
from accounts.admin.theme import ChoicesFilter, SelectWidget
from accounts.admin.verbs import Verb
from accounts.choices import Language, Role
from common.texts import shown
from monitoring.choices import EventType
from notifications.channels.registry import choices as channel_choices
from notifications.manner import CHATS, Manner
from notifications.models import MessageTemplate
from notifications.rendering import Rendered, render_sample
from notifications.services.templates import template_create, template_reset, template_update
from notifications.wording.own import PLACEHOLDERS, OwnWords, problems_of

PREVIEW, SHIPPED = "notifications_messagetemplate_preview", "notifications_messagetemplate_shipped"
PARTS = ("subject", "text", "html")
PART_NAMES = {"subject": _("subject"), "text": _("text"), "html": _("html")}


class WordsForm(ServiceForm):
    class Meta:
        model = MessageTemplate
        fields = "__all__"
        help_texts: ClassVar = {
            "subject": _("Empty: as it is shipped."),
            "text": _(
                "For chats, text messages and the text of mails. Empty: as it is shipped. A line "
                "whose placeholders all stand for nothing is left out."
            ),
            "html": _(
                "For the card of a mail; frame, buttons and links at its end stay. Empty: as it "
                "is shipped."
            ),
        }

    def run(self, row: Any | None) -> models.Model:
        data = self.cleaned_data
        words = OwnWords(*(data[name] for name in PARTS))
        if row is not None:
            return template_update(template=row, words=words)
        return template_create(
            team=data["team"],
            event_type=data["event_type"],
            language=data["language"],
            words=words,
        )


def _events() -> list[tuple[str, str]]:
    return [(value, shown(label)) for value, label in EventType.choices]


def _kinds() -> list[tuple[str, str]]:
    return [(kind, shown(label)) for kind, label in channel_choices()]


class LookForm(forms.Form):
    """Which message is looked at."""

    event_type = forms.ChoiceField(label=_("Event type"), choices=_events, widget=SelectWidget())
    language = forms.ChoiceField(
        label=_("Language"), choices=Language.choices, widget=SelectWidget()
    )
    kind = forms.ChoiceField(
        choices=_kinds, widget=SelectWidget(), required=False, label=_("Kind of channel")
    )


@admin.register(MessageTemplate)
class MessageTemplateAdmin(TeamScopedAdmin):
    add_role = change_role = delete_role = Role.OWNER
    form = WordsForm
    list_display = ("__str__", "team", "language", "parts", "beginning")
    list_filter = ("team", ("event_type", ChoicesFilter), ("language", ChoicesFilter))
    list_select_related = ("team",)
    fields = ("team", "event_type", "language", "subject", "text", "html")
    empty = step(
        _("No words of your own"),
        _(
            "Messages are sent in the words that are shipped. Write your own for a kind of event, in one "
            "language; a preview shows how they look."
        ),
        "edit_note",
        label=_("Write your own"),
    )
    verbs = (
        Verb(
            "reset",
            _("Use the shipped words"),
            "undo",
            Role.OWNER,
            confirm=_("Your words for this event are emptied. Go on?"),
            fits=lambda row: bool(row.subject or row.text or row.html),
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("preview/", self.admin_site.admin_view(self.preview_view), name=PREVIEW),
            path("shipped/", self.admin_site.admin_view(self.shipped_view), name=SHIPPED),
        ]
        return [*own, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("team", "event_type", "language")

    @admin.display(description=_("Own words for"))
    def parts(self, row: MessageTemplate) -> str:
        return ", ".join(str(PART_NAMES[name]) for name in PARTS if getattr(row, name)) or gettext(
            "nothing"
        )

    @admin.display(description=_("They begin"))
    def beginning(self, row: MessageTemplate) -> str:
        return Truncator(row.subject or row.text or row.html).chars(60)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())

    def do_reset(self, request: HttpRequest, row: MessageTemplate) -> str:
        template_reset(template=row)
        return gettext("the shipped words are used.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        query = f"?event_type={row.event_type}&language={row.language}" if row else ""
        context |= {
            "panels": ["admin/desk/words_panel.html"],
            "placeholders": [(name, shown(text)) for name, text in PLACEHOLDERS.items()],
            "preview_url": reverse(f"admin:{PREVIEW}") + query,
            "shipped_url": reverse(f"admin:{SHIPPED}") + query,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What is typed in the form, as a message about a sample; shown in a frame of the form."""

        @never_cache
        @xframe_options_sameorigin
        @csp_replace({"frame-ancestors": ["'self'"]})
        def page(request: HttpRequest) -> HttpResponse:
            look = LookForm({**request.POST.dict(), **request.GET.dict()})
            words = OwnWords(*(request.POST.get(name, "").strip() for name in PARTS))
            problems = problems_of(words)
            context: dict[str, Any] = {
                "problems": {
                    PART_NAMES[name]: [*map(shown, texts)] for name, texts in problems.items()
                }
            }
            if look.is_valid() and not problems:
                context["message"] = _sample(look, words)
            return TemplateResponse(request, "admin/desk/words_preview.html", context)

        return cast("HttpResponse", page(request))

    def shipped_view(self, request: HttpRequest) -> HttpResponse:
        """The words that are shipped, for every kind of event, language and kind of channel."""
        first = {"event_type": EventType.RESTOCKED, "language": Language.ENGLISH, "kind": "email"}
        look = LookForm({**first, **request.GET.dict()})
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Shipped words"),
            "form": look,
            "message": _sample(look, OwnWords()) if look.is_valid() else None,
        }
        return TemplateResponse(request, "admin/desk/words_shipped.html", context)


def _sample(look: LookForm, words: OwnWords) -> Rendered:
    chosen = look.cleaned_data
    manner = Manner(chosen["language"], ZoneInfo("UTC"), chosen.get("kind") in CHATS)
    return render_sample(chosen["event_type"], manner, words)
