"""What people write, and what they are answered."""

from __future__ import annotations

import pytest
from django.utils import timezone

from demo.telegram import CHAT_ID
from monitoring.choices import AlertKind
from monitoring.models import Alert, MonitorHistory, Silence
from notifications.telegram_bot.commands import COMMANDS
from notifications.telegram_bot.words import ORDER, TEXTS, say
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.telegram_bot.conftest import GROUP, bind, channel_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def website(team):
    return make_website(team, name="Nimbus")


@pytest.fixture
def monitor(website):
    return make_monitor(website, product_name="KVM <1> & more", quantity=2, available=True)


@pytest.fixture
def alert(monitor):
    return open_alert(monitor)


def open_alert(monitor, **fields):
    values = {"website": monitor.website, "monitor": monitor, "kind": AlertKind.LOW}
    return Alert.objects.create(**{**values, "subject": str(monitor), **fields})


def test_help_lists_every_command_and_the_menu_does_too(town, ada, team):
    bind(ada, team)
    told = town.say("/help")
    assert all(command.usage in told for command in COMMANDS.values())
    menu = town.telegram.updates.commands
    assert {row["command"] for row in menu[""]} == set(COMMANDS)
    assert set(menu) == {"", "zh", "ru"}


def test_every_text_is_there_in_every_language_with_the_same_values():
    for key, texts in TEXTS.items():
        assert len(texts) == len(ORDER)
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts]
        assert fields[0] == fields[1] == fields[2], key
    assert say("help", "xx") == say("help", "en")


def test_status_counts_the_team_of_the_chat_only(town, ada, team, monitor, alert):
    elsewhere = make_team("Elsewhere")
    elsewhere.memberships.create(user=ada, role="owner")
    make_monitor(make_website(elsewhere))
    bind(ada, team)
    told = town.say("/status")
    assert told.startswith("Acme\nMonitors: 1 (1 in stock")
    assert "Open alerts: 1" in told


def test_stock_finds_products_by_name_and_shows_names_as_they_are(town, ada, team, monitor):
    make_monitor(monitor.website, product_name="Other", available=False)
    bind(ada, team)
    told = town.say("/stock kvm")
    assert told == f"{monitor.pk} KVM <1> & more · 2 Nimbus"
    assert "sold out" in town.say("/stock other")
    assert town.say("/stock nothing like it") == "Nothing found."
    assert "/stock name" in town.say("/stock")


def test_long_lists_have_pages_that_turn_in_place(town, ada, team, website):
    for number in range(40):
        make_monitor(website, product_name=f"VPS {number:02} " + "x" * 200)
    bind(ada, team)
    told = town.say("/monitors")
    assert told.startswith("Page 1 of 3")
    assert "VPS 00" in told
    assert town.buttons() == ["›"]
    town.press("›")
    shown = town.world.messages("telegram")[-1]
    assert shown.detail["method"] == "editMessageText"
    assert shown.text.startswith("Page 2 of 3")
    assert town.buttons() == ["‹", "›"]
    assert town.say("/monitors 3").startswith("Page 3 of 3")
    assert town.say("/monitors 999").startswith("Page 3 of 3")


def test_alerts_are_listed_with_who_has_them(town, ada, team, monitor, alert):
    bind(ada, team)
    assert f"{alert.pk} Low stock KVM <1> & more · since" in town.say("/alerts")
    town.say(f"/ack {alert.pk}")
    assert "Acknowledged by ada" in town.say("/alerts")
    Alert.objects.update(status="resolved", resolved_at=timezone.now())
    assert town.say("/alerts") == "No open alerts."


def test_an_alert_is_acknowledged_by_its_number_once(town, ada, team, alert):
    bind(ada, team)
    assert town.say(f"/ack {alert.pk}") == "✓ Acknowledged by ada"
    assert "already, by ada" in town.say(f"/ack #{alert.pk}")
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", ada)
    event = MonitorHistory.objects.get(event_type="alert_acknowledged")
    assert event.metadata["author"] == {"kind": "bot", "id": ada.pk, "name": "ada"}


def test_a_monitor_is_muted_and_speaks_again(town, ada, team, monitor):
    bind(ada, team)
    assert "is muted until" in town.say(f"/mute {monitor.pk} 3")
    silence = Silence.objects.get()
    assert (silence.monitor, silence.created_by, silence.author) == (monitor, ada, "ada")
    assert 2.9 < (silence.ends_at - timezone.now()).total_seconds() / 3600 <= 3
    town.say(f"/mute {monitor.pk} 3")
    assert Silence.objects.count() == 1, "said again, it is the same"
    town.say(f"/mute {monitor.pk}")
    assert Silence.objects.count() == 2
    assert "speaks again" in town.say(f"/unmute {monitor.pk}")
    assert not Silence.objects.in_force(timezone.now()).exists()
    assert "is not muted" in town.say(f"/unmute {monitor.pk}")


def test_a_website_is_muted_by_its_letter(town, ada, team, website):
    bind(ada, team)
    assert "Nimbus is muted" in town.say(f"/mute w{website.pk}")
    assert Silence.objects.get().website == website
    assert "Nimbus speaks again" in town.say(f"/unmute w{website.pk}")


@pytest.mark.parametrize(
    "words",
    ["/mute", "/mute 1 0", "/mute 1 721", "/mute 1 x", "/ack", "/unmute", "/mute 1 ٣"],
)
def test_what_is_written_wrongly_is_answered_with_how_to_write_it(town, ada, team, words):
    bind(ada, team)
    assert "Write it like this: /" in town.say(words)


@pytest.mark.parametrize("words", ["/ack {}", "/mute {}", "/unmute {}", "/mute w{}", "/ack x{}"])
def test_rows_of_other_teams_are_not_there(town, ada, team, words):
    other = make_monitor(make_website(make_team("Secret"), name="Hidden"), product_name="Hidden")
    foreign = open_alert(other)
    bind(ada, team)
    number = foreign.pk if "ack" in words else (other.website_id if "w{" in words else other.pk)
    told = town.say(words.format(number))
    assert "There is nothing with the number" in told
    assert "Hidden" not in told
    assert not Silence.objects.exists()
    foreign.refresh_from_db()
    assert foreign.status == "open"


def test_a_viewer_reads_and_does_not_act(town, team, monitor, alert):
    bind(make_user("vic", team=team, role="viewer"), team)
    assert "KVM" in town.say("/monitors")
    for words in (f"/ack {alert.pk}", f"/mute {monitor.pk}", f"/unmute {monitor.pk}"):
        assert town.say(words) == "You may not do this here."
    assert not Silence.objects.exists()


def test_in_a_group_rights_are_those_of_who_writes(town, ada, team, alert):
    bind(ada, team, GROUP)
    bind(make_user("vic", team=team, role="viewer"), team, 71)
    evil = make_team("Evil")
    bind(make_user("eve", team=evil), evil, 66)
    assert "I do not know you" in town.say("/alerts", GROUP, user_id=5)
    assert town.say("/alerts", GROUP, user_id=66) == "You may not do this here."
    assert "KVM" in town.say("/alerts", GROUP, user_id=71)
    assert town.say(f"/ack {alert.pk}", GROUP, user_id=71) == "You may not do this here."
    assert town.say("/unlink", GROUP, user_id=71) == "You may not do this here."
    bind(ada, team)
    assert "✓ Acknowledged by ada" in town.say(f"/ack@demo_bot {alert.pk}", GROUP, user_id=CHAT_ID)


def test_only_what_is_meant_for_us_is_answered_in_a_group(town, ada, team):
    bind(ada, team, GROUP)
    for words in ("hello", "/help@other_bot", "/nonsense", "/"):
        assert town.say(words, GROUP, user_id=CHAT_ID) == ""
    assert "I do not know this command" in town.say("hello")


def test_a_chat_says_what_it_is_told_of(town, ada, team):
    link = bind(ada, team)
    assert "alert_opened, alert_reminder" in town.say("/subscribe")
    assert town.say("/subscribe restocked, sold_out") == "This chat is told of: restocked, sold_out"
    assert channel_of(link).subscriptions.get(is_active=True).events == ["restocked", "sold_out"]
    assert town.say("/subscribe all").endswith("told of: all")
    assert "Unknown: nonsense" in town.say("/subscribe nonsense")


def test_what_a_group_is_told_of_is_an_owners_business(town, ada, team):
    bind(ada, team, GROUP)
    bind(make_user("opa", team=team, role="operator"), team, 72)
    assert town.say("/subscribe restocked", GROUP, user_id=72) == "You may not do this here."


def test_answers_come_in_the_language_of_the_chat(town, ada, team):
    link = bind(ada, team)
    link.language = "zh-hans"
    link.save()
    assert town.say("/alerts") == "没有未解决的警报。"


def test_a_stranger_learns_nothing(town, team, monitor, alert):
    for name in COMMANDS:
        told = town.say(f"/{name} {alert.pk}")
        assert "Acme" not in told
        assert "KVM" not in told
