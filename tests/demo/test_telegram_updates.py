"""The Bot API as a bot that listens meets it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import requests

from demo.telegram import CHAT_ID
from demo.world import World
from tests.demo.test_telegram import bot, send

GROUP = -100777


def updates(world: World, **params: Any) -> Any:
    return bot(world, "getUpdates", **params)[1]["result"]


def control(world: World, path: str, **body: Any) -> None:
    requests.post(f"{world.base_url}/control/{path}", json=body, timeout=5).raise_for_status()


def keyboard(data: str = "a:1") -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Ack", "callback_data": data}]]}


def test_what_is_said_comes_until_it_is_confirmed(world: World) -> None:
    first = world.telegram.say("/help", CHAT_ID)
    assert [one["update_id"] for one in updates(world)] == [first]
    (again,) = updates(world)
    assert again["message"]["from"]["id"] == again["message"]["chat"]["id"] == CHAT_ID
    assert updates(world, offset=first + 1) == []
    assert world.telegram.updates.handed == [first, first]


def test_a_reader_that_waits_gets_it_at_once(world: World) -> None:
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.extend(updates(world, timeout=30)))
    reader.start()
    control(world, "telegram/say", text="hello", chat_id=CHAT_ID)
    reader.join(5)
    assert found[0]["message"]["text"] == "hello"


def test_a_second_reader_ends_the_first(world: World) -> None:
    first: list[int] = []
    reader = threading.Thread(target=lambda: first.append(bot(world, "getUpdates", timeout=30)[0]))
    reader.start()
    world.telegram.updates.wait(lambda: world.telegram.updates._reader)
    bot(world, "getUpdates", timeout=0)
    reader.join(5)
    assert first == [409]


def test_nobody_reads_while_a_webhook_is_set(world: World) -> None:
    bot(world, "setWebhook", url=world.webhook_url("bot"), secret_token="s3cret")
    status, body = bot(world, "getUpdates")
    assert (status, body["error_code"]) == (409, 409)
    assert "webhook is active" in body["description"]
    world.telegram.say("/help", CHAT_ID)
    (pushed,) = world.wait(1, "webhook", "bot")
    assert pushed.headers["x-telegram-bot-api-secret-token"] == "s3cret"
    assert pushed.json()["message"]["text"] == "/help"
    assert bot(world, "getWebhookInfo")[1]["result"]["url"] == world.webhook_url("bot")
    bot(world, "deleteWebhook")
    assert bot(world, "getUpdates")[0] == 200


def test_a_press_carries_the_message_and_is_answered_once(world: World) -> None:
    send(world, reply_markup=keyboard())
    query = world.telegram.press("Ack", CHAT_ID)
    (update,) = updates(world)
    pressed = update["callback_query"]
    assert (pressed["id"], pressed["data"]) == (query, "a:1")
    assert pressed["message"]["reply_markup"] == keyboard()
    assert bot(world, "answerCallbackQuery", callback_query_id=query, text="Done")[0] == 200
    assert world.telegram.answer_to(query)["text"] == "Done"
    assert bot(world, "answerCallbackQuery", callback_query_id="1")[0] == 400


def test_a_keyboard_can_be_changed_and_taken_away(world: World) -> None:
    message_id = send(world, reply_markup=keyboard())[1]["result"]["message_id"]
    where = {"chat_id": CHAT_ID, "message_id": message_id}
    bot(world, "editMessageReplyMarkup", **where, reply_markup=keyboard("n"))
    assert world.messages("telegram")[-1].detail["reply_markup"] == keyboard("n")
    bot(world, "editMessageReplyMarkup", **where)
    assert world.messages("telegram")[-1].detail["reply_markup"] is None
    with pytest.raises(ValueError, match="no button"):
        world.telegram.press("Ack", CHAT_ID)


def test_only_asked_kinds_are_handed_out(world: World) -> None:
    world.telegram.add_chat(GROUP)
    world.telegram.put_out(GROUP)
    world.telegram.say("hello", GROUP, user_id=5)
    asked = json.dumps(["my_chat_member"])
    assert [set(one) for one in updates(world, allowed_updates=asked)] == [
        {"update_id", "my_chat_member"}
    ]


def test_posts_of_a_channel_name_nobody_and_topics_have_a_number(world: World) -> None:
    world.telegram.add_chat(GROUP, "channel")
    world.telegram.say("/start", GROUP)
    world.telegram.add_chat(-5, is_forum=True, threads={7})
    world.telegram.say("/help", -5, user_id=9, thread=7)
    post, topic = updates(world)
    assert "from" not in post["channel_post"]
    assert topic["message"]["message_thread_id"] == 7


def test_listening_can_fail_on_its_own(world: World) -> None:
    world.telegram.fail_listening("server_error")
    assert bot(world, "getUpdates")[0] == 500
    assert send(world)[0] == 200
    assert bot(world, "getUpdates")[0] == 200
