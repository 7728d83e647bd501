"""Texts on pages: written and stored in English, shown in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Text
else:
    Text = str

__all__ = ["Text", "shown"]


def shown(text: Text) -> str:
    """An English text in the reader's language; as it is where no translation is known, and where it
    carries values of its own. `Text` is a text, or one that is translated when it is shown."""
    return gettext(str(text))
