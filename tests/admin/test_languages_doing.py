"""What pages say while somebody works with them: questions, previews, refusals and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import ApiKey, Team
from monitoring.models import Alert, Monitor, Silence
from monitoring.services.sheets.importing import KINDS
from notifications.models import Channel, MessageTemplate
from notifications.wording.own import PLACEHOLDERS
from tests.admin import test_languages
from tests.admin.made_up import noise_for_russian
from tests.admin.reading import latin_runs, read_aloud
from tests.admin.world import World, page
from websites.models import Website

pytestmark = [pytest.mark.django_db, pytest.mark.once]

client, world = test_languages.client, test_languages.world
CHOSEN = "_selected_action"
CODES = {"unknown", *PLACEHOLDERS, *(field.name for field in KINDS["monitors"].fields)}
"""A class of pages, names of placeholders and of columns: people type them as they are."""


def _file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def deeds(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, what is posted to it)."""
    monitor, website, team = world.monitor.pk, world.website.pk, world.team.pk
    monitors, bulk = page(Monitor, "changelist"), {"action": "bulk_edit", CHOSEN: [monitor]}
    yield monitors, bulk
    yield monitors, {**bulk, "step": "look"}
    change = {"threshold_low": "set", "threshold_low_number": "5", "notify_on_price": "off"}
    yield monitors, {**bulk, "step": "look", **change}
    yield monitors, {**bulk, "step": "do", "agreed": "1", **change}
    yield page(Monitor, "add"), {}
    yield page(Monitor, "pause", monitor), {}
    yield page(Monitor, "silence", monitor), {"hours": "3"}
    yield page(Monitor, "silence", monitor), {"hours": "8", "reason": "qq"}
    for verb in ("pause", "poll", "resume", "poll", "check", "import"):
        yield page(Website, verb, website), {}
    yield page(Website, "add"), {"team": team, "name": "qq-0-shop", "source": "auto", "url": "x y"}
    yield page(Website, "delete", website), {}
    yield page(Alert, "changelist"), {"action": "acknowledge", CHOSEN: [world.rows[Alert].pk]}
    yield page(Alert, "acknowledge", world.rows[Alert].pk), {}
    yield page(Alert, "acknowledge", world.rows[Alert].pk), {}
    yield page(Silence, "add"), {"team": team, "span": "other"}
    yield page(Silence, "end", world.rows[Silence].pk), {}
    yield page(Channel, "add"), {"team": team, "name": "qq", "kind": "email"}
    yield page(Channel, "test", world.rows[Channel].pk), {}
    yield page(Channel, "disable", world.rows[Channel].pk), {}
    yield page(ApiKey, "add"), {"team": team, "name": "qq", "scope": "read"}
    yield page(ApiKey, "revoke", world.rows[ApiKey].pk), {}
    yield page(Team, "change", team), {"name": ""}
    yield (
        page(MessageTemplate, "add"),
        {
            "team": team,
            "event_type": "restocked",
            "language": "en",
            "subject": "{qqnothing}",
            "text": "qq",
            "html": "",
        },
    )
    yield reverse("admin:notifications_messagetemplate_preview"), {"subject": "{qqnothing}"}
    yield reverse("admin:notifications_channel_my_alerts"), {"email": "qq", "alert_threshold": "-1"}
    for action in ("confirm", "begin", "confirm", "renew"):
        yield reverse("admin:accounts_user_two_factor"), {"action": action, "code": "000000"}
    yield from deeds_with_files(world)
    yield from deeds_of_the_set_up(world)


def deeds_with_files(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    yield reverse("admin:websites_website_inspect"), {}
    yield (
        reverse("admin:websites_website_inspect"),
        {
            "page": _file("qq.html", "<html><title>qq</title></html>"),
            "url": "https://qq.example/cart.php",
        },
    )
    for rows in (
        "qqa,qqb\n1,2\n",
        "website,product_id\nqq-nowhere,1\n",
        "website,product_id,threshold_low\nqq-0-shop,901,5\nqq-0-shop,902,few\n",
    ):
        yield (
            reverse("admin:monitoring_monitor_import_file"),
            {
                "team": world.team.pk,
                "file": _file("qq.csv", rows),
            },
        )
    for text in ("version: 1\nwebsites:\n- {name: qq-new, source: manual}\n", "version: 7\n"):
        yield "/admin/configuration/", {"team": world.team.pk, "file": _file("qq.yaml", text)}


def deeds_of_the_set_up(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    products = f"shop/{world.website.pk}/products/"
    for step, posted in (
        ("shop/", {"url": ""}), ("shop/", {"url": "ftp://qq"}), ("tell/", {"kind": "telegram"}),
        ("tell/", {"kind": "email", "email-to": "qq", "email-heard": "important"}),
        (products, {"threshold": "-4"}), (products, {}),
    ):  # fmt: skip
        yield f"/admin/setup/{world.team.pk}/{step}", posted


def test_whatever_is_pressed_no_word_of_english_comes_back(client: Client, world: World) -> None:
    found: dict[str, set[str]] = {}
    with noise_for_russian():
        for address, posted in deeds(world):
            answer = client.post(address, posted, follow=True)
            assert answer.status_code in (200, 409, 410), (address, posted, answer.status_code)
            for text in read_aloud(answer.content.decode()):
                for run in latin_runs(text, known=test_languages.KNOWN):
                    if not (run in test_languages.WORDS or CODES.issuperset(run.split(", "))):
                        found.setdefault(run, set()).add(f"{address} {posted}")
    assert {run: sorted(places)[:2] for run, places in found.items()} == {}
