"""Texts on pages: written and stored in English, shown in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings
from django.utils.translation import gettext, override

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Text
else:
    Text = str

__all__ = ["Text", "in_english", "shown"]

P = ParamSpec("P")
R = TypeVar("R")


def shown(text: Text) -> str:
    """An English text in the reader's language; as it is where no translation is known, and where it
    carries values of its own. `Text` is a text, or one that is translated when it is shown."""
    return gettext(str(text))


def in_english(do: Callable[P, R]) -> Callable[P, R]:
    """For what writes rows or messages: its words do not follow whoever pressed the button."""

    @wraps(do)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with override(settings.LANGUAGE_CODE):
            return do(*args, **kwargs)

    return done
