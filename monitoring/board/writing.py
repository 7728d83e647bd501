"""A board as JSON, as an Atom feed and as a badge. The page is a template."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from accounts.models import Team
from monitoring.board.asking import Asked
from monitoring.board.selectors import Badge, Product, Restock
from monitoring.board.words import TAGS, WORDS

LONGEST_BADGE_NAME = 40


def address(name: str, *args: object, query: str = "") -> str:
    """Absolute: feeds and programs keep it."""
    path = f"{settings.PUBLIC_URL}{reverse(name, args=args)}"
    return f"{path}?{query}" if query else path


def products_json(team: Team, asked: Asked, count: int, products: Iterable[Product]) -> str:
    pages = max(-(-count // asked.page_size), 1)
    page = asked.page

    def link(number: int) -> str | None:
        inside = 1 <= number <= pages
        query = asked.query(page=number)
        return address("board-products", team.slug, query=query) if inside else None

    return json.dumps(
        {
            "team": team.name,
            "board": address("board", team.slug),
            "filters": asked.filters(),
            "sort": asked.sort,
            "count": count,
            "page": page,
            "pages": pages,
            "next": link(page + 1),
            "previous": link(page - 1),
            "products": [_product(team, one) for one in products],
        },
        ensure_ascii=False,
    )


def _product(team: Team, one: Product) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "shop": one.shop,
        "region": one.region,
        "price": None if one.price is None else str(one.price),
        "currency": one.currency,
        "in_stock_since": _moment(one.in_stock_since),
        "last_seen_at": _moment(one.last_seen_at),
        "buy_link": one.link,
        "badge": address("board-badge", one.id),
    }
    if team.is_quantity_on_board:
        shown["quantity"] = one.quantity
    return shown


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def restocks_atom(team: Team, asked: Asked, restocks: Iterable[Restock], language: str) -> str:
    words = WORDS[language]
    feed = Atom1Feed(
        title=_plain(words["feed.title"].format(team=team.name)),
        link=address("board", team.slug, query=asked.query()),
        description="",
        language=TAGS[language],
        feed_url=address("board-feed", team.slug, query=asked.query()),
    )
    for one in restocks:
        product = one.product
        facts = (
            product.shop,
            product.region,
            price_text(product.price, product.currency),
            "" if product.quantity is None else f"{words['quantity']}: {product.quantity}",
        )
        feed.add_item(
            title=_plain(words["feed.item"].format(product=product.name)),
            link=_plain(product.link) or address("board", team.slug),
            description=escape(_plain(" · ".join(filter(None, facts)))),  # it is sent as HTML
            unique_id=f"urn:uuid:{one.id}",
            pubdate=one.at,
            updateddate=one.at,
        )
    text: str = feed.writeString("utf-8")
    return text


def badge_svg(badge: Badge, language: str) -> str:
    """Name and state as words on two grounds; text says it all, colour only helps."""
    name, state = _plain(badge.name), WORDS[language][f"badge.{badge.state}"]
    if len(name) > LONGEST_BADGE_NAME:
        name = f"{name[: LONGEST_BADGE_NAME - 1].rstrip()}…"
    left, right = _width(name) + 16, _width(state) + 16
    return render_to_string(
        "board/badge.svg",
        {
            "name": name,
            "state": state,
            "language": TAGS[language],
            "ground": {"in": "#15803d", "out": "#b91c1c", "unknown": "#52525b"}[badge.state],
            "left": left,
            "right": right,
            "width": left + right,
            "left_text": left - 16,
            "right_text": right - 16,
            "right_at": left + 8,
        },
    )


def price_text(price: Decimal | None, currency: str) -> str:
    return "" if price is None else f"{price} {currency}".strip()


def _width(text: str) -> int:
    """Pixels of a text in 11 px sans-serif, near enough: the letters are stretched to it."""
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return round(6.4 * (len(text) - wide) + 11.5 * wide)


def _plain(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(one for one in text if one >= " " and unicodedata.category(one) != "Cs")
