"""Labels as people type them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.theme import TextWidget


class LabelsField(forms.Field):
    """A list of short texts, typed with commas between them."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("label", _("Labels"))
        options.setdefault("help_text", _("Separate them with commas."))
        super().__init__(widget=LabelsWidget(), **options)

    def to_python(self, value: Any) -> list[str]:
        parts = [part.strip() for part in str(value or "").split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class LabelsWidget(TextWidget):
    def format_value(self, value: Any) -> str:
        return ", ".join(value) if isinstance(value, list) else str(value or "")
