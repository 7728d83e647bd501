"""People in chats of the fake Telegram, and a bot that listens to them over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from accounts.models import Team, User
from demo.telegram import CHAT_ID, TOKEN, Telegram
from demo.world import World
from notifications.models import Channel, TelegramLink
from notifications.telegram_bot.client import BotClient
from notifications.telegram_bot.linking import chat_bind
from notifications.telegram_bot.poller import Poller
from notifications.telegram_bot.updates import Chat, Person
from tests.factories import make_team, make_user

GROUP, CHANNEL = -100500, -100900


class Town:
    """A running bot and people who talk to it. `hear()` is one round of the poller."""

    def __init__(self, world: World, client: BotClient) -> None:
        self.world = world
        self.telegram: Telegram = world.telegram
        self.client = client
        self.poller = Poller(TOKEN, end=Event(), beat=lambda: None)
        self.telegram.updates.put("message", {})  # the first round does not wait for one
        self.poller.round(client)
        self.telegram.updates.waiting.clear()

    def hear(self) -> None:
        assert self.poller.round(self.client) == 0.0

    def say(self, text: str, chat_id: int = CHAT_ID, **who: object) -> str:
        """Says it and returns what the bot answered in that chat, "" when it kept silent."""
        before = len(self.world.messages("telegram", str(chat_id)))
        self.telegram.say(text, chat_id, **who)  # type: ignore[arg-type]
        self.hear()
        return "\n---\n".join(
            one.text for one in self.world.messages("telegram", str(chat_id))[before:]
        )

    def press(self, button: str, chat_id: int = CHAT_ID, **who: int) -> str:
        """Presses it and returns what the person is told."""
        query = self.telegram.press(button, chat_id, **who)
        self.hear()
        return str(self.telegram.answer_to(query).get("text") or "")

    def buttons(self, chat_id: int = CHAT_ID) -> list[str]:
        """Below the newest message of the chat."""
        markup = self.world.messages("telegram", str(chat_id))[-1].detail["reply_markup"] or {}
        return [one["text"] for row in markup.get("inline_keyboard", []) for one in row]


@pytest.fixture(autouse=True)
def _settings(world: World, settings) -> None:
    settings.TELEGRAM_API_URL = world.telegram_url
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_MODE = "polling"


@pytest.fixture
def town(world: World, transactional_db: None) -> Iterator[Town]:
    world.telegram.add_chat(GROUP, title="Ops")
    world.telegram.add_chat(CHANNEL, "channel", title="News")
    with BotClient(TOKEN) as client:
        yield Town(world, client)


@pytest.fixture
def team(transactional_db: None) -> Team:
    return make_team("Acme")


@pytest.fixture
def ada(team: Team) -> User:
    return make_user("ada", team=team, role="owner")


def channel_of(link: TelegramLink) -> Channel:
    """As it is now."""
    return Channel.objects.get(telegram_link=link)


def bind(user: User, team: Team, chat_id: int = CHAT_ID, *, title: str = "") -> TelegramLink:
    """A chat that is linked already. The private chat of a person has their number."""
    is_private = chat_id > 0
    kind = "private" if is_private else ("channel" if chat_id == CHANNEL else "supergroup")
    person = Person(chat_id, user.username) if is_private else None
    chat = Chat(chat_id, kind, title or f"Chat {chat_id}")
    return chat_bind(user=user, team=team, chat=chat, person=person)
