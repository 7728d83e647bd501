"""Data: what WHMCS says about stock in each of its languages (vendor language files).

Compared as `words.plain()` makes them. Sites can override every string, so structure comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
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

# --- What sites and themes write instead of it ---------------------------------------------------

_OTHER_SOLD_OUT = (
    "Sold Out", "Currently Sold Out", "Currently Out of Stock", "Temporarily Out of Stock",
    "No Stock", "Not in Stock", "Ausverkauft", "Nicht auf Lager", "Nicht vorrätig", "Épuisé",
    "En rupture de stock", "Sin stock", "Sin existencias", "Non disponibile al momento",
    "Esgotado", "Fora de Estoque", "Uitverkocht", "Udsolgt", "Utsolgt", "Slut i lager",
    "Loppuunmyyty", "Vyprodáno", "Vypredané", "Wyprzedane", "Brak w magazynie", "Elfogyott",
    "Stoc epuizat", "Rasprodano", "Распродано", "Нет на складе", "Розпродано", "Изчерпан",
    "Εξαντλήθηκε", "Tükendi", "Stokta Yok", "نفد المخزون", "نفذت الكمية", "ناموجود",
    "اتمام موجودی", "אזל מהמלאי", "אזל המלאי", "售罄", "已售罄", "售完", "已售完", "缺貨", "無庫存",
    "无货", "无库存", "暂时缺货", "补货中", "補貨中", "在庫切れ", "売り切れ", "품절", "Stok Habis", "Habis",
)  # fmt: skip
_UNAVAILABLE = (
    "Unavailable", "Not Available", "Currently Unavailable", "Nicht verfügbar", "Indisponible",
    "No disponible", "Non disponibile", "Indisponível", "Niet beschikbaar", "Недоступно",
    "Недоступний", "غير متوفر", "غير متاح", "לא זמין", "不可用", "暂不可用",
)  # fmt: skip
"""Said of domains and options, too: they count in the place of an order link only."""

_LEFT = (
    "left", "left in stock", "remaining", "in stock", "verfügbar", "auf Lager", "übrig", "en stock",
    "restants", "disponibles", "disponibili", "disponíveis", "em estoque", "op voorraad", "på lager",
    "i lager", "skladem", "в наличии", "осталось", "в наявності", "stokta", "库存", "有货", "有貨",
)  # fmt: skip
_UNITS = ("", "pcs", "units", "st", "stk", "stück", "adet", "шт", "件", "台", "个", "個")
_ONLY = ("", "only", "just", "nur noch", "noch", "plus que", "seulement", "solo", "quedan", "restam",
         "nog", "kun", "осталось", "仅剩", "剩余", "剩餘", "僅剩", "还剩")  # fmt: skip
_STOCK_LABELS = (
    "stock", "in stock", "available", "availability", "available stock", "stock available", "stock left", "left",
    "remaining", "lager", "lagerbestand", "verfügbar", "disponible", "disponibles", "disponibile",
    "disponível", "estoque", "voorraad", "beschikbaar", "stok", "stok adedi", "в наличии",
    "доступно", "осталось", "остаток", "库存", "庫存", "剩余", "剩餘", "余量", "可用", "仅剩", "الكمية المتاحة",
    "موجودی",
)  # fmt: skip

AVAILABLE = frozenset(plain(one.available) for one in LANGUAGES.values())
LEFT = frozenset(map(plain, _LEFT))
ONLY = frozenset(map(plain, _ONLY))
UNITS = frozenset(map(plain, _UNITS))
STOCK_LABELS = frozenset(map(plain, _STOCK_LABELS)) | AVAILABLE
NO_STOCK_WORDS = frozenset(
    {"sold", "ordered", "orders", "off", "rabatt", "verkauft", "vendus", "已售"}
)
"""What a number in front of one of these counts is not stock."""
UNAVAILABLE = frozenset(map(plain, _UNAVAILABLE))
_IN_STOCK = frozenset(
    map(plain, ("In Stock", "Auf Lager", "En stock", "Em estoque", "Op voorraad", "På lager",
                "I lager", "Skladem", "В наличии", "В наявності", "Stokta", "有货", "有貨", "现货",
                "在庫あり", "재고 있음"))
)  # fmt: skip
_NO_ORDER = frozenset(
    map(plain, ("Coming Soon", "Notify Me", "Notify me when available", "Contact Us", "Waitlist",
                "Join Waitlist", "Demnächst", "Bald verfügbar", "即将推出", "敬请期待", "到货通知"))
)  # fmt: skip
_LONGEST = 60
"""Longer than any of them, with brackets, icons and blanks around it."""
SOLD_OUT_BEGINNINGS = tuple(plain(text) for text in SOLD_OUT_DESCRIPTIONS)
_AROUND = "()[]!. \u00d7\u2716\u2717\u274c"
SOLD_OUT = frozenset(
    plain(text).strip(_AROUND)
    for text in (*(one.sold_out for one in LANGUAGES.values()), *_OTHER_SOLD_OUT)
)
_GONE = SOLD_OUT | UNAVAILABLE


def is_sold_out(text: str) -> bool:
    """The whole text is {outofstock} of a language or a word for it, brackets around it or not."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _bare(short) in SOLD_OUT


def is_in_stock(text: str) -> bool:
    """The whole text is a label of themes for what can be had; "Available" may be said of much."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _bare(short) in _IN_STOCK


def is_unavailable(text: str) -> bool:
    """The whole text says that something cannot be had: sold out, if it is said of a product."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _bare(short) in _GONE


def is_no_order(text: str) -> bool:
    """The label of a link that leads to the order page of something that cannot be had yet."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _bare(short) in _NO_ORDER


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return plain(text).strip(_AROUND)


def is_sold_out_description(text: str) -> bool:
    return plain(text).startswith(SOLD_OUT_BEGINNINGS)


def beginnings(phrases: Iterable[str]) -> frozenset[str]:
    """Every phrase cut off behind each of its words."""
    cuts = ((text, [at for at, char in enumerate(text) if char == " "]) for text in phrases)
    return frozenset(text[:end] for text, ends in cuts for end in [*ends, len(text)])


_GONE_BEGINS = frozenset(text.strip(_AROUND) for text in beginnings(_GONE))


@lru_cache(maxsize=8192)
def may_begin_gone(text: str) -> bool:
    """Some element whose first words these are may say that something cannot be had: asked of the
    texts between the tags of a card, it saves asking each element."""
    bare = _bare(text)
    return bool(bare) and bare in _GONE_BEGINS
