"""The page on which a person says how they want to be told, for themselves only."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.theme import SelectWidget, SwitchWidget, TextWidget, ThemedAdmin
from accounts.choices import Language
from accounts.models import User
from accounts.selectors import preferences_of
from accounts.services.preferences import EDITABLE, preferences_update
from common.errors import InvalidInputError
from common.texts import Text, shown
from notifications.admin.badges import channel_badge
from notifications.models import Channel
from notifications.services.personal import can_text

ADDRESS = "notifications_channel_my_alerts"


def _time(label: Text) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "desk-input"}),
    )


class MyAlertsForm(forms.Form):
    is_enabled = forms.BooleanField(
        label=_("Send me messages"), required=False, widget=SwitchWidget()
    )
    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=TextWidget(attrs={"autocomplete": "email"}),
        help_text=_("Alerts of what is yours, or nobody's, come here. Empty: none by e-mail."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=20,
        widget=TextWidget(attrs={"autocomplete": "tel", "placeholder": "+4915112345678"}),
    )
    alert_threshold = forms.IntegerField(
        label=_("Low is below"),
        min_value=0,
        max_value=2**31 - 1,
        widget=TextWidget(attrs={"type": "number", "min": 0}),
        help_text=_("For your own items that have no threshold of their own."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the team")), *Language.choices],
        widget=SelectWidget(),
        help_text=_("Of your messages and of these pages."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        widget=SelectWidget(),
        help_text=_("Times are shown in it, and your quiet hours are meant in it."),
    )
    quiet_from = _time(_("Quiet from"))
    quiet_until = _time(_("Quiet until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
        zone: Any = self.fields["time_zone"]
        zone.choices = [("", gettext("As the team")), *zones]
        self.fields["phone"].help_text = (
            gettext("Alerts come here as text messages.")
            if can_text()
            else gettext("Kept for later: this installation sends no text messages yet.")
        )

    def save_by_service(self, user: User) -> bool:
        """False when the service refuses; the fields then say why."""
        try:
            preferences_update(user=user, **self.cleaned_data)
        except InvalidInputError as error:
            for name, texts in error.fields.items():
                self.add_error(
                    name if name in self.fields else None, [shown(text) for text in texts]
                )
            return False
        return True


class MyAlertsMixin(ThemedAdmin):
    """Adds `my-alerts/`, for everybody who may open the admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.my_alerts_view)
        return [path("my-alerts/", view, name=ADDRESS), *super().get_urls()]

    def my_alerts_view(self, request: HttpRequest) -> HttpResponse:
        user = cast(User, request.user)  # admin_view lets nobody else in
        form = MyAlertsForm(request.POST or None, initial=_initial(user))
        if request.method == "POST" and form.is_valid() and form.save_by_service(user):
            self.message_user(request, gettext("Saved."), messages.SUCCESS)
            return redirect(f"admin:{ADDRESS}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("My alerts"),
            "form": form,
            "channels": [
                (one, shown(one.get_kind_display()), channel_badge(one), one.team)
                for one in Channel.objects.filter(user=user).select_related("team")
            ],
            "has_team": user.memberships.exists(),
        }
        return TemplateResponse(request, "admin/desk/my_alerts.html", context)


def _initial(user: User) -> dict[str, Any]:
    """While nothing reaches the person the form offers the address of the account; nothing is made
    before it is saved."""
    row = preferences_of(user)
    values = {name: getattr(row, name) for name in EDITABLE}
    if not (row.email or row.phone or Channel.objects.filter(user=user).exists()):
        values["email"] = user.email
    return values
