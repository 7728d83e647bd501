"""Steps of the set-up as posts, for the tests of its pages."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Team
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from notifications.models import Channel
from websites.models import Website

START = "/admin/setup/"


def at(team: Team, rest: str = "") -> str:
    return f"{START}{team.pk}/{rest}"


def add_shop(desk: Client, team: Team, shop: Shop) -> Website:
    given = shop.credentials
    desk.post(
        at(team, "shop/"),
        {"url": shop.url, "identifier": given["identifier"], "secret": given["secret"]},
    )
    return Website.objects.get(team=team)


def add_hook(desk: Client, team: Team, fakes: FakeWorld, heard: str = "important") -> Channel:
    url = fakes.webhook_url("ops")
    desk.post(at(team, "tell/"), {"kind": "webhook", "webhook-url": url, "webhook-heard": heard})
    return Channel.objects.get(team=team)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())
