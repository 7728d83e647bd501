"""A chat is bound to a team by its person, once, and let go again."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from common.errors import InvalidInputError
from demo.telegram import CHAT_ID
from demo.telegram_people import ANONYMOUS
from notifications.models import Channel, NotificationLog, TelegramLink, TelegramToken
from notifications.telegram_bot.linking import LinkRefused, offer_read, token_create
from tests.factories import make_team, make_user
from tests.notifications.factories import make_notification
from tests.notifications.telegram_bot.conftest import CHANNEL, GROUP, bind, channel_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_deep_link_binds_the_private_chat_of_its_person(town, ada, team):
    told = town.say(f"/start {token_create(user=ada, team=team)}")

    assert "linked to Acme as ada" in told
    link = TelegramLink.objects.get()
    assert (link.user, link.team, link.telegram_user_id) == (ada, team, CHAT_ID)
    assert (channel_of(link).user, channel_of(link).kind) == (ada, "telegram")
    assert channel_of(link).config == {"chat_id": str(CHAT_ID)}
    (subscription,) = channel_of(link).subscriptions.all()
    assert "alert_opened" in subscription.events
    assert "*" not in subscription.events


def test_only_the_hash_of_a_link_is_kept(ada, team):
    plain = token_create(user=ada, team=team)
    row = TelegramToken.objects.get()
    assert plain not in str(vars(row))
    assert len(plain) <= 64
    assert timedelta(minutes=14) < row.expires_at - timezone.now() <= timedelta(minutes=15)


def test_a_link_is_good_once_and_for_15_minutes(town, ada, team):
    plain = token_create(user=ada, team=team)
    town.say(f"/start {plain}")
    town.telegram.add_chat(4242)
    assert "too old" in town.say(f"/start {plain}", 4242)
    assert "too old" in town.say("/start guessed", 4242)
    late = token_create(user=ada, team=team)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert "too old" in town.say(f"/start {late}", 4242)
    assert TelegramLink.objects.count() == 1


def test_the_same_update_told_twice_says_the_same_twice(town, ada, team):
    """We died after the chat was bound and before that was noted."""
    plain = token_create(user=ada, team=team)
    assert town.say(f"/start {plain}") == town.say(f"/start {plain}")
    assert Channel.objects.count() == TelegramLink.objects.count() == 1


def test_a_team_that_is_not_ones_own_cannot_be_linked(ada):
    with pytest.raises(InvalidInputError):
        token_create(user=ada, team=make_team())


def test_a_group_takes_an_owner_and_is_told_of_everything(town, ada, team):
    viewer = make_user("vic", team=team, role="operator")
    refused = town.say(f"/start@demo_bot {token_create(user=viewer, team=team)}", GROUP, user_id=7)
    assert "Only an owner" in refused
    assert not TelegramLink.objects.exists()

    town.say(f"/start@demo_bot {token_create(user=ada, team=team)}", GROUP, user_id=ANONYMOUS)
    channel = Channel.objects.get()
    assert (channel.user, channel.name) == (None, "Telegram: Ops")
    assert channel.subscriptions.get().events == ["*"]


def test_a_topic_is_linked_for_itself(town, ada, team):
    town.telegram.chats[GROUP].threads |= {7, 8}
    town.say(f"/start {token_create(user=ada, team=team)}", GROUP, user_id=1, thread=7)
    town.say(f"/start {token_create(user=ada, team=team)}", GROUP, user_id=1, thread=8)
    threads = {channel.config["message_thread_id"] for channel in Channel.objects.all()}
    assert threads == {7, 8}
    assert town.world.messages("telegram")[-1].detail["message_thread_id"] in (8, "8")


def test_a_channel_is_linked_by_a_post_of_it(town, ada, team):
    told = town.say("/start", CHANNEL)
    signed = parse_qs(urlsplit(told.split()[-1]).query)["chat"][0]
    chat, person = offer_read(signed)
    assert (chat.id, chat.type, chat.title, person) == (CHANNEL, "channel", "News", None)


def test_a_bare_start_offers_a_signed_link_for_10_minutes(town):
    told = town.say("/start", language="ru")
    assert "в течение 10 минут" in told
    signed = parse_qs(urlsplit(told.split()[-1]).query)["chat"][0]
    chat, person = offer_read(signed)
    assert (chat.id, person and person.id) == (CHAT_ID, CHAT_ID)
    with pytest.raises(LinkRefused):
        offer_read(signed[:-2] + "xx")
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=11)),
        pytest.raises(LinkRefused),
    ):
        offer_read(signed)


def test_nobody_takes_a_group_away_from_another_team(town, ada, team):
    bind(ada, team, GROUP)
    other = make_team("Evil")
    eve = make_user("eve", team=other)
    assert "another team" in town.say(
        f"/start {token_create(user=eve, team=other)}", GROUP, user_id=666
    )
    assert TelegramLink.objects.get().team == team


def test_a_private_chat_moves_to_another_team_when_its_person_says_so(town, ada, team):
    bind(ada, team)
    second = make_team("Second")
    second.memberships.create(user=ada, role="viewer")
    town.say(f"/start {token_create(user=ada, team=second)}")
    assert TelegramLink.objects.get().team == second
    assert not Channel.objects.get(team=team).is_active


def test_nobody_takes_a_private_chat_over_from_its_person(town, ada, team):
    link = bind(ada, team)
    other = make_team("Evil")
    eve = make_user("eve", team=other)
    told = town.say(f"/start {token_create(user=eve, team=other)}")
    assert "linked to another team or person" in told
    assert TelegramLink.objects.get() == link
    assert channel_of(link).is_active

    town.say("/unlink")
    town.say(f"/start {token_create(user=eve, team=other)}")
    assert TelegramLink.objects.get().user == eve


def test_unlinking_ends_the_messages_and_keeps_their_log(town, ada, team):
    link = bind(ada, team)
    row = make_notification(channel_of(link))
    assert "unlinked" in town.say("/unlink")
    assert not TelegramLink.objects.exists()
    channel = Channel.objects.get()
    assert (channel.is_active, channel.subscriptions.count()) == (False, 0)
    row.refresh_from_db()
    assert row.status == "dead"
    assert "not linked" in town.say("/status")

    bind(ada, team)
    assert Channel.objects.get().is_active
    assert NotificationLog.objects.count() == 1


@pytest.mark.parametrize("way", ["left", "switched off"])
def test_who_leaves_hears_nothing_more(town, ada, team, way):
    bind(ada, team)
    if way == "left":
        ada.memberships.get().delete()
    else:
        ada.is_active = False
        ada.save()
    assert not Channel.objects.get().is_active
    assert not TelegramLink.objects.exists()
    assert "Acme" not in town.say("/status")


def test_a_name_that_is_taken_gets_a_number(ada, team):
    bind(ada, team, GROUP, title="Ops")
    bind(ada, team, -77, title="Ops")
    assert {one.name for one in Channel.objects.all()} == {"Telegram: Ops", "Telegram: Ops 2"}
