"""The form that says what becomes of many monitors: everything stays as it is unless chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.theme import SelectWidget, TextWidget
from common.texts import Text, shown
from monitoring.models import Monitor

KEEP, SET, CLEAR, ON, OFF = "keep", "set", "clear", "on", "off"
NUMBERS = ("threshold_low", "threshold_high")
SWITCHES: dict[str, Text] = {
    "notify_on_restock": _("Tell of restocks"),
    "notify_on_sold_out": _("Tell of sell-outs"),
    "notify_on_threshold": _("Tell of low and high stock"),
    "notify_on_purchase": _("Tell of purchases"),
    "notify_on_price": _("Tell of price changes"),
}
MOST = 2**31 - 1
"""The largest number its column holds in every database."""
LABELS: dict[str, Text] = {
    "threshold_low": _("Low threshold"),
    "threshold_high": _("High threshold"),
    **SWITCHES,
}


class Row(NamedTuple):
    """One setting of the form; `number` only where it takes one."""

    choice: forms.BoundField
    number: forms.BoundField | None
    help_text: str


class BulkForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NUMBERS:
            self._add_choice(name, ((SET, gettext("Set to")), (CLEAR, gettext("Take away"))))
            self.fields[f"{name}_number"] = forms.IntegerField(
                required=False,
                label=gettext("%(setting)s: number") % {"setting": LABELS[name]},
                min_value=-MOST,
                max_value=MOST,
                widget=TextWidget(),
            )
        for name in SWITCHES:
            self._add_choice(name, ((ON, gettext("Switch on")), (OFF, gettext("Switch off"))))

    def _add_choice(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        self.fields[name] = forms.ChoiceField(
            choices=((KEEP, gettext("Leave as it is")), *choices),
            initial=KEEP,
            required=False,
            label=LABELS[name],
            widget=SelectWidget(),
        )

    def rows(self) -> Iterator[Row]:
        for name in LABELS:
            number = self[f"{name}_number"] if name in NUMBERS else None
            yield Row(self[name], number, _help_text(name))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in NUMBERS:
            number = f"{name}_number"
            if cleaned.get(name) == SET and cleaned.get(number) is None and number in cleaned:
                self.add_error(number, gettext("Give a number."))
        if not self.errors and not self.changes():
            raise forms.ValidationError(gettext("Choose at least one change."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Field of Monitor -> its new value; what is left as it is does not stand in it."""
        found: dict[str, Any] = {}
        for name in NUMBERS:
            chosen = self.cleaned_data.get(name)
            if chosen in (SET, CLEAR):
                found[name] = self.cleaned_data[f"{name}_number"] if chosen == SET else None
        for name in SWITCHES:
            chosen = self.cleaned_data.get(name)
            if chosen in (ON, OFF):
                found[name] = chosen == ON
        return found


def _help_text(name: str) -> str:
    field: Any = Monitor._meta.get_field(name)
    return shown(field.help_text)


def change_text(name: str, value: Any) -> str:
    """ "Low threshold: 5", "Tell of restocks: off"."""
    if isinstance(value, bool):
        text = gettext("%(setting)s: on") if value else gettext("%(setting)s: off")
        return text % {"setting": LABELS[name]}
    if value is None:
        return gettext("%(setting)s: taken away") % {"setting": LABELS[name]}
    return f"{LABELS[name]}: {value}"
