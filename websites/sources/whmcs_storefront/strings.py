"""Data: what WHMCS says about stock in each of its languages (vendor language files).

Compared as `words.plain()` makes them. Sites can override every string, so structure comes first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from websites.sources.whmcs_storefront.words import plain


class Language(NamedTuple):
    """`available` stands behind a number (orderavailable), `sold_out` on buttons and as the title
    of the error page (outofstock)."""

    available: str
    sold_out: str


LANGUAGES: dict[str, Language] = {
    "english": Language("Available", "Out of Stock"),
    "german": Language("Erhältlich", "Leider nicht verfügbar!"),
    "french": Language("Disponible", "Rupture de stock"),
    "spanish": Language("Disponible", "Agotado"),
    "italian": Language("Disponibile", "Esaurito"),
    "portuguese-pt": Language("Disponível", "Fora de Stock"),
    "portuguese-br": Language("Disponível", "Sem Estoque"),
    "dutch": Language("Beschikbaar", "Niet op voorraad"),
    "danish": Language("Tilgængelig", "Ikke på lager"),
    "norwegian": Language("Tilgjengelig", "Ikke på lager"),
    "swedish": Language("Tillgänglig", "Slutsåld"),
    "estonian": Language("Saadaval", "Lao seis tühi"),
    "czech": Language("Dostupné", "Není skladem"),
    "hungarian": Language("Elérhető", "Elfogyott"),
    "romanian": Language("Disponibilă", "Stoc epuizat"),
    "croatian": Language("Dostupan", "Nije raspoloživo"),
    "catalan": Language("Disponible", "Esgotat"),
    "russian": Language("Доступно", "Нет в наличии"),
    "ukrainian": Language("Доступний", "Немає в наявності"),
    "macedonian": Language("Достапно", "Надвор од залиха"),
    "turkish": Language("Mevcut", "Tükenmiş Durumda"),
    "azerbaijani": Language("Mövcuddur", "Bitib"),
    "arabic": Language("متاح", "نفذت الكمية"),
    "farsi": Language("موجود است", "خارج از دسترس"),
    "hebrew": Language("זמינים", "אזל במלאי"),
    "chinese": Language("可用", "缺貨中"),
    "chinese-cn": Language("可用", "缺货"),
    "vietnamese": Language("Đang có sẵn", "Hết hàng"),
}

SOLD_OUT_DESCRIPTIONS = (
    "We are currently out of stock on this item so orders for it have been suspended until more "
    "stock is available.",
    "Nós estamos sem estoque para este item",
    "Chúng tôi hiện đã hết hàng mặt hàng này",
)
"""How outofstockdescription begins, the text below the title of the error page."""

AVAILABLE = frozenset(plain(one.available) for one in LANGUAGES.values())
SOLD_OUT = frozenset(plain(one.sold_out) for one in LANGUAGES.values())
_LONGEST = 60
"""Longer than any of them, with brackets, icons and blanks around it."""
SOLD_OUT_BEGINNINGS = tuple(plain(text) for text in SOLD_OUT_DESCRIPTIONS)


def is_sold_out(text: str) -> bool:
    """The whole text is {outofstock} of a language, brackets around it or not."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _is_sold_out(short)


@lru_cache(maxsize=4096)
def _is_sold_out(text: str) -> bool:
    return plain(text).strip("()[] ") in SOLD_OUT


def is_sold_out_description(text: str) -> bool:
    return plain(text).startswith(SOLD_OUT_BEGINNINGS)
