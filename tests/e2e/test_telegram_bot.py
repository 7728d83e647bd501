"""A person, their Telegram and the running product: from the link to the timeline, with real updates."""

from __future__ import annotations

import signal
from functools import partial
from html import unescape
from typing import Any

import pytest
import requests

from demo.telegram import CHAT_ID
from tests.e2e.conftest import eventually, install
from tests.e2e.inside import SHORT, Inside, kill

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once, pytest.mark.timeout(240)]
HERE = str(CHAT_ID)


class Person:
    """Logged in as the first user, with a Telegram account."""

    def __init__(self, product, world):
        self.product, self.world, self.telegram = product, world, world.telegram
        self.session = requests.Session()
        page = self.session.get(f"{product.url}/admin/login/", timeout=20)
        values = {
            "username": product.environment["DJANGO_SUPERUSER_USERNAME"],
            "password": product.environment["DJANGO_SUPERUSER_PASSWORD"],
            "csrfmiddlewaretoken": page.cookies["csrftoken"],
        }
        self.session.post(page.url, data=values, timeout=20).raise_for_status()
        login = {name: values[name] for name in ("username", "password")}
        self.access = self.call("POST", "auth/token/", login)["access"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.access}"} if hasattr(self, "access") else {}
        address = f"{self.product.url}/api/v1/{path}"
        answer = requests.request(method, address, json=body, headers=headers, timeout=20)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json()

    def desk(self, path: str) -> str:
        answer = self.session.get(f"{self.product.url}/admin/{path}", timeout=20)
        assert answer.status_code == 200, path
        return unescape(answer.text)

    def wait_for(self, words: str) -> Any:
        """The message in the person's chat that holds the words."""
        return self.world.wait(1, "telegram", HERE, timeout=30, where=lambda m: words in m.text)[0]

    def link(self) -> None:
        link = self.call("POST", "telegram/link/", {})["private"]
        self.telegram.say(f"/start {link.partition('?start=')[2]}", CHAT_ID)
        self.wait_for("is linked to")

    def watch(self, stock: int) -> Any:
        shop = self.world.shop("nimbus")
        shop.add_product(1, "KVM 1", stock=stock)
        website = self.product.api(
            "POST",
            "websites/",
            {
                "name": "Nimbus",
                "source": "whmcs_api",
                "website_url": shop.url,
                "api_identifier": shop.credentials["identifier"],
                "api_secret": shop.credentials["secret"],
                "poll_interval": 5,
            },
            201,
        )
        body = {"website": website["id"], "product_id": 1, "threshold_low": 5}
        monitor = self.product.api("POST", "monitors/", body, 201)["id"]
        path = f"monitors/{monitor}/"
        eventually(
            lambda: self.product.api("GET", path)["quantity"] == stock, what="the first reading"
        )
        return shop


@pytest.fixture
def person(world, database_url, tmp_path):
    product = install(world, database_url, tmp_path, **SHORT)
    with Inside(product) as inside:
        inside.start()
        yield Person(product, world)


def test_an_alert_is_acknowledged_and_muted_from_telegram_and_the_desk_shows_it(person):
    person.link()
    shop = person.watch(stock=20)

    shop.set_stock(1, 3)
    told = person.wait_for("KVM 1")
    buttons = str(told.detail["reply_markup"])
    assert "Ack" in buttons
    assert "Mute 24 h" in buttons

    ack = person.telegram.press("Ack", CHAT_ID)
    assert person.telegram.answer_to(ack, 20)["text"] == "✓ Acknowledged by admin"
    mute = person.telegram.press("Mute 24 h", CHAT_ID)
    assert "is muted until" in person.telegram.answer_to(mute, 20)["text"]

    (alert,) = person.call("GET", "alerts/")["results"]
    assert alert["status"] == "acknowledged"
    page = person.desk(f"monitoring/alert/{alert['id']}/change/")
    assert "Acknowledged" in page
    assert "Muted in Telegram" in page
    seen = [one["what"] for one in person.call("GET", f"alerts/{alert['id']}/timeline/")]
    assert [what for what in seen if what in ("alert_acknowledged", "silence_begins")] == [
        *("alert_acknowledged", "silence_begins")
    ]

    person.telegram.say("/alerts", CHAT_ID)
    person.wait_for("Acknowledged by admin")
    assert person.product.stop() == 0


def is_handed(world, update: int) -> bool:
    return update in world.telegram.updates.handed


def is_confirmed(world, update: int) -> bool:
    return update not in {one["update_id"] for one in world.telegram.updates.waiting}


def test_no_update_is_lost_when_the_bot_is_killed_at_it(person, world):
    person.link()
    inside = Inside(person.product)
    for killed in (
        lambda: [inside.main("bot")],
        lambda: inside.members("bot"),
        lambda: [inside.leash("bot")],
    ):
        world.inbox.clear()
        undo = world.telegram.fail("slow", times=None, seconds=30)
        update = world.telegram.say("/status", CHAT_ID)
        world.telegram.updates.wait(partial(is_handed, world, update), 20)
        person.wait_for("Monitors:")  # said, and nobody knows it yet
        kill(*killed())
        undo()
        eventually(
            lambda: len(world.messages("telegram", HERE)) >= 2, within=40, what="the answer again"
        )
        eventually(partial(is_confirmed, world, update), within=20, what="the confirmation")
    kill(*inside.members("bot"), number=signal.SIGSTOP)
    world.inbox.clear()
    world.telegram.say("/status", CHAT_ID)
    eventually(lambda: world.messages("telegram", HERE), within=40, what="an answer of another bot")
    assert person.product.stop() == 0
