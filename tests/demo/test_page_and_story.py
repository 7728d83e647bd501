"""What a newcomer looks at, and the story that is told there."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from html import unescape

import pytest
import requests

from demo.cli import main
from demo.inbox import Received
from demo.story import Story
from demo.telegram import CHAT_ID
from demo.world import World
from tests.demo.calling import products
from tests.demo.test_telegram import send


def page(world: World) -> str:
    return requests.get(f"{world.base_url}/page", timeout=5).text


def test_an_empty_world_says_what_to_expect(world: World) -> None:
    whole = requests.get(world.base_url, timeout=5)

    assert whole.headers["Content-Type"].startswith("text/html")
    assert "prefers-color-scheme: dark" in whole.text
    assert "No shop is open." in whole.text
    assert "Nothing yet." in whole.text


def test_the_page_shows_stock_and_messages_newest_first(world: World) -> None:
    shop = world.shop("alpha")
    shop.add_product(1, "<KVM>", stock=2)
    shop.add_product(2, "Gone", stock=0)
    shop.add_product(3, "Free", stock=None)
    shop.set_stocks({1: 1})
    buttons = {"inline_keyboard": [[{"text": "Buy", "url": "https://x.example"}]]}
    world.inbox.add(Received("telegram", "1001", text="first", detail={"reply_markup": buttons}))
    world.inbox.add(Received("mail", "a@example.com", subject="second", text="body"))
    world.inbox.add(Received("webhook", "ops", body=b'{"type":"third"}', status=500))
    world.inbox.add(Received("webhook", "ops", body=b"no json"))

    text = page(world)
    assert "&lt;KVM&gt;" in text
    assert "<KVM>" not in text
    for words in ("1 left", "sold out", "unlimited", "<polyline", "answered 500", ">Buy<"):
        assert words in text
    assert text.index("no json") < text.index("third") < text.index("second") < text.index("first")


def test_a_button_on_the_page_presses_as_the_person_of_the_chat(world: World) -> None:
    markup = {"inline_keyboard": [[{"text": "Ack", "callback_data": "a:1:0"}]]}
    send(world, reply_markup=markup)
    found = re.search(r'<button data-press="([^"]+)">Ack<', page(world))
    assert found
    answer = requests.post(
        f"{world.base_url}/control/telegram/press", data=unescape(found[1]), timeout=5
    )
    assert answer.ok
    (update,) = world.telegram.updates.waiting
    assert update["callback_query"]["data"] == "a:1:0"
    assert update["callback_query"]["from"]["id"] == CHAT_ID


def test_a_big_world_is_cut_short(world: World) -> None:
    for index in range(6):
        world.shop(f"s{index}").add_products(25)

    assert "and 2 more shops" in page(world)
    assert "and 5 more" in page(world)


def test_the_story_falls_sells_out_and_comes_back_within_one_loop(world: World) -> None:
    story = Story(world)
    story.open_shops()
    story.open_shops()
    seen = []
    for beat in range(7):
        story.play(beat)
        seen.append(products(world.shop("nimbus"), pid="1")[0]["quantity_available"])

    assert seen == [8, 5, 2, 0, 0, 10, 8]
    assert products(world.shop("alpine"))[0]["stocklevel"] == "0"


def test_a_quiet_beat_changes_nothing(world: World) -> None:
    story = Story(world)
    story.open_shops()
    version = world.shop("nimbus").version

    story.play(0)
    assert world.shop("nimbus").version == version


def test_the_story_plays_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.story.BEAT_SECONDS", 0.01)
    story = Story(world)
    story.start()
    moved = threading.Event()
    while not moved.wait(0.01):
        if len(world.shop("nimbus").changes) > 3:
            moved.set()
    story.stop()

    assert 1 in {change[1] for change in world.shop("nimbus").changes}


def run_briefly(*arguments: str) -> int:
    end = threading.Event()
    end.set()
    return main(["--port", "0", "--smtp-port", "0", *arguments], end)


def test_the_command_prints_where_everything_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_briefly("--story") == 0

    printed = capsys.readouterr().out
    for words in ("alpine, nimbus", "demo-identifier", "/hooks/NAME", "smtp://127.0.0.1:"):
        assert words in printed


def test_the_command_can_speak_json(capsys: pytest.CaptureFixture[str]) -> None:
    run_briefly("--json")

    state = json.loads(capsys.readouterr().out)
    assert state["base_url"].startswith("http://127.0.0.1:")
    assert state["telegram"]["chat_id"] == 1001


def test_the_process_ends_when_it_is_told_to() -> None:
    command = [sys.executable, "-m", "demo.world", "--port", "0", "--smtp-port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        state = json.loads(process.stdout.readline())
        assert requests.get(state["base_url"], timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_taken_port_is_explained(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(world.server.port)]) == 1
    assert "cannot start" in capsys.readouterr().err
