"""How a board answers: caches, languages, the feed, badges, limits; no cookie is looked at."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from common.rates import Rate
from monitoring.board import keeping
from monitoring.board.words import CHINESE, ENGLISH, RUSSIAN
from monitoring.models import MonitorHistory
from notifications.wording.catalogue import placeholders
from tests.factories import make_user
from tests.monitoring.board.conftest import make_shop, make_stocked
from websites.models import Website

pytestmark = pytest.mark.django_db

ENDS = ("", "products.json", "feed.atom")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def addresses(team: Team, shop: Website) -> list[str]:
    badge = f"/badge/{shop.monitors.first().public_id}.svg"  # type: ignore[union-attr]
    return [*(f"/board/{team.slug}/{end}" for end in ENDS), badge]


def test_no_answer_sets_or_depends_on_a_cookie(client: Client, team: Team, shop: Website) -> None:
    make_stocked(shop)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    for address in addresses(team, shop):
        answer = client.get(address)
        assert answer.cookies == {}
        assert answer.get("Vary", "") == ("Accept-Language" if address.endswith("/") else "")
        assert answer["Cache-Control"] == "public, max-age=20"
        origin = answer.get("Access-Control-Allow-Origin")
        assert origin == (None if address.endswith("/") else "*")
        assert answer["Content-Security-Policy"]
        assert b"nonce" not in answer.content


def test_an_answer_that_did_not_change_is_not_sent_again(
    client: Client, team: Team, shop: Website, clock: Any
) -> None:
    make_stocked(shop)
    for address in addresses(team, shop):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        since = client.get(address, headers={"If-Modified-Since": first["Last-Modified"]})
        assert since.status_code == 304
        assert client.head(address)["ETag"] == first["ETag"]
    make_stocked(shop, "Another")
    clock.shift(keeping.SECONDS + 1)
    changed = client.get(f"/board/{team.slug}/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_an_answer_is_kept_for_some_seconds(
    client: Client, team: Team, shop: Website, clock: Any, django_assert_num_queries: Any
) -> None:
    make_stocked(shop)
    for end in ENDS:
        with django_assert_num_queries(5 if end == "" else 3 if end == "products.json" else 2):
            client.get(f"/board/{team.slug}/{end}")
        with django_assert_num_queries(1):
            client.get(f"/board/{team.slug}/{end}")
    make_stocked(shop, "Second")
    address = f"/board/{team.slug}/products.json"
    assert client.get(address).json()["count"] == 1
    clock.shift(keeping.SECONDS + 1)
    assert client.get(address).json()["count"] == 2


def test_the_number_of_questions_does_not_grow_with_the_board(
    client: Client, team: Team, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        shop = make_shop(team, name=f"Shop {number}")
        for row in range(10):
            monitor = make_stocked(shop, f"Product {row}")
            MonitorHistory.objects.create(website=shop, monitor=monitor, event_type="restocked")
    for end, count in (("", 5), ("products.json?q=product&page_size=60", 3), ("feed.atom", 2)):
        with django_assert_num_queries(count):
            client.get(f"/board/{team.slug}/{end}")


def test_invented_filters_do_not_fill_the_cache(
    client: Client, team: Team, shop: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_stocked(shop)
    kept: set[str] = set()
    put = cache.set

    def noted(key: str, *args: Any, **kwargs: Any) -> None:
        kept.add(key)
        put(key, *args, **kwargs)

    monkeypatch.setattr(cache, "set", noted)
    monkeypatch.setattr(keeping, "SLOTS", 4)
    for number in range(30):
        client.get(f"/board/{team.slug}/products.json?q=w{number}&shop=x{number}&junk={number}")
        client.get(f"/board/{team.slug}/products.json?price_from={number}")
        client.get(f"/board/nobody{number}/products.json")
    assert len([key for key in kept if key.startswith("board:")]) <= 4 + 3
    # Two that share a place do not get each other's answers.
    monkeypatch.setattr(keeping, "SLOTS", 1)
    for query, count in (("q=vps", 1), ("q=none", 0), ("q=vps", 1)):
        assert client.get(f"/board/{team.slug}/products.json?{query}").json()["count"] == count


def test_an_address_that_asks_too_often_waits(
    client: Client, team: Team, shop: Website, settings: Any
) -> None:
    settings.API_RATE_ANONYMOUS = Rate(2, "minute")
    make_stocked(shop)
    for address in addresses(team, shop)[:2]:
        client.get(address)
    page, json_answer, feed, badge = (client.get(one) for one in addresses(team, shop))
    for answer in (page, json_answer, feed, badge, client.get("/board/nobody/")):
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
    assert json_answer.json()["error"]["code"] == "throttled"
    assert "Слишком много" in client.get(f"/board/{team.slug}/?lang=ru").content.decode()


# --- Languages -------------------------------------------------------------------------------


def test_every_language_has_the_same_words() -> None:
    for other in (CHINESE, RUSSIAN):
        assert list(other) == list(ENGLISH)
        for name, text in ENGLISH.items():
            assert placeholders(text) == placeholders(other[name]), name


@pytest.mark.parametrize(
    ("query", "header", "tag"),
    [
        ("", "", "en"),
        ("", "de-DE,de;q=0.9", "en"),
        ("", "de;q=0.9,ru-RU;q=0.8,en;q=0.5", "ru"),
        ("", "zh-TW", "zh-Hans"),
        ("?lang=zh-Hans", "ru", "zh-Hans"),
        ("?lang=ru", "en", "ru"),
        ("?lang=xx", "ru", "ru"),
        ("", "\x00,;;q=z" + "x" * 900, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_one_of_the_browser(
    client: Client, team: Team, shop: Website, query: str, header: str, tag: str
) -> None:
    make_stocked(shop)
    answer = client.get(f"/board/{team.slug}/{query}", headers={"Accept-Language": header})
    text = answer.content.decode()
    assert f'<html lang="{tag}">' in text
    words = {"en": ENGLISH, "ru": RUSSIAN, "zh-Hans": CHINESE}[tag]
    assert words["found"].format(count=1) in text
    assert ("lang=" in text.split("<table")[1].split("</table")[0]) is query.startswith(
        "?lang=z"
    ) or (query in ("?lang=ru",))


# --- Feed and badge --------------------------------------------------------------------------


def test_the_feed_tells_of_restocks_of_what_may_be_on_the_board(
    client: Client, team: Team, shop: Website
) -> None:
    now = timezone.now()
    monitor = make_stocked(shop, "KVM 1")
    sold_out = make_stocked(shop, "KVM 2", available=False)
    for one, fields in (
        (monitor, {"created_at": now - timedelta(hours=2)}),
        (sold_out, {"created_at": now - timedelta(hours=1), "to_quantity": 4321}),
        (monitor, {"event_type": "sold_out"}),
        (monitor, {"created_at": now - timedelta(days=40)}),
        (monitor, {"suppressed": "flapping"}),
    ):
        MonitorHistory.objects.create(
            **{"website": shop, "monitor": one, "event_type": "restocked", **fields}
        )
    answer = client.get(f"/board/{team.slug}/feed.atom?lang=ru")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)  # noqa: S314
    titles = [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")]
    assert titles == ["KVM 2: снова в наличии", "KVM 1: снова в наличии"]
    assert b"4321" not in answer.content
    Team.objects.update(is_quantity_on_board=True)
    assert b"4321" in client.get(f"/board/{team.slug}/feed.atom").content
    assert client.get(f"/board/{team.slug}/feed.atom?shop=x").content.count(b"<entry>") == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "in stock"),
        ({"available": False}, "sold out"),
        ({"available": None}, "unknown"),
        ({"status": "error"}, "unknown"),
    ],
)
def test_a_badge_says_in_words_how_it_stands(
    client: Client, team: Team, shop: Website, fields: dict[str, Any], words: str
) -> None:
    monitor = make_stocked(shop, "A & B" + "x" * 99, config_option_name="SSD", **fields)
    answer = client.get(f"/badge/{monitor.public_id}.svg")
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    drawn = ET.fromstring(answer.content)  # noqa: S314
    assert drawn.get("role") == "img"
    assert str(drawn.get("aria-label")).endswith(f"…: {words}")
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[1] == words
    assert len(str(texts[0])) == 40
    russian = client.get(f"/badge/{monitor.public_id}.svg?lang=ru").content.decode()
    assert {"in stock": "в наличии", "sold out": "нет в наличии"}.get(
        words, "неизвестно"
    ) in russian


def test_a_badge_of_a_shop_that_cannot_be_read_says_unknown(client: Client, team: Team) -> None:
    shop = make_shop(team, last_success_at=timezone.now() - timedelta(hours=2))
    monitor = make_stocked(shop)
    assert "unknown" in client.get(f"/badge/{monitor.public_id}.svg").content.decode()
