"""The set-up, page by page and without a script: from an empty team to a message that arrived."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Team, User
from common.errors import InvalidInputError
from demo.telegram import CHAT_ID, TOKEN
from demo.whmcs import Shop
from demo.world import World as FakeWorld
from monitoring.models import Monitor
from monitoring.services.importing import products_import
from notifications.models import Channel, NotificationLog, Subscription, TelegramLink
from notifications.telegram_bot.linking import chat_bind
from notifications.telegram_bot.updates import Chat, Person
from runtime.firstrun.products import products_watch
from tests.admin.conftest import log_in, texts
from tests.factories import make_team, make_user, make_website
from websites.models import Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

START = "/admin/setup/"


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""


@pytest.fixture
def team() -> Team:
    return make_team("Fresh")


@pytest.fixture
def ada(team: Team) -> User:
    return make_user("ada", team=team, is_staff=True)


@pytest.fixture
def desk(ada: User) -> Client:
    return log_in(ada)


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


# --- The whole way ------------------------------------------------------------------------


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


# --- Shop ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"url": ""}, "This field is required"),
        ({"url": "http://"}, "address"),
        ({"url": "https://shop.example", "identifier": "only"}, "Give both or neither"),
    ],
)
def test_what_is_wrong_with_a_shop_stands_beside_it(
    desk: Client, team: Team, given: dict[str, str], told: str
) -> None:
    assert told in text_of(desk.post(at(team, "shop/"), given))
    assert not Website.objects.filter(team=team).exists()


def test_a_refused_log_in_says_what_to_do_and_is_mended_here(
    desk: Client, team: Team, shop: Shop
) -> None:
    website = add_shop(desk, team, shop)
    shop.configure(secret="another")
    here = at(team, f"shop/{website.pk}/")
    told = desk.post(f"{here}test/", follow=True)
    assert "public pages" in text_of(told)
    assert "does not accept the API identifier" in told.context["look"].advice
    assert "is-warn" in text_of(told)
    shop.configure(secret="third")
    page = desk.get(here)
    assert shop.credentials["identifier"] not in text_of(page)
    desk.post(here, {"url": shop.url, "identifier": "ident", "secret": "third"})
    website.refresh_from_db()
    assert website.credentials["secret"] == "third"
    assert desk.get(f"{here}test/").context["look"] is None


def test_a_shop_that_does_not_answer_says_so(desk: Client, team: Team, sends: list[bool]) -> None:
    desk.post(at(team, "shop/"), {"url": "http://127.0.0.1:9/shop"})
    website = Website.objects.get(team=team)
    told = desk.post(at(team, f"shop/{website.pk}/test/"), follow=True)
    assert "cannot be read yet" in text_of(told)
    assert told.context["look"].tried
    assert "Test again" in text_of(told)


def test_a_name_that_came_from_the_address_goes_with_it(desk: Client, team: Team) -> None:
    desk.post(at(team, "shop/"), {"url": "https://one.example/"})
    website = Website.objects.get(team=team)
    desk.post(at(team, f"shop/{website.pk}/"), {"url": "two.example/shop"})
    website.refresh_from_db()
    assert (website.name, website.url) == ("two.example", "https://two.example/shop")
    desk.post(at(team, "shop/"), {"url": "https://two.example"})
    names = Website.objects.filter(team=team).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["two.example", "two.example 2"]


def test_secrets_do_not_move_to_another_host(desk: Client, team: Team, shop: Shop) -> None:
    website = add_shop(desk, team, shop)
    told = desk.post(at(team, f"shop/{website.pk}/"), {"url": "https://other.example"})
    assert "enter this again" in text_of(told)


def test_a_shop_without_products_says_so(desk: Client, team: Team, fakes: FakeWorld) -> None:
    website = add_shop(desk, team, fakes.shop("empty"))
    told = desk.post(at(team, f"shop/{website.pk}/test/"), follow=True)
    assert not told.context["look"].ok
    assert told.context["look"].advice


# --- Products -----------------------------------------------------------------------------


def test_the_list_is_read_where_the_set_up_goes_on_later(
    desk: Client, team: Team, shop: Shop
) -> None:
    website = add_shop(desk, team, shop)
    here = at(team, f"shop/{website.pk}/products/")
    assert "has not been read yet" in text_of(desk.get(here))
    assert len(desk.post(here, {"read": "1"}, follow=True).context["offers"]) == 3
    cache.clear()
    assert {one.stock for one in desk.get(here).context["offers"]} == {""}
    shop.configure(secret="another")
    assert texts(desk.post(here, {"read": "1"}, follow=True))


@pytest.mark.parametrize("posted", [{}, {"products": "no json"}, {"products": "{}"}])
def test_nothing_ticked_is_said(
    desk: Client, team: Team, shop: Shop, posted: dict[str, str]
) -> None:
    website = add_shop(desk, team, shop)
    here = at(team, f"shop/{website.pk}/products/")
    assert "Tick at least one" in text_of(desk.post(here, posted))
    wrong = desk.post(here, {"product": ["77"], "threshold": "1"})
    assert "does not list: 77" in text_of(wrong)
    assert "greater than or equal" in text_of(desk.post(here, {"threshold": "-1"}))
    assert not Monitor.objects.filter(website=website).exists()


def test_all_are_watched_at_once_and_the_teams_threshold_is_not_repeated(
    desk: Client, team: Team, shop: Shop
) -> None:
    Team.objects.filter(pk=team.pk).update(low_stock_threshold=4)
    website = add_shop(desk, team, shop)
    here = at(team, f"shop/{website.pk}/products/")
    desk.post(here, {"read": "1"})
    assert 'value="4"' in text_of(desk.get(here))
    desk.post(here, {"all": "1", "threshold": "4"})
    assert [*website.monitors.values_list("threshold_low", flat=True)] == [None] * 3
    assert "watched already" in text_of(desk.get(here))
    assert desk.post(here, {"threshold": "4"}).status_code == 302


def test_many_products_are_watched_in_one_post(team: Team, shop: Shop) -> None:
    shop.add_products(450, stock=1)
    website = make_website(team, url=shop.url, credentials=dict(shop.credentials))
    products_import(website=website, product_ids=["1"])
    ids = [*website.catalogue.values_list("product_id", flat=True)]
    made, before = products_watch(website=website, product_ids=ids, threshold=None)
    assert (made, before) == (len(ids) - 1, 1)
    with pytest.raises(InvalidInputError):
        products_watch(website=website, product_ids=[*ids, "none"], threshold=None)


# --- Where to tell ------------------------------------------------------------------------


def test_the_signing_secret_is_shown_once(desk: Client, team: Team, fakes: FakeWorld) -> None:
    posted = {
        "kind": "webhook",
        "webhook-url": fakes.webhook_url("a"),
        "webhook-heard": "everything",
    }
    first = desk.post(at(team, "tell/"), posted)
    assert "whsec_" in text_of(first)
    assert "no-store" in first.headers["Cache-Control"]
    again = desk.post(at(team, "tell/"), posted, follow=True)
    assert "whsec_" not in text_of(again)
    assert Subscription.objects.get(channel__team=team).events == ["*"]


def test_an_address_that_is_none_is_said(desk: Client, team: Team) -> None:
    told = desk.post(
        at(team, "tell/"), {"kind": "email", "email-to": "x", "email-heard": "important"}
    )
    assert "is not an e-mail address" in text_of(told)
    told = desk.post(at(team, "tell/"), {"kind": "email", "email-to": ""})
    assert "This field is required" in text_of(told)
    assert not Channel.objects.filter(team=team).exists()


def test_mail_arrives_at_several_addresses(
    desk: Client, team: Team, fakes: FakeWorld, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", fakes.smtp_port
    assert "<code>EMAIL_URL</code> is not set" not in text_of(desk.get(at(team, "tell/")))
    posted = {"kind": "email", "email-to": "a@x.example, b@x.example", "email-heard": "important"}
    page = desk.post(at(team, "tell/"), posted, follow=True)
    channel = Channel.objects.get(team=team)
    assert channel.name == "E-mail a@x.example +1"
    desk.post(page.redirect_chain[-1][0], {"key": "m"})
    assert fakes.wait(1, "mail")
    Channel.objects.filter(pk=channel.pk).update(is_active=False, health="disabled")
    desk.post(at(team, "tell/"), posted)
    channel.refresh_from_db()
    assert channel.is_active


def test_without_a_mail_server_the_page_says_what_to_set(
    desk: Client, team: Team, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 25
    assert "<code>EMAIL_URL</code> is not set" in text_of(desk.get(at(team, "tell/")))


def test_a_test_that_fails_says_why(desk: Client, team: Team, fakes: FakeWorld) -> None:
    channel = add_hook(desk, team, fakes)
    fakes.webhooks.script("ops", [410])
    here = at(team, f"tell/{channel.pk}/")
    assert desk.get(f"{here}status/").json() == {"status": "", "is_over": True}
    told = desk.post(here, {"key": "x"}, follow=True)
    assert "The test did not arrive" in text_of(told)
    assert told.context["sent"].error_message in text_of(told).replace("&#x27;", "'")
    assert desk.get(f"{here}status/").json() == {"status": "dead", "is_over": True}
    NotificationLog.objects.update(status="sending")
    assert "The test is on its way" in text_of(desk.get(here))
    assert desk.get(f"{here}status/").json()["is_over"] is False


def test_a_linked_chat_is_noticed(
    desk: Client, ada: User, team: Team, fakes: FakeWorld, settings: Any
) -> None:
    assert "No bot is set up yet" in text_of(desk.get(at(team, "tell/")))
    assert "Set TELEGRAM_BOT_TOKEN" in text_of(desk.post(at(team, "tell/"), {"kind": "telegram"}))
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_URL = TOKEN, fakes.telegram_url
    page = desk.post(at(team, "tell/"), {"kind": "telegram"})
    assert "https://t.me/demo_bot?start=" in text_of(page)
    noticed = page.context["linked_url"]
    as_json = {"accept": "application/json"}
    assert desk.get(noticed, headers=as_json).json() == {"next": ""}
    assert "No chat is linked yet" in texts(desk.get(noticed, follow=True))
    chat_bind(
        user=ada, team=team, chat=Chat(CHAT_ID, "private", "Ada"), person=Person(CHAT_ID, "Ada")
    )
    channel = TelegramLink.objects.get().channel
    assert channel is not None
    target = at(team, f"tell/{channel.pk}/")
    assert desk.get(noticed, headers=as_json).json() == {"next": target}
    assert desk.get(noticed).headers["Location"] == target
    assert desk.get(at(team, "tell/linked/?since=x"), headers=as_json).json() == {"next": ""}
    desk.post(target, {"key": "t"})
    assert fakes.messages("telegram", str(CHAT_ID))
    bob = log_in(make_user("bob", team=team, is_staff=True))
    assert bob.get(target).status_code == 404


# --- Who may ------------------------------------------------------------------------------


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
