"""The Bot API as a sender of messages meets it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from demo.telegram import CHAT_ID, TOKEN
from demo.world import World


def bot(
    world: World, method: str = "sendMessage", token: str = TOKEN, **params: Any
) -> tuple[int, dict[str, Any]]:
    url = f"{world.telegram_url}/bot{token}/{method}"
    answer = requests.post(url, json=params, timeout=5)
    return answer.status_code, answer.json()


def send(world: World, text: str = "Hello", **params: Any) -> tuple[int, dict[str, Any]]:
    return bot(world, **{"chat_id": CHAT_ID, "text": text, **params})


def test_a_message_is_kept_as_the_reader_sees_it(world: World) -> None:
    source = '<b>KVM &amp; more</b>\n<a href="https://x.example/?a=1&amp;b=2">Buy</a> &lt;now&gt;'
    status, body = send(world, source, parse_mode="HTML")

    (message,) = world.wait(1, "telegram", str(CHAT_ID))
    assert (status, body["ok"]) == (200, True)
    assert message.text == "KVM & more\nBuy <now>"
    assert message.html == source
    assert message.detail["entities"] == [
        {"type": "bold", "offset": 0, "length": 10},
        {"type": "text_link", "offset": 11, "length": 3, "url": "https://x.example/?a=1&b=2"},
    ]
    assert body["result"]["message_id"] == message.detail["message_id"]
    assert body["result"]["chat"]["id"] == CHAT_ID


@pytest.mark.parametrize("kind", ["form", "multipart", "json"])
def test_parameters_may_come_in_any_encoding(world: World, kind: str) -> None:
    markup = {"inline_keyboard": [[{"text": "Buy", "url": "https://shop.example/1"}]]}
    fields = {"chat_id": str(CHAT_ID), "text": "Grüße", "reply_markup": json.dumps(markup)}
    url = f"{world.telegram_url}/bot{TOKEN}/sendMessage"
    if kind == "form":
        answer = requests.post(url, data=fields, timeout=5)
    elif kind == "multipart":
        parts = {name: (None, value) for name, value in fields.items()}
        answer = requests.post(url, files=parts, timeout=5)
    else:
        answer = requests.post(url, json={**fields, "reply_markup": markup}, timeout=5)

    assert answer.json()["ok"] is True
    (message,) = world.messages("telegram")
    assert message.text == "Grüße"
    assert message.detail["reply_markup"] == markup


def test_plain_text_is_not_parsed(world: World) -> None:
    send(world, "1 < 2 & <b>")

    assert world.messages("telegram")[0].text == "1 < 2 & <b>"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a <br> b", 'Unsupported start tag "br" at byte offset 2'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("ä <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_the_place(world: World, source: str, problem: str) -> None:
    status, body = send(world, source, parse_mode="HTML")

    assert status == body["error_code"] == 400
    assert body["description"] == f"Bad Request: can't parse entities: {problem}"
    assert world.messages() == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&quot;&#39;&#x1F600;&quot;", '"\'\U0001f600"'),
        ("&nbsp;&copy; R&D", "&nbsp;&copy; R&D"),
        ('<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>', "xy"),
        ("<b><i>x</i></b><code>a</code><pre>b</pre><blockquote>c</blockquote>", "xabc"),
    ],
)
def test_only_some_entities_are_known(world: World, source: str, text: str) -> None:
    assert send(world, source, parse_mode="HTML")[0] == 200

    assert world.messages("telegram")[0].text == text


def test_the_limit_counts_what_is_left_after_parsing(world: World) -> None:
    assert send(world, f"<b>{'x' * 4096}</b>", parse_mode="HTML")[0] == 200
    status, body = send(world, "x" * 4097)
    assert (status, body["description"]) == (400, "Bad Request: message is too long")
    assert send(world, "\U0001f680" * 2049)[0] == 400


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_text_is_refused(world: World, text: str | None) -> None:
    body = bot(world, chat_id=CHAT_ID, text=text)[1]

    assert body["description"] == "Bad Request: message text is empty"


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        ({"text": "Buy", "url": "ftp://x.example"}, "Wrong HTTP URL"),
        ({"text": "Buy", "url": "http://localhost/x"}, "Wrong HTTP URL"),
        ({"text": "", "url": "https://x.example"}, "text is empty"),
        ({"text": "Ack", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "Ack"}, "BUTTON_TYPE_INVALID"),
    ],
)
def test_a_wrong_button_is_refused(world: World, button: dict[str, str], problem: str) -> None:
    status, body = send(world, reply_markup={"inline_keyboard": [[button]]})

    assert status == 400
    assert problem in body["description"]


def test_a_wrong_token_chat_method_or_thread_is_refused(world: World) -> None:
    assert send(world, token="1:wrong") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert send(world, chat_id=5)[1]["description"] == "Bad Request: chat not found"
    assert send(world, chat_id="")[1]["description"] == "Bad Request: chat_id is empty"
    assert bot(world, "sendPhoto")[0] == 404
    assert "thread not found" in send(world, message_thread_id=3)[1]["description"]


def test_a_forum_takes_messages_in_its_threads(world: World) -> None:
    world.telegram.add_chat(-1009, title="Forum", threads={3})

    assert send(world, chat_id=-1009, message_thread_id=3)[0] == 200
    assert world.messages("telegram", "-1009")[0].detail["message_thread_id"] == 3


def test_a_group_that_became_a_supergroup_names_its_new_id(world: World) -> None:
    world.telegram.add_chat(-77, "group")
    world.telegram.migrate(-77, -1001234567890)

    status, body = send(world, chat_id=-77)
    assert status == 400
    assert body["parameters"] == {"migrate_to_chat_id": -1001234567890}
    assert send(world, chat_id=-1001234567890)[0] == 200


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        ("blocked", 403, "bot was blocked by the user"),
        ("kicked", 403, "bot was kicked"),
        ("deactivated", 403, "user is deactivated"),
        ("group_deleted", 403, "the group chat was deleted"),
        ("chat_not_found", 400, "chat not found"),
        ("cant_parse", 400, "can't parse entities"),
        ("unauthorized", 401, "Unauthorized"),
        ("server_error", 500, "Internal Server Error"),
    ],
)
def test_a_failure_is_played_once(world: World, failure: str, status: int, words: str) -> None:
    world.telegram.fail(failure)

    answered, body = send(world)
    assert (answered, body["error_code"]) == (status, status)
    assert words in body["description"]
    assert send(world)[0] == 200
    assert len(world.messages("telegram")) == 1
    assert [call.status for call in world.telegram.calls] == [status, 200]


def test_too_many_requests_tell_how_long_to_wait(world: World) -> None:
    world.telegram.fail("too_many", times=None, retry_after=7)

    status, body = send(world)
    assert status == 429
    assert body["description"] == "Too Many Requests: retry after 7"
    assert body["parameters"] == {"retry_after": 7}
    world.telegram.clear()
    assert send(world)[0] == 200


def test_a_failure_may_concern_one_chat(world: World) -> None:
    world.telegram.add_chat(1002)
    world.telegram.fail("blocked", chat_id=1002)

    assert send(world)[0] == 200
    assert send(world, chat_id=1002)[0] == 403


def test_a_gateway_error_is_no_json(world: World) -> None:
    world.telegram.fail("bad_gateway")

    url = f"{world.telegram_url}/bot{TOKEN}/sendMessage"
    answer = requests.post(url, json={"chat_id": CHAT_ID, "text": "x"}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


def test_slow_answers_arrive_and_hung_ones_do_not(world: World) -> None:
    world.telegram.fail("slow", seconds=0.05)
    world.telegram.fail("hang", seconds=0.05)

    assert send(world)[0] == 200
    with pytest.raises(requests.ConnectionError):
        send(world)
    assert len(world.messages("telegram")) == 1


def test_an_unknown_failure_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="failure is one of"):
        world.telegram.fail("nonsense")


def test_a_message_can_be_edited_and_deleted(world: World) -> None:
    message_id = send(world)[1]["result"]["message_id"]
    same = {"chat_id": CHAT_ID, "message_id": message_id}

    assert bot(world, "editMessageText", text="Changed", **same)[0] == 200
    again = bot(world, "editMessageText", text="Changed", **same)[1]
    assert again["description"] == "Bad Request: message is not modified"
    assert world.messages("telegram")[-1].text == "Changed"
    assert bot(world, "deleteMessage", **same)[1]["result"] is True
    assert bot(world, "deleteMessage", **same)[0] == 400
    assert bot(world, "editMessageText", text="x", **same)[0] == 400


def test_the_bot_and_a_chat_introduce_themselves(world: World) -> None:
    assert bot(world, "getMe")[1]["result"]["username"] == "demo_bot"
    assert bot(world, "getChat", chat_id=CHAT_ID)[1]["result"]["type"] == "private"


def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    url = f"{world.telegram_url}/bot{TOKEN}/sendMessage"
    headers = {"Content-Type": "application/json"}

    assert requests.post(url, data=b"{", headers=headers, timeout=5).status_code == 400
    assert requests.post(url, data=b"[]", headers=headers, timeout=5).status_code == 400


async def _greet(world: World) -> str:
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

    async with Bot(TOKEN, base_url=f"{world.telegram_url}/bot") as client:
        buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Buy", url="https://x.example")]])
        message = await client.send_message(
            CHAT_ID, "<b>Hi</b>", parse_mode="HTML", reply_markup=buttons
        )
    return message.text or ""


def test_the_usual_client_library_is_content(world: World) -> None:
    import asyncio

    assert asyncio.run(_greet(world)) == "Hi"
    (message,) = world.messages("telegram")
    assert message.detail["reply_markup"]["inline_keyboard"][0][0]["text"] == "Buy"
