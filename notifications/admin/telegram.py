"""Pages on which people link Telegram chats: a deep link to open there, and the page that a link
from a chat leads to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.actors import has_role
from accounts.admin.display import error_text
from accounts.admin.theme import SelectWidget, ThemedAdmin
from accounts.choices import Role
from accounts.models import Team, User
from accounts.selectors import team_ids_with_role
from common.errors import ConflictError
from common.texts import shown
from notifications.models import TelegramLink
from notifications.telegram_bot.linking import (
    LinkRefused,
    chat_bind,
    deep_links,
    link_end,
    offer_read,
    token_create,
)
from notifications.telegram_bot.naming import bot_trouble, bot_username
from notifications.telegram_bot.updates import PRIVATE

LINK, BIND = "notifications_channel_telegram", "notifications_channel_bind"


class TeamForm(forms.Form):
    """One of the teams in which the person holds the role."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), widget=SelectWidget()
    )

    def __init__(self, *args: Any, user: User, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=team_ids_with_role(actor=user, role=role))
        choice: Any = self.fields["team"]
        choice.queryset = teams
        if len(teams) == 1:
            choice.initial = teams[0]


class TelegramPagesMixin(ThemedAdmin):
    """Adds `telegram/` and `telegram/bind/`, for every member of a team."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("telegram/", self.admin_site.admin_view(self.link_view), name=LINK),
            path("telegram/bind/", self.admin_site.admin_view(self.bind_view), name=BIND),
        ]
        return [*own, *super().get_urls()]

    def link_view(self, request: HttpRequest) -> HttpResponse:
        """A post makes a deep link, which is shown this once, or ends one of the person's links."""
        user = _user(request)
        links: dict[str, str] = {}
        if "unlink" in request.POST:
            return self._unlink(request, user)
        form = TeamForm(request.POST or None, user=user, role=Role.VIEWER)
        if request.method == "POST" and form.is_valid():
            try:
                name = bot_username()
                token = token_create(user=user, team=form.cleaned_data["team"])
                links = deep_links(name, token)
            except ConflictError as error:
                form.add_error(None, error_text(error))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Link Telegram"),
            "form": form,
            "links": links,
            "trouble": shown(bot_trouble()),
            "linked": [
                (link, _may_unlink(user, link))
                for link in TelegramLink.objects.visible_to(user)
                .filter(user=user)
                .select_related("team", "channel")
            ],
        }

        @never_cache
        def page(request: HttpRequest) -> HttpResponse:
            return TemplateResponse(request, "admin/desk/telegram.html", context)

        return page(request)

    def bind_view(self, request: HttpRequest) -> HttpResponse:
        """Where the link leads that the bot gave in a chat: pick the team, and it is bound."""
        user = _user(request)
        try:
            chat, person = offer_read(request.GET.get("chat", ""))
        except LinkRefused:
            self.message_user(
                request,
                gettext("This link is too old or not whole. Send /start in the chat again."),
                messages.ERROR,
            )
            return redirect(f"admin:{LINK}")
        role = Role.VIEWER if chat.is_private else Role.OWNER
        form = TeamForm(request.POST or None, user=user, role=role)
        if request.method == "POST" and form.is_valid():
            try:
                link = chat_bind(
                    user=user, team=form.cleaned_data["team"], chat=chat, person=person
                )
            except LinkRefused as error:
                form.add_error(None, shown(error.message))
            else:
                text = gettext("%(chat)s is linked to %(team)s.")
                told = text % {"chat": link, "team": link.team}
                self.message_user(request, told, messages.SUCCESS)
                return redirect(f"admin:{LINK}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Link this chat"),
            "form": form,
            "chat": chat,
            "person": person,
            "role": role,
        }
        return TemplateResponse(request, "admin/desk/telegram_bind.html", context)

    def _unlink(self, request: HttpRequest, user: User) -> HttpResponse:
        number = str(request.POST["unlink"])
        rows = TelegramLink.objects.filter(user=user)
        link = rows.filter(pk=number).first() if number.isdecimal() else None
        if link is not None and not _may_unlink(user, link):
            text = gettext("%(chat)s is a chat of the whole team: unlinking it takes an owner.")
            self.message_user(request, text % {"chat": link}, messages.ERROR)
        elif link is not None:
            link_end(link=link)
            text = gettext("%(chat)s is unlinked.")
            self.message_user(request, text % {"chat": link}, messages.SUCCESS)
        return redirect(f"admin:{LINK}")


def _may_unlink(user: User, link: TelegramLink) -> bool:
    """A private chat is its person's own. A group is the team's, whoever linked it once: who has
    left the team, or is no owner any more, does not silence it."""
    return link.chat_type == PRIVATE or has_role(user, link.team_id, Role.OWNER)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # admin_view lets nobody else in
        raise PermissionDenied
    return request.user
