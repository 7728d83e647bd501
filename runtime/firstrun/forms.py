"""What the pages of the set-up ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import error_text
from accounts.admin.theme import SecretWidget, SelectWidget, TextWidget
from common.errors import InvalidInputError, ProductError
from common.texts import shown
from runtime.firstrun.telling import HEARD_CHOICES
from websites.models import Website
from websites.sources.registry import WITH_CREDENTIALS, config_of

CREDENTIALS = ("identifier", "secret", "accesskey")


class ComplainingForm(forms.Form):
    """Takes what a service refuses, with its advice, as errors of its fields."""

    def complain(self, error: ProductError) -> None:
        fields = error.fields if isinstance(error, InvalidInputError) else {}
        for name, texts in fields.items():
            self.add_error(name if name in self.fields else None, [shown(text) for text in texts])
        if not fields:
            self.add_error(None, error_text(error))


class ShopForm(ComplainingForm):
    """An address is enough. `website` is the one to mend, None for a new one."""

    url = forms.CharField(
        label=_("Address of the shop"),
        max_length=500,
        widget=TextWidget(
            attrs={
                "placeholder": "https://shop.example/billing",
                "autocomplete": "url",
                "inputmode": "url",
                "autofocus": True,
            }
        ),
        help_text=_("As it stands in your browser when you look at the shop."),
    )

    def __init__(self, *args: Any, website: Website | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {} if website is None else website.credentials
        if website is not None:
            self.fields["url"].initial = website.url
        for one in config_of(WITH_CREDENTIALS):
            if one.name in CREDENTIALS:
                self.fields[one.name] = _credential(one, is_kept=bool(stored.get(one.name)))

    def credentials(self) -> dict[str, str]:
        """Only what was typed."""
        return {name: self.cleaned_data[name] for name in CREDENTIALS if self.cleaned_data[name]}

    @property
    def credential_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in CREDENTIALS]

    @property
    def opens_credentials(self) -> bool:
        """Whether they are shown at once: something is typed or wrong there."""
        return any(
            field.errors or (self.is_bound and field.value()) for field in self.credential_fields
        )


def _credential(one: Any, *, is_kept: bool) -> forms.CharField:
    attrs = {"autocomplete": "new-password" if one.is_secret else "off"}
    if is_kept:
        attrs["placeholder"] = gettext("•••••••• (kept; type to replace it)")
    widget = SecretWidget if one.is_secret else TextWidget
    return forms.CharField(
        label=shown(one.label),
        help_text=shown(one.help),
        required=False,
        max_length=500,
        widget=widget(attrs=attrs),
    )


class ThresholdForm(forms.Form):
    threshold = forms.IntegerField(
        label=_("Warn me when fewer are left than"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=TextWidget(attrs={"type": "number", "min": 0, "placeholder": _("no warning")}),
    )


def _heard() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("What to tell"), choices=HEARD_CHOICES, initial="important", widget=SelectWidget()
    )


class EmailForm(ComplainingForm):
    kind = "email"
    to = forms.CharField(
        label=_("E-mail address"),
        max_length=1000,
        widget=TextWidget(attrs={"placeholder": "you@shop.example", "autocomplete": "email"}),
        help_text=_("Several are separated by commas; they all see each other."),
    )
    heard = _heard()

    def config(self) -> dict[str, Any]:
        parts = (part.strip() for part in self.cleaned_data["to"].split(","))
        return {"to": list(dict.fromkeys(part for part in parts if part))}


class WebhookForm(ComplainingForm):
    kind = "webhook"
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=TextWidget(
            attrs={
                "placeholder": "https://example.com/hook",
                "autocomplete": "off",
                "inputmode": "url",
            }
        ),
        help_text=_("Receives a signed POST for every message."),
    )
    heard = _heard()

    def config(self) -> dict[str, Any]:
        return {"url": self.cleaned_data["url"].strip()}


FORMS: dict[str, type[EmailForm] | type[WebhookForm]] = {"email": EmailForm, "webhook": WebhookForm}
