"""Buttons below a message: which there are, and what a press of them carries."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from demo.telegram import CHAT_ID, TOKEN
from monitoring.choices import AlertKind
from monitoring.models import Alert
from notifications.buttons import Press, actions_of, read_press
from notifications.rendering import render_events
from tests.factories import make_monitor
from tests.notifications.factories import make_channel, make_event, make_notification
from tests.notifications.test_telegram import send


class Told(NamedTuple):
    event_type: str = "alert_opened"
    website_id: int = 7
    monitor_id: int | None = 5
    alert_id: int | None = None


def buttons(*events: Told, language: str = "en") -> list[list[tuple[str, str]]]:
    return actions_of(events, language=language)


def test_an_alert_can_be_acknowledged_and_its_monitor_muted():
    assert buttons(Told(alert_id=9)) == [
        [("Ack", "a:9:0"), ("Mute 1 h", "m:5:1"), ("Mute 24 h", "m:5:24")]
    ]


def test_a_restock_can_be_muted_only():
    assert buttons(Told("restocked")) == [[("Mute 1 h", "m:5:1"), ("Mute 24 h", "m:5:24")]]


def test_trouble_with_a_website_mutes_the_website():
    (row,) = buttons(Told("alert_opened", monitor_id=None, alert_id=3))
    assert [data for _, data in row] == ["a:3:0", "w:7:1", "w:7:24"]


def test_what_is_resolved_needs_nobody():
    assert "a:9:0" not in str(buttons(Told("alert_resolved", alert_id=9)))


def test_a_digest_has_a_button_per_alert_until_there_are_too_many():
    events = [Told(monitor_id=n, alert_id=n) for n in range(1, 4)]
    rows = actions_of(events, language="ru", names={1: "VPS S", 2: "x" * 200})
    assert rows[0] == [("Принять: VPS S", "a:1:0")]
    assert len(rows) == 3
    assert len(rows[1][0][0]) == 60
    assert buttons(*[Told(monitor_id=n, alert_id=n) for n in range(1, 9)]) == []


def test_no_press_is_longer_than_telegram_allows():
    for press in (Press("m", "9" * 18, 24), Press("p", "monitors", 999_999)):
        assert len(press.data().encode()) <= 64
        assert read_press(press.data()) == press


@pytest.mark.parametrize(
    "data", ["", "a:1:0:x", "x:1", "a:-1", "a:1;drop", "a:٣", "a:" + "9" * 40, "p:MONITORS:1"]
)
def test_what_we_never_put_on_a_button_is_no_press(data):
    assert read_press(data) is None


@pytest.mark.django_db(transaction=True)
class TestOnTheWire:
    @pytest.fixture
    def bot(self, world, settings):
        settings.TELEGRAM_API_URL = world.telegram_url
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        return world.telegram

    def frozen(self, **fields):
        monitor = make_monitor(purchase_link="https://shop.example/1")
        alert = Alert.objects.create(
            website=monitor.website, monitor=monitor, kind=AlertKind.LOW, subject="VPS"
        )
        event = make_event(monitor, "alert_opened", alert=alert, to_quantity=2)
        return alert, render_events([event], notification_type="alert_opened").columns() | fields

    def chat(self, **secrets):
        return make_channel(kind="telegram", config={"chat_id": str(CHAT_ID)}, secrets=secrets)

    def test_they_stand_below_the_buy_button(self, world, bot):
        alert, columns = self.frozen()
        assert send(self.chat(), **columns).status == "sent"
        (received,) = world.messages("telegram")
        buy, ours = received.detail["reply_markup"]["inline_keyboard"]
        assert buy[0]["url"] == "https://shop.example/1"
        assert ours[0] == {"text": "Ack", "callback_data": f"a:{alert.pk}:0"}

    def test_a_refused_address_costs_the_buy_button_only(self, world, bot):
        _, columns = self.frozen()
        columns["rendered"]["button"] = ["Buy", "http://localhost/1"]
        send(self.chat(), **columns)
        (received,) = world.messages("telegram")
        (row,) = received.detail["reply_markup"]["inline_keyboard"]
        assert len(row) == 3

    def test_a_bot_that_nobody_listens_to_shows_none(self, world, bot):
        other = "123456789:AAother-token-AAAAAAAAAAAAAAAAAAA"
        bot.tokens.add(other)
        _, columns = self.frozen()
        send(self.chat(bot_token=other), **columns)
        (received,) = world.messages("telegram")
        assert "callback_data" not in str(received.detail["reply_markup"])

    def test_messages_frozen_before_there_were_buttons_are_sent(self, world, bot):
        row = make_notification(self.chat(), subject="s", message="t", rendered={"html": ""})
        assert row.rendered == {"html": ""}
        assert send(self.chat(), subject="s", message="t", rendered={"html": ""}).status == "sent"
