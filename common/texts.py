"""Texts on pages: written and stored in English, shown in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings
from django.utils.translation import get_language, gettext, override

from common.sentences import joined, shipped, told

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Text
else:
    Text = str

__all__ = ["Text", "in_english", "joined", "shown"]

P = ParamSpec("P")
R = TypeVar("R")


def shown(text: Text) -> str:
    """An English text in the reader's language; as it is where no translation is known. It may be
    several sentences, with values in them (common/sentences.py). `Text` is a text, or one that is
    translated when it is shown."""
    said = str(text)
    if get_language() in (None, settings.LANGUAGE_CODE):
        return said
    return told(said, gettext, shipped())


def in_english(do: Callable[P, R]) -> Callable[P, R]:
    """For what writes rows or messages: its words do not follow whoever pressed the button."""

    @wraps(do)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with override(settings.LANGUAGE_CODE):
            return do(*args, **kwargs)

    return done
