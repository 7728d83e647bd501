"""The set-up without a script: from an empty team to a message that arrived, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import Team
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from notifications.models import Channel, NotificationLog, Subscription
from runtime.firstrun.shops import shop_ensure
from runtime.firstrun.telling import channel_ensure
from tests.admin.conftest import texts
from tests.admin.setting_up import START, add_hook, add_shop, at, text_of
from websites.models import Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]


def test_an_empty_team_is_led_to_a_message_that_arrives(
    desk: Client, team: Team, shop: Shop, fakes: FakeWorld, sends: list[bool]
) -> None:
    assert desk.get(START, follow=True).redirect_chain[-1][0] == at(team, "shop/")
    website = add_shop(desk, team, shop)
    assert website.name == "127.0.0.1"
    here = at(team, f"shop/{website.pk}/")
    assert desk.get(START, follow=True).redirect_chain[-1][0] == f"{here}test/"

    tested = desk.post(f"{here}test/", follow=True)
    assert "can be read" in text_of(tested)
    assert "3 products in its list" in text_of(tested)
    listed = {one.product_id: one.stock for one in desk.get(f"{here}products/").context["offers"]}
    assert listed == {"1": "5 in stock", "2": "not known yet", "3": "not known yet"}

    watched = desk.post(f"{here}products/", {"product": ["1", "3"], "threshold": "2"}, follow=True)
    assert watched.redirect_chain[-1][0] == at(team, "tell/")
    assert "2 products are watched now" in texts(watched)
    assert {*website.monitors.values_list("product_id", "threshold_low")} == {("1", 2), ("3", 2)}

    channel = add_hook(desk, team, fakes)
    (subscription,) = channel.subscriptions.all()
    assert "restocked" in subscription.events
    assert "stock_decreased" not in subscription.events
    tested = desk.post(at(team, f"tell/{channel.pk}/"), {"key": "abc"}, follow=True)
    assert "took the test" in text_of(tested)
    assert len(fakes.messages("webhook", "ops")) == 1
    assert set(sends) == {False}
    assert desk.get(START, follow=True).redirect_chain[-1][0] == at(team, "done/")
    assert "2 products are watched" in text_of(desk.get(at(team, "done/")))


def test_pages_that_are_posted_twice_make_nothing_twice(
    desk: Client, team: Team, shop: Shop, fakes: FakeWorld
) -> None:
    for _ in range(2):
        website = add_shop(desk, team, shop)
    for _ in range(2):
        desk.post(at(team, f"shop/{website.pk}/test/"))
        desk.post(at(team, f"shop/{website.pk}/products/"), {"products": json.dumps(["1", "2"])})
    for _ in range(2):
        channel = add_hook(desk, team, fakes)
    for _ in range(2):
        desk.post(at(team, f"tell/{channel.pk}/"), {"key": "k1"})
    assert website.monitors.count() == 2
    assert Subscription.objects.filter(channel=channel).count() == 1
    assert NotificationLog.objects.filter(channel=channel).count() == 1
    assert len(fakes.messages("webhook", "ops")) == 1
    desk.post(at(team, f"tell/{channel.pk}/"), {"key": "k2"})
    assert len(fakes.messages("webhook", "ops")) == 2


def test_pages_that_are_posted_at_once_make_nothing_twice(team: Team) -> None:
    hook = {"url": "https://hook.example/in"}
    at_once(lambda: shop_ensure(team=team, url="https://shop.example", credentials={}))
    at_once(lambda: channel_ensure(team=team, kind="webhook", config=hook, heard="important"))
    assert Website.objects.filter(team=team).count() == 1
    assert Channel.objects.filter(team=team).count() == 1
    assert Subscription.objects.filter(channel__team=team).count() == 1


def at_once(act: Callable[[], Any], times: int = 4) -> None:
    start = Barrier(times)

    def one() -> None:
        start.wait(10)
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        for done in [pool.submit(one) for _ in range(times)]:
            done.result(30)
