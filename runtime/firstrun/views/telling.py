"""Step 4: where the team is told. A Telegram chat is noticed when it has been linked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.models import Team
from common.errors import ConflictError, InvalidInputError
from common.texts import joined, shown
from notifications.telegram_bot.linking import deep_links, token_create
from notifications.telegram_bot.naming import bot_trouble, bot_username
from runtime.firstrun.access import of_team, user_of
from runtime.firstrun.forms import FORMS
from runtime.firstrun.standing import channels_of
from runtime.firstrun.telling import channel_ensure, linked_since, mail_is_set_up
from runtime.firstrun.views.frame import page
from runtime.firstrun.views.trying import try_page

EXISTING_SHOWN = 20


@of_team
def tell(request: HttpRequest, team: Team) -> HttpResponse:
    """Three small forms; `kind` says which was posted."""
    kind = request.POST.get("kind", "")
    forms = {
        name: form(request.POST if name == kind else None, prefix=name)
        for name, form in FORMS.items()
    }
    more: dict[str, Any] = _telegram(request, team) if kind == "telegram" else {}
    if (form := forms.get(kind)) is not None and form.is_valid():
        try:
            channel, secrets = channel_ensure(
                team=team, kind=kind, config=form.config(), heard=form.cleaned_data["heard"]
            )
        except InvalidInputError as error:
            form.complain(error)
        else:
            if secrets:
                return try_page(request, team, channel, secrets=secrets)
            return redirect("setup:try", team.pk, channel.pk)
    has_bot = bool(settings.TELEGRAM_BOT_TOKEN)
    rows = channels_of(team, user_of(request)).order_by("name")
    return page(
        request,
        team,
        "tell",
        forms=forms,
        open_kind=kind or ("telegram" if has_bot else "email"),
        has_bot=has_bot,
        trouble=shown(bot_trouble()),
        mail_is_set_up=mail_is_set_up(),
        existing=[
            (one, shown(one.get_kind_display()), reverse("setup:try", args=[team.pk, one.pk]))
            for one in rows[:EXISTING_SHOWN]
        ],
        **more,
    )


def _telegram(request: HttpRequest, team: Team) -> dict[str, Any]:
    """A deep link, shown this once, and where the page asks whether it was opened."""
    since = timezone.now()
    try:
        name = bot_username()
        links = deep_links(name, token_create(user=user_of(request), team=team))
    except (ConflictError, InvalidInputError) as error:
        advice = shown(error.advice) or gettext("Only a member of the team can link a chat to it.")
        return {"telegram_error": joined(shown(error.message), advice)}
    address = reverse("setup:linked", args=[team.pk])
    return {"links": links, "linked_url": f"{address}?since={since.timestamp():.6f}"}


@of_team
@require_safe
def linked(request: HttpRequest, team: Team) -> HttpResponse:
    """Whether a chat was linked since then: JSON for the script of the page, else the next page."""
    channel = linked_since(user=user_of(request), team=team, since=_moment(request))
    target = "" if channel is None else reverse("setup:try", args=[team.pk, channel.pk])
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"next": target})
    if not target:
        messages.warning(
            request,
            gettext("No chat is linked yet. Open the link, press Start, then try again."),
        )
    return redirect(target or reverse("setup:tell", args=[team.pk]))


def _moment(request: HttpRequest) -> datetime:
    """What is no time counts as now: nothing was linked since."""
    try:
        return datetime.fromtimestamp(float(request.GET.get("since", "")), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return timezone.now()
