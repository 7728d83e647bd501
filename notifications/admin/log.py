"""The notification log: what was owed to whom, whether it went out, and once more, please."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.display import age, muted, row_link
from accounts.admin.empty import step
from accounts.admin.spans import SpanFilter
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import Verb
from accounts.choices import Role
from common.texts import Text, shown
from monitoring.admin.badges import event_badge
from monitoring.choices import EventType
from monitoring.eventwords import event_text
from notifications.admin.badges import notification_badge
from notifications.choices import Gathered, NotificationStatus
from notifications.models import NotificationLog
from notifications.rendering import TEST_TYPE
from notifications.services.outbox import notification_resend

KINDS: dict[str, Text] = {
    **dict(EventType.choices),
    Gathered.BATCH.value: _("Batch"),
    Gathered.DIGEST.value: _("Digest"),
    Gathered.BURST.value: _("Burst"),
    Gathered.QUIET.value: _("After quiet hours"),
    Gathered.REMINDERS.value: _("Reminders"),
    TEST_TYPE: _("Test"),
}
FINISHED = (NotificationStatus.SENT, NotificationStatus.DEAD, NotificationStatus.DROPPED)


@admin.register(NotificationLog)
class NotificationLogAdmin(ReadOnlyAdmin):
    team_column = "channel__team"
    list_display = (
        "subject_shown", "state", "channel", "kind", "attempts", "created", "sent",
        "error",
    )  # fmt: skip
    list_filter = (
        "channel__team", "channel", ("status", ChoicesFilter), SpanFilter,
    )  # fmt: skip
    list_select_related = ("channel__team", "resend_of")
    search_fields = ("subject", "message", "error_message")
    fieldsets = (
        (
            _("Details"),
            {
                "classes": ["collapse"],
                "fields": (
                    "kind", "created_at", "release_at", "sent_at", "delivered_at", "provider_id",
                    "provider_status", "resend_of", "public_id",
                ),
            },
        ),
    )  # fmt: skip
    empty = step(
        _("No message was owed yet"),
        _("Messages appear here when an event matches a subscription, with their outcome."),
        "mark_email_unread",
        to="notifications_subscription_changelist",
        label=_("See the subscriptions"),
    )
    verbs = (
        Verb(
            "resend",
            _("Send again"),
            "forward_to_inbox",
            Role.OPERATOR,
            confirm=_("The other end gets this message once more. Send it again?"),
            fits=lambda row: row.status in FINISHED,
            is_main=True,
        ),
    )

    @admin.display(description=_("Message"), ordering="subject")
    def subject_shown(self, row: NotificationLog) -> str:
        """A text is made at the first attempt; until then its kind names it."""
        return (
            row.subject
            or Truncator(row.message).chars(60)
            or gettext("Message %(number)d") % {"number": row.pk}
        )

    @admin.display(description=_("Kind"), ordering="notification_type")
    def kind(self, row: NotificationLog) -> str:
        """The label of its event; messages of several events and tests have one of their own."""
        name = row.notification_type
        return shown(KINDS.get(name) or name.replace("_", " ").replace(".", " ").capitalize())

    @admin.display(description=_("State"), ordering="status")
    def state(self, row: NotificationLog) -> SafeString:
        return notification_badge(row)

    @admin.display(description=_("Attempts"), ordering="retry_count")
    def attempts(self, row: NotificationLog) -> int:
        return row.retry_count

    @admin.display(description=_("Owed"), ordering="created_at")
    def created(self, row: NotificationLog) -> SafeString:
        return age(row.created_at)

    @admin.display(description=_("Sent"), ordering="sent_at")
    def sent(self, row: NotificationLog) -> SafeString:
        return age(row.sent_at, empty="–")

    @admin.display(description=_("Error"))
    def error(self, row: NotificationLog) -> SafeString | str:
        return Truncator(shown(row.error_message)).chars(80) if row.error_message else muted("–")

    def row_context(self, request: HttpRequest, row: NotificationLog) -> dict[str, Any]:
        events = row.events.select_related("monitor", "website").order_by("-id")[:50]
        return {
            "panels": ["admin/desk/notification_panel.html"],
            "notification": row,
            "state": notification_badge(row),
            "channel_link": row_link(row.channel),
            "created": age(row.created_at),
            "sent": age(row.sent_at, empty="–"),
            "next_attempt": age(row.next_attempt_at)
            if row.status == NotificationStatus.PENDING
            else muted("–"),
            "events": [
                (
                    row_link(one, gettext("Why #%(number)d?") % {"number": one.pk}),
                    event_badge(one.event_type),
                    row_link(one.monitor or one.website),
                    event_text(one.message),
                )
                for one in events
            ],
        }

    def do_resend(self, request: HttpRequest, row: NotificationLog) -> str:
        again = notification_resend(notification=row)
        return gettext("is sent again as message %(number)d.") % {"number": again.pk}
