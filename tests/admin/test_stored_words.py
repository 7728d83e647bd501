"""Whoever presses a button, in whatever language: rows and messages keep the language they have.

Pages are asked for in a made-up tongue (made_up.py); after everything that a desk can do was done,
no row of any table and no message that left the house may hold a letter of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils.translation import gettext_lazy, override

from accounts.admin.base import TeamScopedAdmin
from accounts.choices import Role
from accounts.models import Membership, Team
from accounts.services import membership_set
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from monitoring.choices import EventType
from monitoring.models import Alert, Monitor
from notifications.manner import Manner
from notifications.models import NotificationLog
from notifications.rendering import render_sample, worded
from notifications.wording.own import OwnWords
from tests.admin.conftest import log_in
from tests.admin.made_up import NOISE, noise_for_russian
from tests.admin.setting_up import add_hook, add_shop, at
from tests.admin.world import World, page
from tests.factories import make_team
from websites.models import Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def _noise() -> Iterator[None]:
    with noise_for_russian():
        yield


def foreign(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


def noisy_values() -> list[str]:
    """`table.column` of every value that holds a letter of the made-up tongue."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            for name, value in row.items():
                if NOISE in json.dumps(
                    value, cls=DjangoJSONEncoder, ensure_ascii=False, default=str
                ):
                    found.add(f"{model._meta.label}.{name}: {value}")
    return sorted(found)


def press_everything(client: Client, world: World) -> list[str]:
    """Posts every button of every row's page; the names of those that were pressed."""
    pressed = []
    for model, row in world.rows.items():
        pages = admin.site._registry[model]
        assert isinstance(pages, TeamScopedAdmin)
        for verb in pages.verbs:
            answer = client.post(pages.verb_url(verb, row), {"note": "seen", "reason": "calm"})
            assert answer.status_code in (200, 302, 403, 404, 405), (model, verb.name)
            pressed.append(f"{model.__name__}.{verb.name}")
    return pressed


def test_the_desk_is_worked_in_another_tongue_and_rows_stay_english(world: World) -> None:
    client = foreign(log_in(world.owner))
    assert NOISE in client.get("/admin/").content.decode()
    assert len(press_everything(client, world)) > 10
    name = {"name": "Other", "time_zone": "UTC", "language": "en", "reminders": "hourly",
            "reminder_hour": 9, "slug": "other"}  # fmt: skip
    client.post(page(Team, "change", world.team.pk), name)
    client.post(
        page(Monitor, "changelist"),
        {"action": "bulk_edit", "_selected_action": [world.monitor.pk], "step": "do", "agreed": "1",
         "threshold_low": "set", "threshold_low_number": "50"},
    )  # fmt: skip
    assert Alert.objects.count() > 1
    client.post(page(Website, "delete", world.website.pk), {"post": "yes"})
    assert noisy_values() == []


def test_the_log_of_the_desk_names_rows_in_english(world: World) -> None:
    client = foreign(log_in(world.owner))
    second = make_team("Second")
    membership_set(team=second, user=world.owner, role=Role.OWNER)
    given = {"team": second.pk, "user": world.operator.pk, "role": "viewer"}
    client.post(page(Membership, "add"), given)
    row = Membership.objects.get(team=second, user=world.operator)
    client.post(page(Membership, "change", row.pk), {"role": "operator"})
    client.post(page(Membership, "delete", row.pk), {"post": "yes"})
    kept = LogEntry.objects.order_by("pk").values_list("action_flag", "object_repr")
    assert list(kept) == [(flag, str(row)) for flag in (ADDITION, CHANGE, DELETION)]
    assert noisy_values() == []


def test_a_team_is_set_up_in_another_tongue_and_its_messages_stay_english(
    desk: Client, team: Team, shop: Shop, fakes: FakeWorld
) -> None:
    foreign(desk)
    website = add_shop(desk, team, shop)
    desk.post(at(team, f"shop/{website.pk}/test/"))
    desk.post(at(team, f"shop/{website.pk}/products/"), {"product": ["1", "3"], "threshold": "9"})
    channel = add_hook(desk, team, fakes, heard="everything")
    desk.post(at(team, f"tell/{channel.pk}/"), {"key": "abc"})
    pages = admin.site._registry[Website]
    assert isinstance(pages, TeamScopedAdmin)
    for _ in range(2):  # a first reading announces nothing
        for verb in pages.verbs:
            desk.post(pages.verb_url(verb, website))
        shop.set_stocks(dict.fromkeys(shop.products, 1))
    assert NotificationLog.objects.exists()
    sent = fakes.messages("webhook", "ops")
    assert sent
    assert NOISE not in str(sent)
    assert noisy_values() == []


def test_a_message_is_the_same_whoever_looks_at_its_preview() -> None:
    manner, own = Manner("zh-hans", ZoneInfo("Asia/Shanghai")), OwnWords()
    for event_type in EventType.values:
        plain = render_sample(event_type, manner, own)
        with override("ru"):
            assert render_sample(event_type, manner, own) == plain


def test_neither_a_number_nor_a_word_in_a_message_follows_the_reader_of_a_page() -> None:
    words = {"line": 4.5, "time": gettext_lazy("Overview"), "tone": "good", "subject": "s"}
    with override("ru"):
        text, html = worded("test", words, "en")
    assert text.split() == ["4.5", "Overview"]
    assert NOISE not in html
