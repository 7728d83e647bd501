"""Step 5: a test message, and whether it arrived. Step 6: what happens from now on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache

from accounts.admin.display import age, list_url, page_url
from accounts.models import Team
from common.texts import shown
from monitoring.models import Monitor
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog, Subscription
from notifications.services.channels import channel_test
from notifications.services.outbox import FINISHED
from runtime.firstrun.access import channel_for, of_team, user_of
from runtime.firstrun.standing import channels_of
from runtime.firstrun.telling import last_test
from runtime.firstrun.views.frame import page

KEY_LENGTH = 20


@of_team
def attempt(request: HttpRequest, team: Team, channel: int) -> HttpResponse:
    """A post sends one message for the key of its page, however often it is posted."""
    row = channel_for(request, team, channel)
    if request.method == "POST":
        key = "".join(one for one in request.POST.get("key", "")[:KEY_LENGTH] if one.isalnum())
        channel_test(channel=row, key=f"setup-{key}" if key else "")
        return redirect("setup:try", team.pk, row.pk)
    return try_page(request, team, row)


@of_team
def status(request: HttpRequest, team: Team, channel: int) -> HttpResponse:
    """How the last test stands, for the script of the page."""
    sent = last_test(channel_for(request, team, channel))
    return JsonResponse(
        {"status": sent.status if sent else "", "is_over": sent is None or sent.status in FINISHED}
    )


@never_cache
def try_page(
    request: HttpRequest, team: Team, channel: Channel, *, secrets: dict[str, str] | None = None
) -> HttpResponse:
    """`secrets` were made for the channel in this request and are shown this once."""
    sent = last_test(channel)
    return page(
        request,
        team,
        "try",
        rows={"try": channel.pk},
        channel=channel,
        kind=shown(channel.get_kind_display()),
        secrets=secrets or {},
        sent=sent,
        sent_age=age(sent.sent_at or sent.updated_at) if sent else "",
        is_sent=sent is not None and sent.status == NotificationStatus.SENT,
        is_over=sent is None or sent.status in FINISHED,
        key=get_random_string(KEY_LENGTH),
        try_url=reverse("setup:try", args=[team.pk, channel.pk]),
        status_url=reverse("setup:status", args=[team.pk, channel.pk]),
        tell_url=reverse("setup:tell", args=[team.pk]),
        done_url=reverse("setup:done", args=[team.pk]),
        channel_url=page_url(channel),
        log_url=list_url(NotificationLog, f"channel__id__exact={channel.pk}"),
    )


@of_team
def done(request: HttpRequest, team: Team) -> HttpResponse:
    channels = channels_of(team, user_of(request)).filter(is_active=True)
    monitors = Monitor.objects.of_team(team.pk)
    website = team.websites.order_by("-pk").first()
    return page(
        request,
        team,
        "done",
        products=monitors.count(),
        website=website,
        website_url=page_url(website) if website else "",
        channels=[(one, shown(one.get_kind_display()), page_url(one)) for one in channels[:10]],
        monitors_url=list_url(Monitor),
        subscriptions_url=list_url(Subscription),
        my_alerts_url=reverse("admin:notifications_channel_my_alerts"),
        shop_url=reverse("setup:shop", args=[team.pk]),
        tell_url=reverse("setup:tell", args=[team.pk]),
    )
