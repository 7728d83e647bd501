"""Texts that are English where they stand, and translated where a page shows them (`shown`)."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

BY_NAME = (
    "monitoring.statistics.readings:UNREAD",
    "notifications.channels.registry:choices",
    "notifications.services.subscriptions:SCOPE_DELETED",
    "notifications.services.subscriptions:event_choices",
    "notifications.wording.own:PLACEHOLDERS",
    "websites.sources.registry:choices",
)
"""Texts, or what holds them: values of a mapping, labels of choices."""

SAYING = "monitoring/selectors.py"
"""The file in which every sentence is for people: why a website or monitor is not read."""

OPTIONS = ("config.py", "plugin.py")
"""Ends of files that clean options: their ValueErrors are for people."""

NOT_ON_PAGES = (
    "/api/", "/management/", "/migrations/", "common/checks.py", "common/drf", "common/fields.py",
    "config/", "accounts/tokens.py", "runtime/backups/", "runtime/movein/", "websites/envsync.py",
)  # fmt: skip
"""Programs read those, or whoever types a command."""

_SAYERS = frozenset({"CheckResult", "ConfigField"})
_SAID = frozenset({"message", "advice", "label", "help"})


def words_by_name() -> Iterator[tuple[str, str]]:
    """(where, text)."""
    for name in BY_NAME:
        place, _, what = name.partition(":")
        held: Any = getattr(import_module(place), what)
        for text in _texts(held() if callable(held) else held):
            yield place.replace(".", "/") + ".py", text


def _texts(held: Any) -> list[str]:
    if isinstance(held, str):
        return [held]
    return [
        str(text) for text in (held.values() if isinstance(held, Mapping) else dict(held).values())
    ]


def words_of_errors(place: str, text: str) -> Iterator[str]:
    """Texts without values in them that errors, results of a check and options are made of."""
    if any(part in place for part in NOT_ON_PAGES):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _is_for_people(place, node.func):
            given = [*node.args, *(one.value for one in node.keywords if one.arg in _SAID)]
            yield from _said(given)
        elif place == SAYING and isinstance(node, ast.List | ast.Call):
            given = node.elts if isinstance(node, ast.List) else node.args
            yield from (one for one in _said(given) if one.endswith("."))


def _said(given: Iterable[ast.expr]) -> Iterator[str]:
    for one in given:
        value = one.value if isinstance(one, ast.Constant) else None
        if isinstance(value, str) and (" " in value or value[:1].isupper()):
            yield value


def _is_for_people(place: str, function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name == "ValueError":
        return place.endswith(OPTIONS)
    return name in _SAYERS or (name.endswith("Error") and not hasattr(builtins, name))
