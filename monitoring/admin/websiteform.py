"""The form of a website: its connection fields come from the source kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from accounts.admin.labels import LabelsField
from accounts.admin.pluginform import PluginFields, field_name
from accounts.admin.serviceform import ServiceForm
from common.plugin import ConfigField
from websites.models import Website
from websites.services import website_create, website_update
from websites.sources.registry import choices, config_of

OPEN_CREDENTIALS = frozenset({"identifier"})
"""Kept with the credentials but no secret: it tells two API keys of a shop apart."""


def _kinds() -> dict[str, Sequence[ConfigField]]:
    return {kind: config_of(kind) for kind, _label in choices()}


OPTIONS = PluginFields(_kinds())


class WebsiteForm(ServiceForm):
    labels = LabelsField()

    class Meta:
        model = Website
        fields = "__all__"

    def run(self, row: Any | None) -> models.Model:
        data = self.cleaned_data
        kind = data["source"]
        typed = OPTIONS.values(kind, data)
        hidden = {one.name for one in OPTIONS.kinds[kind] if one.is_secret} | OPEN_CREDENTIALS
        values: dict[str, Any] = {
            "credentials": {name: value for name, value in typed.items() if name in hidden},
            "config": {name: value for name, value in typed.items() if name not in hidden},
        }
        plain = (
            "name", "source", "url", "region", "labels", "poll_interval", "link_template",
            "is_on_board",
        )  # fmt: skip
        values |= {name: data[name] for name in plain}
        if row is None:
            return website_create(team=data["team"], **values)
        return website_update(website=row, **values)

    def field_of(self, name: str) -> str:
        return name if name in self.fields else field_name(self.cleaned_data["source"], name)
