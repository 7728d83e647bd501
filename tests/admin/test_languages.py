"""Every page speaks the language of its reader, to the last word. Which language that is:
tests/accounts/test_languages.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.services.keys import KEY_PREFIX
from tests.admin.conftest import log_in
from tests.admin.made_up import NOISE, noise_for_russian
from tests.admin.reading import latin_runs, read_aloud
from tests.admin.world import World, make_world, page

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NAMES = (
    "WHMCS Stock Monitor", "WHMCS", "Telegram", "Twilio", "Apprise", "WhatsApp", "SMS", "API", "REST",
    "CSV", "XLSX", "YAML", "USD", "UTC", "HTTP", "HTML", "IP", "IANA", "JSON", "OK", "Slack", "Discord",
    "ntfy", "Webhook", "GET", "POST",
)  # fmt: skip
KNOWN = re.compile(
    rf"{KEY_PREFIX}[\w-]+|"
    r"qq[\w.-]*|md5|\w+\*+"  # names of the world, a masked password
    r"|https?://\S+|\S+@\S+|[\w.]*[_/$][\w./]*|\w+-\w+-\w+-\w+-\w+"  # addresses, names in code, ids
    r"|\b[A-Z]\w+/\w[\w/+-]*|" + "|".join(rf"\b{name}\b" for name in NAMES),
    re.IGNORECASE,
)
WORDS = frozenset(
    {"en", "ru", "zh-hans", "English", "openapi", "json", "esc", "name", "text", "product"}
    | {"restocked", "Restocked", "stocklevel", "team-"}
)
"""Of the switch of languages, of a link, a key; names of fields, placeholders and marks."""


@pytest.fixture
def world() -> World:
    world = make_world("qq", amount=2)
    world.owner.is_superuser = True
    world.owner.save()
    return world


@pytest.fixture
def client(world: World) -> Client:
    client = log_in(world.owner)
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "ru", "HTTP_ACCEPT": "text/html"}
    return client


def english_of(client: Client, address: str) -> Iterator[str]:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    for text in read_aloud(answer.content.decode()):
        yield from (run for run in latin_runs(text, known=KNOWN) if run not in WORDS)


def pages_of(world: World) -> Iterator[str]:
    yield from ("/admin/", "/admin/configuration/")
    for name in (
        "notifications_channel_my_alerts", "notifications_channel_telegram", "password_change",
        "websites_website_inspect", "accounts_user_two_factor",
    ):  # fmt: skip
        yield reverse(f"admin:{name}")
    for step in ("shop/", "tell/", "done/", f"shop/{world.website.pk}/products/"):
        yield f"/admin/setup/{world.team.pk}/{step}"
    yield page(type(world.monitor), "changelist") + "?q=nothing"
    for model in admin.site._registry:
        yield page(model, "changelist")
        if model in world.rows:
            yield page(model, "change", world.rows[model].pk)


def test_no_page_of_the_desk_keeps_a_word_of_english(client: Client, world: World) -> None:
    with noise_for_russian():
        found: dict[str, set[str]] = {}
        for address in pages_of(world):
            for run in english_of(client, address):
                found.setdefault(run, set()).add(address)
    assert {run: sorted(places)[:3] for run, places in found.items()} == {}


def test_neither_front_page_nor_log_in_keeps_a_word_of_english(client: Client) -> None:
    client.logout()
    with noise_for_russian():
        for address in ("/", "/admin/login/"):
            assert set(english_of(client, address)) == set()
        assert NOISE in client.get("/").content.decode()


def test_forms_numbers_and_times_follow_the_language_and_drawings_do_not(
    client: Client, world: World
) -> None:
    text = client.get(page(type(world.monitor), "change", world.monitor.pk)).content.decode()
    assert f"{world.monitor.created_at:%d.%m.%Y}" in text
    assert re.findall(r'(?:style|d|width|height|value|viewBox)="[^"]*\d,\d+[^"]*"', text) == []
