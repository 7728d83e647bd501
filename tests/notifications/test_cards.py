"""Live cards: one message per monitor that is edited in place, against the fake Bot API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from demo.telegram import CHAT_ID, TOKEN
from monitoring.models import Monitor
from notifications.cards import WORDS, CardFacts, card_message, fingerprint
from notifications.models import Channel, TelegramCard
from notifications.planning import events_plan
from notifications.services import cards, sweeping
from notifications.services.cards import cards_refresh, stale_cards
from notifications.services.outbox import deliver
from notifications.services.sweeping import sweep
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event, make_notification, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bot(world, settings):
    settings.TELEGRAM_API_URL = world.telegram_url
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    return world.telegram


@pytest.fixture
def monitor(bot):
    """Watched by a channel with cards that is subscribed to everything."""
    website = make_website()
    config = {"chat_id": str(CHAT_ID), "live_card": True}
    channel = make_channel(website.team, kind="telegram", config=config, secrets={})
    subscribe(channel)
    return make_monitor(website, product_name="VPS S", quantity=5, available=True)


def put(monitor, quantity):
    Monitor.objects.filter(pk=monitor.pk).update(
        quantity=quantity, available=quantity > 0, last_changed_at=timezone.now()
    )


def calls(bot):
    return [(call.method, call.status) for call in bot.calls]


def test_one_message_per_monitor_is_edited_when_the_stock_moves(world, bot, monitor):
    assert cards_refresh() == 1
    put(monitor, 3)
    assert cards_refresh() == 1
    put(monitor, 0)
    assert cards_refresh() == 1
    first, second, third = world.messages("telegram", to=str(CHAT_ID))
    assert first.text.splitlines()[:2] == ["🟢 VPS S", "Stock: 5"]
    assert "Stock: 3" in second.text
    assert third.text.splitlines()[:2] == ["🔴 VPS S", "Stock: sold out"]
    assert {one.detail["message_id"] for one in (first, second, third)} == {1}
    assert TelegramCard.objects.get().message_id == 1


def test_nothing_is_sent_while_nothing_has_changed(bot, monitor):
    cards_refresh()
    assert cards_refresh() == 0
    assert calls(bot) == [("sendMessage", 200)]
    assert bot.calls[0].params["disable_notification"] == "true"


def test_a_card_that_was_deleted_is_sent_anew(world, bot, monitor):
    cards_refresh()
    bot.delete_message({"chat_id": CHAT_ID, "message_id": 1})
    put(monitor, 4)
    cards_refresh()
    assert calls(bot)[-2:] == [("editMessageText", 400), ("sendMessage", 200)]
    assert TelegramCard.objects.get().message_id == 2


def test_a_card_that_shows_it_already_is_no_failure(bot, monitor):
    cards_refresh()
    TelegramCard.objects.update(text_hash="")
    assert cards_refresh() == 1
    assert calls(bot)[-1] == ("editMessageText", 400)
    assert not list(stale_cards(timezone.now()))


def test_a_group_that_moved_gets_its_cards_anew_and_is_remembered(world, bot, monitor):
    cards_refresh()
    bot.migrate(CHAT_ID, -100500)
    put(monitor, 4)
    assert cards_refresh() == 1
    assert world.messages("telegram", to="-100500")
    assert Channel.objects.get().config == {"chat_id": "-100500", "live_card": True}


def test_too_many_edits_make_the_channel_wait_as_long_as_asked(bot, monitor):
    bot.fail("too_many", retry_after=40)
    assert cards_refresh() == 0
    now = timezone.now()
    until = Channel.objects.values_list("paused_until", flat=True)[0]
    assert until is not None
    assert timedelta(seconds=30) < until - now < timedelta(seconds=41)
    assert not list(stale_cards(now))
    assert len(list(stale_cards(now + timedelta(seconds=50)))) == 1


def test_trouble_with_a_card_holds_no_message_back(bot, monitor):
    bot.fail("server_error")
    assert cards_refresh() == 0
    channel = Channel.objects.get()
    assert (channel.paused_until, channel.health) == (None, "failing")
    assert cards_refresh() == 1


def test_a_bot_that_is_not_wanted_disables_the_channel(bot, monitor):
    make_monitor(monitor.website)
    bot.fail("kicked")
    assert cards_refresh() == 0
    assert (Channel.objects.get().is_active, len(bot.calls)) == (False, 1)


def test_only_what_the_subscriptions_cover_has_a_card(world, bot, monitor):
    other = make_monitor(make_website(monitor.website.team), product_name="VPS M")
    third = make_monitor(other.website, product_name="VPS L")
    make_monitor(product_name="of another team")
    channel = Channel.objects.get()
    channel.subscriptions.all().delete()
    assert cards_refresh() == 0
    subscribe(channel, websites=[monitor.website])
    subscribe(channel, monitors=[other])
    subscribe(channel, monitors=[third], is_active=False)
    assert cards_refresh() == 2
    assert {card.monitor for card in TelegramCard.objects.all()} == {monitor, other}


def test_a_long_list_ends_somewhere(bot, monitor, monkeypatch):
    monkeypatch.setattr(cards, "CARDS_MAX", 2)
    for _ in range(3):
        make_monitor(monitor.website)
    assert cards_refresh() == 2


def test_two_at_once_do_not_send_two_cards(bot, monitor):
    (seen,) = stale_cards(timezone.now())
    assert cards._claim(seen) is not None
    assert cards._claim(seen) is None
    assert cards_refresh() == 0
    TelegramCard.objects.update(updated_at=timezone.now() - timedelta(minutes=2))
    assert cards_refresh() == 1  # whoever took it died
    put(monitor, 1)
    (seen,) = stale_cards(timezone.now())
    assert cards._claim(seen) is not None
    assert cards._claim(seen) is None


def test_secrets_that_no_key_opens_are_said(bot, monitor, settings):
    Channel.objects.update(secrets={"bot_token": TOKEN})
    settings.FIELD_ENCRYPTION_KEYS = ["bm90LXRoZS1rZXktbm90LXRoZS1rZXktbm90LXRoZS0="]
    assert cards_refresh() == 0
    assert "cannot be opened" in Channel.objects.values_list("last_error", flat=True)[0]


def test_a_channel_without_cards_has_none(bot, monitor):
    Channel.objects.update(config={"chat_id": str(CHAT_ID)})
    assert cards_refresh() == 0


def test_the_sweep_asks_for_cards_that_are_not_right(bot, monitor, queued):
    for _ in range(sweeping.CARDS_EVERY):
        sweep()
    assert queued == ["notifications.tasks.cards"]


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_card_speaks_the_language_of_its_team(language):
    facts = CardFacts("VPS", "alpha", None, True, "5 EUR", "2026-01-01", "https://shop.example/")
    message = card_message(facts, language)
    assert WORDS[language].in_stock in message.text
    assert message.button == (WORDS[language].buy, "https://shop.example/")
    unknown = card_message(facts._replace(available=None), language)
    assert WORDS[language].unknown in unknown.text
    assert unknown.button is None
    assert fingerprint(message) != fingerprint(unknown)


def test_messages_go_beside_the_card(bot, monitor):
    """The card replaces no message: what is subscribed to still arrives."""
    cards_refresh()
    row = make_notification(Channel.objects.get())
    deliver([row.pk])
    row.refresh_from_db()
    assert (row.status, row.provider_id) == ("sent", "2")


def test_what_a_card_shows_is_no_message_as_well(bot, monitor):
    bare = make_monitor(monitor.website)
    Monitor.objects.update(notify_on_purchase=True, notify_on_price=True)
    told = make_channel(monitor.website.team)
    subscribe(told)
    for kind in ("stock_decreased", "price_changed", "sold_out"):
        make_event(monitor, kind)
    with_card = Channel.objects.get(kind="telegram").notifications
    cards_refresh()
    TelegramCard.objects.filter(monitor=bare).update(message_id=0)
    make_event(bare, "stock_increased")
    events_plan()
    kinds = with_card.order_by("id").values_list("events__event_type", "events__monitor")
    assert sorted(kinds) == [("sold_out", monitor.pk), ("stock_increased", bare.pk)]
    assert told.notifications.values("events").count() == 4


def test_a_channel_without_the_switch_is_told_all(bot, monitor):
    cards_refresh()
    Channel.objects.update(config={"chat_id": str(CHAT_ID)})
    make_event(monitor, "stock_increased")
    assert len(events_plan()) == 1
