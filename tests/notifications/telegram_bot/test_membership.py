"""The bot is blocked, thrown out, let in again; groups get another number."""

from __future__ import annotations

import pytest

from demo.telegram import CHAT_ID
from notifications.channels.telegram.config import CONFIG
from notifications.models import Channel, TelegramLink
from tests.notifications.factories import make_channel
from tests.notifications.telegram_bot.conftest import GROUP, bind, channel_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
OWN_BOT = "123456789:AAother-token-AAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("chat_id", "status", "reason"),
    [
        (CHAT_ID, "kicked", "The bot was blocked in this chat."),
        (GROUP, "kicked", "The bot was put out of this chat."),
        (GROUP, "left", "The bot was put out of this chat."),
    ],
)
def test_a_chat_that_puts_us_out_disables_its_channel(town, ada, team, chat_id, status, reason):
    link = bind(ada, team, chat_id)
    town.telegram.put_out(chat_id, status)
    town.hear()
    assert (channel_of(link).is_active, channel_of(link).disabled_reason) == (False, reason)

    town.telegram.put_out(chat_id, "member", was=status)
    town.hear()
    assert channel_of(link).is_active


def test_a_channel_that_a_person_disabled_stays_so(town, ada, team):
    link = bind(ada, team)
    Channel.objects.update(is_active=False, disabled_reason="Too loud.")
    town.telegram.put_out(CHAT_ID, "member", was="kicked")
    town.hear()
    assert not channel_of(link).is_active


def test_another_bots_channel_in_the_chat_is_not_ours(town, team):
    other = make_channel(
        team, kind="telegram", config={"chat_id": str(GROUP)}, secrets={"bot_token": OWN_BOT}
    )
    assert "bot_token" in {field.name for field in CONFIG}
    town.telegram.put_out(GROUP)
    town.hear()
    other.refresh_from_db()
    assert other.is_active


def test_a_group_that_moved_keeps_its_link_and_channel(town, ada, team):
    bind(ada, team, GROUP)
    town.telegram.migrate(GROUP, -100777)
    town.hear()
    link = TelegramLink.objects.get()
    assert link.chat_id == -100777
    assert channel_of(link).config["chat_id"] == "-100777"
    bind(ada, team)
    assert "Monitors: 0" in town.say("/status", -100777, user_id=CHAT_ID)


def test_a_move_that_is_told_twice_changes_nothing_more(town, ada, team):
    bind(ada, team, GROUP)
    town.telegram.migrate(GROUP, -100777)
    again = dict(town.telegram.updates.waiting[-1]["message"])
    town.hear()
    town.telegram.updates.put("message", again)
    town.hear()
    assert TelegramLink.objects.get().chat_id == -100777


def test_an_answer_follows_a_group_that_moved_meanwhile_and_holds_nothing_back(town, ada, team):
    bind(ada, team)
    bind(ada, team, GROUP)
    town.telegram.say("/status", GROUP, user_id=CHAT_ID)
    town.telegram.migrate(GROUP, -100777)
    town.hear()
    assert "Acme" in town.world.messages("telegram", "-100777")[-1].text
    assert TelegramLink.objects.filter(chat_id=-100777).exists()
