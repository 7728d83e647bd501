"""The board as a page. Rendered without the request: no context processor looks at who is there, and
the text can be kept for everybody. It holds no script of its own, so it needs no nonce."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Team
from monitoring.board.asking import LONGEST_TEXT, SORTS, Asked
from monitoring.board.selectors import Product, Shop
from monitoring.board.words import NAMES, TAGS, WORDS
from monitoring.board.writing import address, price_text

COLUMNS = (
    ("product", "name", "name"),
    ("shop", "shop", "shop"),
    ("price", "price", "-price"),
    ("quantity", "", ""),
    ("since", "-since", "since"),
    ("seen", "", ""),
)
"""Word, order of the first press on the heading, order of the second."""


class Page(NamedTuple):
    """What one answer is about. `named`: the language that the address asks for, "" for none."""

    team: Team
    asked: Asked
    found: int
    language: str
    named: str

    def path(self, **changes: object) -> str:
        """A link to the same board with other values."""
        lang = urlencode({"lang": self.named} if self.named else {})
        return _joined("board", self.team, self.asked.query(**changes), lang)


def board_html(
    page: Page, shops: Sequence[Shop], currencies: Sequence[str], products: Sequence[Product]
) -> str:
    words, asked, team = WORDS[page.language], page.asked, page.team
    pages = max(-(-page.found // asked.page_size), 1)
    context = {
        "t": words,
        "app_name": settings.APP_NAME,
        "team": team.name,
        "language": TAGS[page.language],
        "named": page.named,
        "languages": _languages(page),
        "asked": asked,
        "limits": {"text": LONGEST_TEXT},
        "is_empty": asked.is_filtered or asked.is_impossible,
        "is_narrowed": bool(asked._replace(q="").filters()) or asked.sort != SORTS[0],
        "choices": _choices(page, shops, currencies),
        "sorts": [(one, words[f"sort.{one}"], one == asked.sort) for one in SORTS],
        "found": words["found"].format(count=page.found),
        "columns": [
            _column(page, *one) for one in COLUMNS if one[0] != "quantity" or _counts(team)
        ],
        "products": [_row(page, one) for one in products],
        "shows_quantity": _counts(team),
        "page_line": words["page"].format(page=asked.page, pages=pages),
        "previous": page.path(page=asked.page - 1) if asked.page > 1 else "",
        "next": page.path(page=asked.page + 1) if asked.page < pages else "",
        "is_paged": pages > 1,
        "here": reverse("board", args=[team.slug]),
        "reset": Page(team, Asked(), 0, page.language, page.named).path(),
        "canonical": address("board", team.slug),
        "feed": _beside("board-feed", page, lang=page.language),
        "json": _beside("board-products", page),
    }
    return render_to_string("board/board.html", context)


def _counts(team: Team) -> bool:
    return team.is_quantity_on_board


def _languages(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "tag": TAGS[code],
            "url": page._replace(named=code).path(page=page.asked.page),
            "is_current": code == page.language,
        }
        for code, name in NAMES.items()
    ]


def _choices(page: Page, shops: Sequence[Shop], currencies: Sequence[str]) -> list[dict[str, Any]]:
    """Lists to pick from; one with a single entry is no choice."""
    asked = page.asked
    offered = (
        ("shop", [shop.name for shop in shops], asked.shop),
        ("region", sorted({shop.region for shop in shops if shop.region}), asked.region),
        ("currency", list(currencies), asked.currency),
    )
    return [
        {"name": name, "label": WORDS[page.language][name], "values": values, "picked": picked}
        for name, values, picked in offered
        if len(values) > 1
    ]


def _column(page: Page, word: str, first: str, second: str) -> dict[str, str]:
    """A heading; `sorted` as aria-sort has it."""
    sort = page.asked.sort
    ways = {"name": "ascending", "shop": "ascending", "price": "ascending", "-price": "descending",
            "-since": "descending", "since": "ascending"}  # fmt: skip
    is_sorted = sort in (first, second)
    again = second if sort == first else first
    return {
        "name": word,
        "label": WORDS[page.language][word],
        "url": page.path(sort=again) if first else "",
        "sorted": ways[sort] if is_sorted else "",
    }


def _row(page: Page, one: Product) -> dict[str, Any]:
    words = WORDS[page.language]
    return {
        "name": one.name,
        "shop": one.shop,
        "region": one.region,
        "price": price_text(one.price, one.currency) or words["unknown"],
        "quantity": words["badge.in"] if one.quantity is None else one.quantity,
        "since": _moment(one.in_stock_since),
        "seen": _moment(one.last_seen_at),
        "link": one.link,
    }


def _moment(moment: datetime | None) -> dict[str, str]:
    """For machines and for people; the script of the page turns it into the viewer's zone."""
    if moment is None:
        return {}
    at = moment.astimezone(UTC)
    return {"machine": f"{at:%Y-%m-%dT%H:%M:%SZ}", "human": f"{at:%Y-%m-%d %H:%M} UTC"}


def _beside(name: str, page: Page, **more: str) -> str:
    """The feed or the JSON of what the page shows."""
    return _joined(name, page.team, page.asked.query(), urlencode(more))


def _joined(name: str, team: Team, *queries: str) -> str:
    query = "&".join(filter(None, queries))
    path = reverse(name, args=[team.slug])
    return f"{path}?{query}" if query else path
