"""The words of our models (names of fields, helps, choices), shown in the reader's language.

The models themselves keep plain English: migrations, the API and its document read that. Once, at
the start and before any form is made of a model, each of those texts becomes a lazy translation of
itself. `make words` takes the same texts into the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models import Field
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

OWN_TONGUE = frozenset({"language"})
"""Fields whose choices are names of languages: everybody looks for the own one."""

OTHERS = ("axes", "django_q")
"""Apps whose models have pages here, and whose own name their packages do not translate."""

Lazily = Callable[[Any], Any]


def our_apps() -> list[AppConfig]:
    return [one for one in apps.get_app_configs() if Path(one.path).parent == settings.BASE_DIR]


def translate_models() -> None:
    _walk(lambda text: gettext_lazy(text) if isinstance(text, str) and text else text)
    for field in _fields():
        if isinstance(field.choices, CallableChoiceIterator):
            field.choices = _LateChoices(field.choices.func)


class _LateChoices(CallableChoiceIterator):
    """Choices that a function tells, of plug-ins; migrations see that function only."""

    def __iter__(self) -> Iterator[Any]:
        for value, label in super().__iter__():
            yield value, gettext(str(label))


def words_of_models() -> Iterator[tuple[str, str]]:
    """(where it stands, the text in English) of all of them."""
    found: dict[str, str] = {}
    where = ""

    def note(text: Any) -> Any:
        if text and isinstance(text, Promise | str):
            found.setdefault(str(text), where)
        return text

    with override(None):
        for app in (*our_apps(), *map(apps.get_app_config, OTHERS)):
            where = f"{app.name}/models"
            _walk(note, [app])
    translate_models()  # plurals were looked at as plain texts
    for text, place in found.items():
        yield place, text


def _walk(change: Lazily, among: list[AppConfig] | None = None) -> None:
    """Puts change(text) in the place of every text."""
    for app in (*our_apps(), *map(apps.get_app_config, OTHERS)) if among is None else among:
        app.verbose_name = change(app.verbose_name)
        if app.name in OTHERS:
            continue
        for model in app.get_models():
            options: Any = model._meta
            options.verbose_name = change(options.verbose_name)
            options.verbose_name_plural = change(_plural(options))
            for field in (*options.local_fields, *options.local_many_to_many):
                _change_field(field, change)


def _fields() -> Iterator[Any]:
    for app in our_apps():
        for model in app.get_models():
            yield from model._meta.local_fields


def _plural(options: Any) -> Any:
    """A plural that Django made up by an "s" is a text of its own, not a lazy sum."""
    with override(None):
        return str(options.verbose_name_plural)


def _change_field(field: Field[Any, Any], change: Lazily) -> None:
    """What `deconstruct()` tells to migrations is equal to what it was: in English they are."""
    field.verbose_name = change(field.verbose_name)
    field.help_text = change(field.help_text)
    if isinstance(field.choices, list) and field.name not in OWN_TONGUE:
        field.choices = [(value, change(label)) for value, label in field.choices]
    for validator in field.validators:
        if "message" in vars(validator):
            validator.message = change(validator.message)  # type: ignore[attr-defined]
