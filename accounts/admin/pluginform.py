"""Form fields derived from what plug-ins say about their configuration.

A form offers the fields of several kinds at once (the page shows those of the chosen kind); a
field is named after its kind, because two kinds may both have a "url". Secrets are write-only:
never rendered, and empty means "keep".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.theme import SecretWidget, SwitchWidget, TextareaWidget, TextWidget
from common.plugin import ConfigField
from common.texts import shown

KEEP = _("Leave empty to keep the stored value.")


def field_name(kind: str, name: str) -> str:
    return f"opt_{kind}__{name}"


@dataclass(frozen=True, slots=True)
class PluginFields:
    """The configuration fields of the kinds a form offers, in order."""

    kinds: Mapping[str, Sequence[ConfigField]]

    def names(self) -> list[str]:
        return [field_name(kind, one.name) for kind, fields in self.kinds.items() for one in fields]

    def only(self, kind: str) -> PluginFields:
        return PluginFields({kind: self.kinds.get(kind, ())})

    def form_fields(
        self, stored: Mapping[str, Any], stored_secrets: Set[str]
    ) -> dict[str, forms.Field]:
        """`stored` are open values; `stored_secrets` names the secrets that are set."""
        return {
            field_name(kind, one.name): _form_field(one, stored, stored_secrets)
            for kind, fields in self.kinds.items()
            for one in fields
        }

    def conditions(self, chooser: str) -> dict[str, str]:
        """Field -> when the page shows it, by the value of the field `chooser`. A page on which the
        kind is only shown knows no such value, and has the fields of that kind alone."""
        return {
            field_name(kind, one.name): (
                f"typeof {chooser} === 'undefined' || {chooser} == '{kind}'"
            )
            for kind, fields in self.kinds.items()
            for one in fields
        }

    def values(self, kind: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed for `kind`, without empty values: a switch that is off is one, unless the
        kind says what it is by default."""
        typed = {one: cleaned.get(field_name(kind, one.name)) for one in self.kinds.get(kind, ())}
        return {
            one.name: value
            for one, value in typed.items()
            if value not in (None, "") and not (value is False and one.default is None)
        }


def _form_field(
    one: ConfigField, stored: Mapping[str, Any], stored_secrets: Set[str]
) -> forms.Field:
    common: dict[str, Any] = {
        "label": shown(one.label),
        "help_text": shown(one.help),
        "required": False,
    }
    if one.is_secret:
        if one.name in stored_secrets:
            common["help_text"] = " ".join(filter(None, [shown(one.help), str(KEEP)]))
        attrs = {"autocomplete": "new-password"}
        if one.name in stored_secrets:
            attrs["placeholder"] = "••••••••"
        return forms.CharField(widget=SecretWidget(attrs=attrs), **common)
    value = stored.get(one.name, one.default)
    if one.type == "boolean":
        return forms.BooleanField(widget=SwitchWidget(), initial=bool(value), **common)
    if one.type == "integer":
        return forms.IntegerField(
            widget=TextWidget(attrs={"inputmode": "numeric"}), initial=value, **common
        )
    if one.type == "list":
        text = "\n".join(value) if isinstance(value, list) else value
        return forms.CharField(widget=TextareaWidget(attrs={"rows": 3}), initial=text, **common)
    return forms.CharField(widget=TextWidget(), initial=value, **common)
