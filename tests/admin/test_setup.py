"""The pages of the set-up: what they say, and to whom."""

from __future__ import annotations

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
from tests.admin.setting_up import add_hook, add_shop, at, text_of
from tests.factories import make_user, make_website
from websites.models import Website

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.integration,
    pytest.mark.once,
]


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
