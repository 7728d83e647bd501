"""Pure: what a live card says. It holds no time of its own, so that it changes with the stock only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from accounts.choices import Language
from notifications.channels.base import Message


class CardFacts(NamedTuple):
    """`changed_text` is a local time; `link` is where to buy, "" for nowhere."""

    product: str
    website: str
    quantity: int | None
    available: bool | None
    price_text: str
    changed_text: str
    link: str


class Words(NamedTuple):
    shop: str
    stock: str
    price: str
    since: str
    in_stock: str
    sold_out: str
    unknown: str
    buy: str


WORDS: Mapping[str, Words] = {
    Language.ENGLISH: Words(
        "Shop", "Stock", "Price", "Since", "in stock", "sold out", "unknown", "Buy"
    ),
    Language.CHINESE: Words("店铺", "库存", "价格", "更新于", "有货", "售罄", "未知", "购买"),
    Language.RUSSIAN: Words(
        "Магазин", "Остаток", "Цена", "С", "в наличии", "нет в наличии", "неизвестно", "Купить"
    ),
}


def card_message(facts: CardFacts, language: str) -> Message:
    words = WORDS.get(language, WORDS[Language.ENGLISH])
    lines = [
        f"{words.stock}: {_stock(facts, words)}",
        f"{words.price}: {facts.price_text}" if facts.price_text else "",
        f"{words.shop}: {facts.website}",
        f"{words.since}: {facts.changed_text}" if facts.changed_text else "",
    ]
    return Message(
        id="",
        type="card",
        subject=f"{_sign(facts.available)} {facts.product}",
        text="\n".join(filter(None, lines)),
        button=(words.buy, facts.link) if facts.link and facts.available else None,
    )


def fingerprint(message: Message) -> str:
    """Equal for cards that look alike."""
    shown = json.dumps([message.subject, message.text, message.button], ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()[:40]


def _stock(facts: CardFacts, words: Words) -> str:
    if facts.available is False:
        return words.sold_out
    if facts.quantity is not None:
        return str(facts.quantity)
    return words.in_stock if facts.available else words.unknown


def _sign(available: bool | None) -> str:
    return {True: "🟢", False: "🔴", None: "⚪"}[available]
