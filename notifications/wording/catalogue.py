"""Pure: looks up words by key and language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from accounts.choices import Language
from notifications.wording import chinese, english, russian

CATALOGUE: Mapping[str, Mapping[str, str]] = {
    Language.ENGLISH: english.TEXTS,
    Language.CHINESE: chinese.TEXTS,
    Language.RUSSIAN: russian.TEXTS,
}


def texts(language: str) -> Mapping[str, str]:
    """English for a language that nobody wrote words in."""
    return CATALOGUE.get(language, english.TEXTS)


def word(key: str, language: str, **values: object) -> str:
    """Raises KeyError for a key or a placeholder that does not exist."""
    return texts(language)[key].format(**values)


def first_known(keys: Iterable[str], language: str, values: Mapping[str, str]) -> str:
    """The first text that exists and whose placeholders all have a value; "" when there is none."""
    found = texts(language)
    for key in keys:
        if key in found and placeholders(found[key]) <= values.keys():
            return found[key].format(**values)
    return ""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
