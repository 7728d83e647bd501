"""Who walks through the set-up of a team, and to whom it is offered."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from accounts.admin.empty import EmptyState
from accounts.models import Team, User
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from notifications.models import Channel, NotificationLog
from tests.admin.conftest import log_in
from tests.admin.setting_up import START, add_hook, add_shop, at, text_of
from tests.factories import make_team, make_user
from websites.models import Website

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.integration,
    pytest.mark.once,
]


def addresses(team: Team, website: int, channel: int) -> list[str]:
    shop, place = f"shop/{website}/", f"tell/{channel}/"
    rest = ["", "shop/", shop, f"{shop}test/", f"{shop}products/", "tell/", "tell/linked/"]
    return [at(team, one) for one in [*rest, place, f"{place}status/", "done/"]]


def test_only_an_owner_of_the_team_walks_through_it(
    desk: Client, team: Team, shop: Shop, fakes: FakeWorld
) -> None:
    website = add_shop(desk, team, shop)
    channel = add_hook(desk, team, fakes)
    pages = addresses(team, website.pk, channel.pk)
    assert {desk.get(one).status_code for one in pages} == {200, 302}
    strangers = {
        404: make_user("eve", team=make_team("Others"), is_staff=True),
        403: make_user("opal", team=team, role="operator", is_staff=True),
    }
    before = (Website.objects.count(), Channel.objects.count(), NotificationLog.objects.count())
    for code, user in strangers.items():
        client = log_in(user)
        assert {client.get(one).status_code for one in pages} == {code}
        assert {client.post(one, {"kind": "email"}).status_code for one in pages} == {code}
    assert {Client().get(one).status_code for one in pages} == {302}
    after = (Website.objects.count(), Channel.objects.count(), NotificationLog.objects.count())
    assert before == after


def test_rows_of_another_team_do_not_exist_under_the_own(
    desk: Client, team: Team, world: Any
) -> None:
    foreign = addresses(team, world.website.pk, world.rows[Channel].pk)
    named = [one for one in foreign if str(world.website.pk) in one.removeprefix(at(team))]
    named += [one for one in foreign if "/tell/" in one and one[-2].isdigit()]
    assert named
    assert {desk.get(one).status_code for one in named} == {404}
    assert {desk.post(one).status_code for one in named} == {404}


def test_the_way_in_knows_its_people(desk: Client, ada: User, team: Team, world: Any) -> None:
    viewer = log_in(world.viewer)
    assert viewer.get(START).status_code == 403
    assert "First steps" not in text_of(viewer.get("/admin/"))
    root = log_in(make_user("root", is_staff=True, is_superuser=True))
    assert "For which team?" in text_of(root.get(START))
    second = make_team("Second")
    second.memberships.create(user=ada, role="owner")
    assert {one.name for one, _ in desk.get(START).context["teams"]} == {"Fresh", "Second"}
    assert "First steps" in text_of(desk.get("/admin/"))


def test_a_superuser_without_any_team_is_told_to_make_one() -> None:
    root = log_in(make_user("root", is_staff=True, is_superuser=True))
    assert "There is no team yet" in text_of(root.get(START))


# --- Where it is offered ------------------------------------------------------------------


def test_the_overview_offers_it_until_it_is_done_or_put_off(
    desk: Client, team: Team, shop: Shop, world: Any
) -> None:
    assert "Watch your first shop" in text_of(desk.get("/admin/"))
    add_shop(desk, team, shop)
    assert "Go on with the set-up" in text_of(desk.get("/admin/"))
    lists = ("websites/website/", "monitoring/monitor/", "notifications/channel/")
    assert "step by step" in text_of(desk.get(f"/admin/{lists[1]}"))
    assert desk.get(f"{START}later/").status_code == 405
    desk.post(f"{START}later/")
    assert "Go on with the set-up" not in text_of(desk.get("/admin/"))
    assert "step by step" in text_of(desk.get(f"/admin/{lists[2]}"))
    assert "set-up" not in text_of(log_in(world.owner).get("/admin/"))
    assert "set-up" not in text_of(log_in(world.viewer).get("/admin/"))


def test_every_empty_list_says_what_belongs_into_it() -> None:
    silent = [
        model._meta.label
        for model, pages in admin.site._registry.items()
        if not getattr(pages, "empty", EmptyState()).text
    ]
    assert silent == []
