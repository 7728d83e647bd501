"""Parts of the documentation that are read off the code: fields, options, addresses.

`python -m tests.docs.rewrite` writes them into the pages; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import models

from accounts.choices import Role
from common.plugin import ConfigField
from config.api import router
from monitoring.choices import EventType
from notifications.channels.apprise.schemes import REFUSED, SCHEMES
from notifications.channels.registry import CHANNELS
from notifications.matching import FLAG_OF, NOT_IN_ALL
from notifications.payload import WEBHOOK_TYPES
from notifications.telegram_bot.commands import COMMANDS
from notifications.telegram_bot.words import say_plain
from runtime.metrics.definitions import DEFINITIONS
from tests.docs.pages import ROOT
from websites.sources.registry import SOURCES

OUR_APPS = ("accounts", "websites", "monitoring", "notifications", "runtime")


def all_parts() -> dict[str, str]:
    """Name -> Markdown of every generated part."""
    made = {"events": events_table(), "addresses": addresses_table(), "filters": filters_table()}
    for kind in SOURCES.kinds():
        made[f"source-{kind}"] = options_table(SOURCES.get(kind).CONFIG)
    for kind in CHANNELS.kinds():
        made[f"channel-{kind}"] = options_table(CHANNELS.get(kind).CONFIG)
    made["apprise-services"] = services_table()
    made["apprise-refused"] = refused_table()
    made["telegram-commands"] = commands_table()
    made["metrics"] = metrics_table()
    for model in our_models():
        made[f"model-{model.__name__}"] = fields_table(model)
    return made


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


# --- Settings --------------------------------------------------------------------------------


def settings_of_example() -> dict[str, str]:
    """Name -> default as text, in the order of `.env.example`."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))


# --- Plug-ins --------------------------------------------------------------------------------


def options_table(fields: Sequence[ConfigField]) -> str:
    if not fields:
        return "It has no options.\n"
    rows = [
        (f"`{one.name}`", one.label, "yes" if one.is_required else "", _kept(one), one.help)
        for one in fields
    ]
    return table(("Option", "Label", "Required", "Secret", "Meaning"), rows)


def commands_table() -> str:
    """What the Telegram bot understands."""
    rows = [
        (
            f"`{one.usage}`",
            Role(one.role).label.lower() if one.role else "everybody",
            say_plain(f"do_{one.name}", "en"),
        )
        for one in COMMANDS.values()
    ]
    return table(("Command", "Who", "What"), rows)


def services_table() -> str:
    rows = [
        (
            one.label,
            " ".join(f"`{name}://`" for name in one.names),
            f"`{one.example}`",
            _ticks(sorted(one.options)),
        )
        for one in SCHEMES
    ]
    return table(("Service", "Scheme", "Example", "Options after `?`"), rows)


def refused_table() -> str:
    reasons: dict[str, list[str]] = {}
    for name, reason in REFUSED.items():
        reasons.setdefault(reason, []).append(f"{name}://")
    return table(("Scheme", "Why not"), [(_ticks(names), why) for why, names in reasons.items()])


def _kept(field: ConfigField) -> str:
    return "yes" if field.is_secret else ""


# --- Metrics ---------------------------------------------------------------------------------


def metrics_table() -> str:
    rows = [
        (f"`{one.name}`", _ticks(one.labels), "yes" if one.is_of_teams else "", one.help)
        for one in DEFINITIONS.values()
    ]
    return table(("Metric", "Labels", "By team", "Meaning"), rows)


# --- Models ----------------------------------------------------------------------------------


def our_models() -> list[type[models.Model]]:
    return [model for app in OUR_APPS for model in apps.get_app_config(app).get_models()]


def fields_table(model: type[models.Model]) -> str:
    fields = [*model._meta.fields, *model._meta.many_to_many]
    rows = [(f"`{one.name}`", _type(one), _notes(one)) for one in fields if one.name != "id"]
    return table(("Field", "Type", "Notes"), rows)


def _type(field: models.Field[Any, Any]) -> str:
    related: Any = field.related_model
    if related is not None:
        return f"{'many ' if field.many_to_many else ''}{related.__name__}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(field).__name__.removesuffix("Field"))
    length = getattr(field, "max_length", None)
    return f"{words.lower()} ({length})" if length else words.lower()


def _notes(field: models.Field[Any, Any]) -> str:
    notes = []
    if field.null:
        notes.append("May be empty.")
    if field.unique and not field.primary_key:
        notes.append("Unique.")
    if field.choices and field.name not in ("source", "kind"):
        values = [str(value) for value, _ in field.flatchoices if value]
        notes.append(f"One of {', '.join(f'`{value}`' for value in values)}.")
    if field.help_text:
        notes.append(str(field.help_text))
    return " ".join(notes)


# --- Events and addresses --------------------------------------------------------------------


def events_table() -> str:
    rows = [
        (
            f"`{event.value}`",
            f"`{WEBHOOK_TYPES[event.value]}`",
            event.label,
            f"`{FLAG_OF[event.value]}`" if event.value in FLAG_OF else "",
            "" if event.value in NOT_IN_ALL else "yes",
        )
        for event in EventType
    ]
    return table(
        ("Event type", "Webhook type", "Shown as", "Switch of the monitor", "In `*`"), rows
    )


def addresses_table() -> str:
    """Every address of the routers, what it does and which role it takes."""
    rows = []
    for prefix, viewset in _viewsets():
        for route in router.get_routes(viewset):
            for method, action in sorted(router.get_method_map(viewset, route.mapping).items()):
                path = route.url.replace("{prefix}", prefix).replace("{lookup}", "{id}")
                path = path.replace("{trailing_slash}", "/").strip("^$")
                role = str(viewset().role_for(action).value)
                rows.append((f"`{method.upper()} /api/v1/{path}`", role, _said(viewset, action)))
    return table(("Address", "Role", "What it does"), rows)


def filters_table() -> str:
    rows = []
    for prefix, viewset in _viewsets():
        made = getattr(viewset, "filterset_class", None)
        names = list(made.base_filters) if made else list(viewset.filterset_fields)
        rows.append((f"`{prefix}`", _ticks(names), _ticks(viewset.ordering_fields)))
    return table(("List", "Filters", "Ordering"), rows)


def _viewsets() -> list[tuple[str, Any]]:
    return [(prefix, viewset) for prefix, viewset, _ in router.registry]


def _ticks(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


PLAIN = {
    "list": "List",
    "retrieve": "One row",
    "create": "New row",
    "update": "Replace",
    "partial_update": "Change some fields",
    "destroy": "Delete",
}


def _said(viewset: Any, action: str) -> str:
    if action in PLAIN:
        return PLAIN[action]
    return (getattr(viewset, action).__doc__ or "").strip().partition("\n")[0]
