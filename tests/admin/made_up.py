"""A language that nobody speaks: Russian in which every text of ours reads as Cyrillic noise.

What stays Latin on a page was never asked to be translated; what turns up as noise in a row of the
database was written in the language of whoever pressed the button. Real translations show neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.translation import activate, get_language, trans_real

from scripts.words.po import Key, read

_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|&\w+;)")
_LATIN = re.compile(r"[A-Za-z]")
NOISE = "ж"


def noise(text: str) -> str:
    """The text with every letter made Cyrillic, placeholders and markup as they are."""
    return "".join(
        part if _KEPT.fullmatch(part) else _LATIN.sub(NOISE, part) for part in _KEPT.split(text)
    )


class _Noise(trans_real.DjangoTranslation):
    """Russian, but for what our catalogue holds: of the others' texts it shows who left one out."""

    def __init__(self) -> None:
        super().__init__("ru")
        path = settings.BASE_DIR / "locale/ru/LC_MESSAGES/django.po"
        self.ours: set[Key] = set(read(path.read_text(encoding="utf-8")))

    def gettext(self, message: str) -> str:
        return noise(message) if ("", message, "") in self.ours else super().gettext(message)

    def pgettext(self, context: str, message: str) -> str:
        is_ours = (context, message, "") in self.ours
        return noise(message) if is_ours else super().pgettext(context, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        is_ours = ("", msgid1, msgid2) in self.ours
        return noise(msgid2) if is_ours else super().ngettext(msgid1, msgid2, n)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        is_ours = (context, msgid1, msgid2) in self.ours
        return noise(msgid2) if is_ours else super().npgettext(context, msgid1, msgid2, n)


@contextmanager
def noise_for_russian() -> Iterator[None]:
    """Whoever asks for Russian gets noise. Catalogues are shared by all threads."""
    real = trans_real.translation("ru")
    before = get_language()
    catalogues: dict[str, Any] = vars(trans_real)["_translations"]
    catalogues["ru"] = _Noise()
    try:
        yield
    finally:
        catalogues["ru"] = real
        activate(before or settings.LANGUAGE_CODE)
