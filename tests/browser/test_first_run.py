"""The first run as a newcomer does it, from log-in to a message that arrived; the script of
docs/first-steps.md, which says every click of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Team
from common.patience import wait_for_background
from common.queues import clusters
from demo.story import Story
from demo.telegram import CHAT_ID, TOKEN
from demo.world import World as FakeWorld
from notifications.models import Channel
from notifications.telegram_bot.linking import token_redeem
from notifications.telegram_bot.updates import Chat, Person
from runtime.heartbeats import TICKER, beat
from tests.browser.desk import Desk
from tests.docs.pages import table_rows, text_of
from tests.factories import make_team, make_user
from websites.models import Website

GUIDE = "docs/first-steps.md"


class Newcomer:
    """Types with the keyboard, clicks what is labelled so, and remembers every click."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.clicks: list[str] = []

    def click(self, label: str, place: str = "a, button, summary, label") -> None:
        self.clicks.append(label)
        found = self.desk.page.locator(place).filter(has_text=re.compile(label))
        found.locator("visible=true").first.click()

    def type(self, text: str) -> None:
        """Into the field that has the cursor."""
        self.desk.page.wait_for_selector("input:focus")
        self.desk.page.keyboard.type(text)

    def sees(self, text: str) -> None:
        self.desk.page.wait_for_selector(f"text={text}", timeout=20_000)


@pytest.fixture
def fakes(settings: Any) -> Iterator[FakeWorld]:
    """The shops of the demo; a bot that has told its name before."""
    with FakeWorld() as fakes:
        Story(fakes).open_shops()
        settings.TELEGRAM_API_URL = fakes.telegram_url
        settings.TELEGRAM_BOT_TOKEN = ""
        yield fakes
        assert wait_for_background(10)


def test_a_newcomer_has_a_shop_watched_and_a_test_message(
    desk: Desk, fakes: FakeWorld, transactional_db: None, settings: Any
) -> None:
    team = make_team("Main team")
    ada = make_user("ada", team=team, is_staff=True)
    for part in (TICKER, *clusters()):
        beat(part, timezone.now() + timedelta(minutes=5))  # nothing is silent on the pictures
    me = Newcomer(desk)
    walk(me, fakes)
    (message,) = fakes.wait(1, "webhook", "newcomer")
    assert message.status == 200
    website = Website.objects.get(team=team)
    assert website.monitors.count() == website.catalogue.count() > 0
    assert told_clicks() == me.clicks
    assert f"**{len(me.clicks)} clicks**" in text_of(GUIDE)
    assert f"[{len(me.clicks)} clicks](docs/first-steps.md)" in text_of("README.md")

    settings.TELEGRAM_BOT_TOKEN = TOKEN
    link_a_chat(me, team)
    assert fakes.messages("telegram", str(CHAT_ID))
    assert Channel.objects.filter(user=ada).exists()


def walk(me: Newcomer, fakes: FakeWorld) -> None:
    """Every click of the guide."""
    shop = sorted(fakes.state()["shops"])[0]

    me.desk.open("/admin/login/")
    me.desk.look_over("log-in")
    me.click("Username")
    me.type("ada")
    me.desk.page.keyboard.press("Tab")
    me.type("password-1234")
    me.click("Log in")
    me.sees("Watch your first shop")
    me.desk.look_over("first-steps-offer")
    me.click("Begin")
    me.sees("Which shop shall be watched?")
    me.type(fakes.whmcs_url(shop))
    me.desk.look_over("first-steps-shop")
    me.click("Add and test")
    me.sees("can be read")
    me.desk.picture("first-steps-test")
    me.click("Pick products")
    me.sees("Which products of")
    me.click("Select all")
    me.desk.picture("first-steps-products")
    me.click("Watch")
    me.sees("Where shall messages go?")
    me.click("Webhook")
    me.click("Address")
    me.type(fakes.webhook_url("newcomer"))
    me.desk.look_over("first-steps-tell")
    me.click("Use this address")
    me.sees("Does a message reach")
    me.click("Send a test")
    me.sees("took the test")
    me.desk.picture("first-steps-try")
    me.click("It arrived, finish")
    me.sees("You will be told")
    me.desk.look_over("first-steps-done")


def link_a_chat(me: Newcomer, team: Team) -> None:
    """The page notices by itself that the link was opened."""
    me.desk.open(f"/admin/setup/{team.pk}/tell/")
    me.click("Make the link")
    me.sees("this page goes on by itself")
    link = me.desk.page.get_attribute("a:has-text('Open Telegram')", "href")
    token_redeem(
        plain=str(link).partition("?start=")[2],
        chat=Chat(CHAT_ID, "private", "Ada"),
        person=Person(CHAT_ID, "Ada"),
    )
    me.sees("Does a message reach Telegram: Ada")
    me.click("Send a test")
    me.sees("took the test")


def told_clicks() -> list[str]:
    """The labels in the table of the guide, in order."""
    rows = [row for row in table_rows(text_of(GUIDE)) if row[0].isdecimal()]
    return [row[1].strip("*") for row in rows]
