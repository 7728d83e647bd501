"""The channels' pages: where messages go, and whether they arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age, list_url
from accounts.admin.empty import step
from accounts.admin.pluginform import PluginFields, field_name
from accounts.admin.serviceform import ServiceForm
from accounts.admin.showonce import ShowOnceMixin
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import Verb
from accounts.choices import Role
from common.errors import ProductError
from common.fields import opened_or_empty
from common.plugin import ConfigField
from common.texts import joined, shown
from notifications.admin.badges import channel_badge
from notifications.admin.myalerts import MyAlertsMixin
from notifications.admin.telegram import TelegramPagesMixin
from notifications.channels.registry import CHANNELS, choices
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog, Subscription
from notifications.privacy import is_private, shown_config
from notifications.services.channels import (
    channel_create,
    channel_disable,
    channel_enable,
    channel_test,
    channel_update,
)


def _kinds() -> dict[str, Sequence[ConfigField]]:
    return {kind: CHANNELS.get(kind).CONFIG for kind, _label in choices()}


OPTIONS = PluginFields(_kinds())
MANNERS = ("language", "quiet_from", "quiet_until")


def _manners(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in MANNERS if name in data}


def _offered(request: HttpRequest, channel: Channel) -> PluginFields:
    """Nothing of a channel of somebody else: where it leads is for that person to say."""
    return OPTIONS.only("" if is_private(channel, request.user) else channel.kind)


class ChannelForm(ServiceForm):
    """`shown_once` holds secrets that were generated for a new channel: label -> value."""

    shown_once: dict[str, str]

    class Meta:
        model = Channel
        fields = "__all__"

    def run(self, row: Any | None) -> models.Model:
        data = self.cleaned_data
        if row is None:
            kind = data["kind"]
            made, generated = channel_create(
                team=data["team"],
                name=data["name"],
                kind=kind,
                config=OPTIONS.values(kind, data),
                **_manners(data),
            )
            labels = {one.name: one.label for one in OPTIONS.kinds[kind]}
            self.shown_once = {
                shown(labels.get(name, name)): value for name, value in generated.items()
            }
            return made
        changes = {"name": data["name"], **_manners(data)}
        if any(name in self.fields for name in OPTIONS.only(row.kind).names()):
            emptied = {one.name: None for one in OPTIONS.kinds[row.kind] if not one.is_secret}
            changes["config"] = {**emptied, **OPTIONS.values(row.kind, data)}
        return channel_update(channel=row, **changes)

    def field_of(self, name: str) -> str:
        kind = self.instance.kind or self.cleaned_data.get("kind", "")
        return name if name in self.fields else field_name(kind, name)


@admin.register(Channel)
class ChannelAdmin(MyAlertsMixin, TelegramPagesMixin, ShowOnceMixin, TeamScopedAdmin):
    add_role = change_role = delete_role = Role.OWNER
    form = ChannelForm
    list_display = ("name", "team", "kind_shown", "health_shown", "why_disabled", "last_sent")
    list_filter = ("team", ("kind", ChoicesFilter), "is_active", ("health", ChoicesFilter))
    list_select_related = ("team",)
    search_fields = ("name",)
    conditional_fields = OPTIONS.conditions("kind")
    deletes_with_it: ClassVar = {
        "subscriptions": _("Subscriptions"),
        "notifications": _("Notifications"),
    }
    empty = step(
        _("No channels yet"),
        _(
            "A channel is a place your messages go to: a Telegram chat, e-mail addresses or a webhook. "
            "Send a test through it, then subscribe it to events."
        ),
        "send",
        label=_("Add a channel"),
    )
    verbs = (
        Verb("test", _("Send a test"), "send", Role.OPERATOR, is_main=True),
        Verb(
            "disable",
            _("Disable"),
            "block",
            Role.OWNER,
            confirm=_(
                "Events that happen while it is disabled are never sent through it. Disable it?"
            ),
            fits=lambda channel: channel.is_active,
        ),
        Verb(
            "enable",
            _("Enable"),
            "play_arrow",
            Role.OWNER,
            fits=lambda channel: not channel.is_active,
            is_main=True,
        ),
    )

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_shown(self, row: Channel) -> str:
        return shown(row.get_kind_display())

    @admin.display(description=_("Health"), ordering="health")
    def health_shown(self, row: Channel) -> SafeString:
        return channel_badge(row)

    @admin.display(description=_("Disabled reason"), ordering="disabled_reason")
    def why_disabled(self, row: Channel) -> str:
        return shown(row.disabled_reason)

    @admin.display(description=_("Last sent"), ordering="last_sent_at")
    def last_sent(self, row: Channel) -> SafeString:
        return age(row.last_sent_at)

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The options of the kinds are form fields made for this row."""
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        offered = OPTIONS if obj is None else _offered(request, obj)
        stored = {} if obj is None else obj.config
        kept = {} if obj is None else opened_or_empty(obj.secrets)
        secrets = {name for name, value in kept.items() if value}
        made = type("ChannelForm", (ChannelForm,), dict(offered.form_fields(stored, secrets)))
        return super().get_form(request, obj, change, form=made, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        if obj is None:
            options = OPTIONS.names()
        elif self.has_change_permission(request, obj):
            options = _offered(request, obj).names()
        else:
            options = []
        return [
            (None, {"fields": ["team", "name", "kind", *options]}),
            (gettext("Manners"), {"fields": [*MANNERS]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("team", "kind")

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())
        if not change and form.shown_once:
            self.show_once(request, form.shown_once)

    def row_context(self, request: HttpRequest, row: Channel) -> dict[str, Any]:
        query = f"channel__id__exact={row.pk}"
        labels = {one.name: one.label for one in OPTIONS.kinds.get(row.kind, ())}
        return {
            "panels": ["admin/desk/channel_panel.html"],
            "channel": row,
            "health": channel_badge(row),
            "last_sent": age(row.last_sent_at),
            "options": [
                (
                    shown(labels.get(name, name)),
                    ", ".join(value) if isinstance(value, list) else value,
                )
                for name, value in shown_config(row, request.user).items()
            ],
            "kept_secrets": [
                shown(labels.get(name, name))
                for name, value in opened_or_empty(row.secrets).items()
                if value
            ],
            "links": [
                (
                    gettext("Subscriptions"),
                    list_url(Subscription, query),
                    row.subscriptions.count(),
                ),
                (
                    gettext("Notifications"),
                    list_url(NotificationLog, query),
                    row.notifications.count(),
                ),
            ],
        }

    def do_test(self, request: HttpRequest, row: Channel) -> str:
        sent = channel_test(channel=row)
        if sent.status != NotificationStatus.SENT:
            text = gettext("The test did not arrive.")
            raise ProductError(joined(text, shown(sent.error_message)))
        return gettext("the test was accepted. Look at the other end whether it has arrived.")

    def do_disable(self, request: HttpRequest, row: Channel) -> str:
        channel_disable(channel=row)
        return gettext("disabled.")

    def do_enable(self, request: HttpRequest, row: Channel) -> str:
        channel_enable(channel=row)
        return gettext("enabled. Send a test to see whether it works.")
