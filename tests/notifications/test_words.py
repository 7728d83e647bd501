"""Every kind of event in every language: nothing missing, nothing left in English."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.choices import Language
from accounts.models import Preferences
from monitoring.choices import AlertKind, EventType, ResolveReason
from monitoring.models import Alert, MonitorHistory
from notifications.manner import Manner, manner_of
from notifications.matching import zone_of
from notifications.rendering import render_events, render_test
from notifications.wording.catalogue import CATALOGUE, placeholders
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import make_channel, make_event

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
OTHERS = [Language.CHINESE, Language.RUSSIAN]
LINK = "https://1.example/2"

CAUSE = {"cause": "low", "author": {"kind": "user", "id": 1, "name": "42"}, "note": "99"}
FACTS = {
    "price_changed": {"from_price": "5.00", "to_price": "6.00", "from_currency": "€"},
    "product_new": {"product_id": "2", "name": "7", "price": "9.00", "currency": "€", "url": LINK},
    "product_renamed": {"from_name": "1", "name": "2"},
    "product_moved": {"from_group": "1", "to_group": "2"},
    "monitor_flapping": {"count": 6, "is_over": False},
    "website_unreachable": {"code": "ip_not_allowed", "advice": "Allow 1.2.3.4."},
    "alert_opened": {**CAUSE, "reason": "crossing"},
    "alert_acknowledged": {**CAUSE, "reason": "manual"},
    "alert_reminder": {**CAUSE, "reason": "still_open"},
    "alert_resolved": {**CAUSE, "reason": "recovered"},
}
OF_WEBSITES = {"website_unreachable", "website_recovered", "snapshot_quarantined"}


@pytest.fixture
def monitor(db):
    team = make_team(time_zone="Asia/Shanghai")
    website = make_website(team, name="8 1")
    return make_monitor(website, product_name="7 2", purchase_link=LINK)


def stored(monitor, event_type, **fields):
    """An event as the engine writes it, with its English message."""
    where = (
        {"website": monitor.website, "from_quantity": None, "to_quantity": None, "delta": None}
        if event_type in OF_WEBSITES
        else {"monitor": monitor}
    )
    values = {
        "event_type": event_type,
        "message": "Something English",
        "metadata": FACTS.get(event_type, {}),
        "threshold_value": 5 if "threshold" in event_type or "alert" in event_type else None,
        "created_at": AT,
    }
    event = make_event(**{**where, **values, **fields})
    return MonitorHistory.objects.select_related("website__team").get(pk=event.pk)


def said(monitor, language, *events, kind="x", is_short=False):
    manner = Manner(language, zone_of("Asia/Shanghai"), is_short)
    return render_events(events, notification_type=kind, manner=manner)


def people_read(html):
    """The words of a mail, without its head, tags and addresses."""
    body = html.partition("</head>")[2]
    return re.sub(r"<[^>]+>", " ", body)


def english_in(*texts):
    whole = re.sub(r"https?://\S+|CST|MSK|UTC|WHMCS Stock Monitor", " ", " ".join(texts))
    return re.findall(r"[A-Za-z]{2,}", whole)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_words_and_placeholders_of_english(language):
    english, other = CATALOGUE[Language.ENGLISH], CATALOGUE[language]
    assert other.keys() == english.keys()
    differing = [key for key in english if placeholders(english[key]) != placeholders(other[key])]
    assert differing == []
    assert all(other.values())


def test_every_language_of_the_settings_has_words():
    assert set(CATALOGUE) == set(Language.values)


def test_every_kind_cause_and_reason_has_words():
    keys = set(CATALOGUE[Language.ENGLISH])
    assert {f"event.{kind}" for kind in EventType.values} <= keys
    assert {f"line.{kind}" for kind in EventType.values} <= keys
    assert {f"cause.{kind}" for kind in AlertKind.values} <= keys
    assert {f"why.{reason}" for reason in ResolveReason.values} <= keys


def test_english_labels_are_those_of_the_desk():
    english = CATALOGUE[Language.ENGLISH]
    assert {kind.value: kind.label for kind in EventType} == {
        kind: english[f"event.{kind}"] for kind in EventType.values
    }


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("event_type", EventType.values)
def test_no_english_is_left_and_no_value_is_missing(monitor, event_type, language):
    message = said(monitor, language, stored(monitor, event_type))
    shown = [message.subject, message.text, people_read(message.html)]
    assert english_in(*shown) == []
    for text in shown:
        assert not re.search(r"[{}]|None", text)
        assert ".." not in text.replace("……", "")


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("event_type", EventType.values)
def test_a_kind_of_event_has_words_when_hardly_anything_is_known(monitor, event_type, language):
    nothing: dict[str, Any] = {
        "from_quantity": None,
        "to_quantity": None,
        "delta": None,
        "metadata": {},
    }
    event = stored(monitor, event_type, message="", threshold_value=None, **nothing)
    message = said(monitor, language, event)
    assert message.text.splitlines()[0]
    assert not re.search(r"[{}]|None|\bunknown\b", message.subject + message.text)
    if language != Language.ENGLISH:
        assert english_in(message.subject, message.text, people_read(message.html)) == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("kind", ["batch", "burst", "digest", "quiet", "reminders"])
def test_no_english_is_left_in_a_gathered_message(monitor, language, kind):
    kinds = ["stock_decreased", "stock_decreased", "sold_out", "alert_reminder"]
    events = [stored(monitor, one) for one in kinds]
    manner = Manner(language, zone_of("Asia/Shanghai"))
    message = render_events(events, notification_type=kind, total=len(events), manner=manner)
    more = render_events(events, notification_type=kind, total=9, manner=manner)
    shown = [one for made in (message, more) for one in (made.subject, made.text)]
    assert english_in(*shown, people_read(message.html), people_read(more.html)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_test_message_is_in_the_language_of_its_channel(language, db):
    channel = make_channel(name="77", language=language)
    message = render_test(channel, AT)
    assert english_in(message.subject, message.text) == []


def test_stock_without_numbers_is_said_in_words_of_the_language(monitor):
    unknown = {"from_quantity": None, "to_quantity": None, "delta": None}
    event = stored(monitor, "restocked", **unknown)
    assert "库存：缺货 → 有货" in said(monitor, "zh-hans", event).text
    assert "Остаток: нет в наличии → в наличии" in said(monitor, "ru", event).text


def test_times_are_written_as_people_of_the_language_do(monitor):
    event = stored(monitor, "sold_out")
    assert said(monitor, "ru", event).text.endswith("21.11.2026 16:30 CST")
    assert said(monitor, "zh-hans", event).text.endswith("2026-11-21 16:30 CST")


def test_a_reminder_says_since_when_the_alert_is_open_and_how_it_stands(monitor):
    alert = Alert.objects.create(
        website=monitor.website, monitor=monitor, kind="low", opened_at=AT, subject="7 2"
    )
    event = stored(monitor, "alert_reminder", alert=alert, to_quantity=3, from_quantity=None)
    text = said(monitor, "en", event).text
    assert text.splitlines()[0] == "Still open: 7 2, low stock."
    assert "Stock: 3" in text.splitlines()
    assert "Threshold: 5" in text
    assert "Open since: 2026-11-21 16:30 CST" in text


def test_who_moved_an_alert_is_named_with_the_note(monitor):
    text = said(monitor, "ru", stored(monitor, "alert_acknowledged")).text
    assert "Кто: 42" in text
    assert "Заметка: 99" in text


def test_a_chat_does_not_repeat_what_its_subject_says(monitor):
    event = stored(monitor, "sold_out")
    short = said(monitor, "en", event, is_short=True)
    assert short.text.splitlines() == [
        "7 2 is sold out.",
        "Stock: 3 → 0",
        f"Link: {LINK}",
        "2026-11-21 16:30 CST",
    ]
    assert "Product" in short.html


def test_language_and_zone_are_of_the_channel_its_person_or_the_team(db):
    team = make_team(time_zone="Europe/Berlin", language="ru")
    user = make_user("ada", team=team)
    channel = make_channel(team)
    assert manner_of(channel)[:2] == ("ru", zone_of("Europe/Berlin"))
    channel.user = user
    assert manner_of(channel).language == "ru", "a person without wishes"
    Preferences.objects.create(user=user, language="zh-hans", time_zone="Asia/Shanghai")
    user.refresh_from_db()
    assert manner_of(channel)[:2] == ("zh-hans", zone_of("Asia/Shanghai"))
    channel.language = "en"
    assert manner_of(channel).language == "en"
