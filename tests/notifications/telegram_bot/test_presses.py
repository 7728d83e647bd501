"""Presses of the buttons below messages."""

from __future__ import annotations

import pytest
from django.utils import timezone

from demo.telegram import CHAT_ID
from monitoring.choices import AlertKind
from monitoring.models import Alert, Silence
from notifications.rendering import render_events
from notifications.services.outbox import deliver
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import make_channel, make_event, make_notification
from tests.notifications.telegram_bot.conftest import GROUP, bind, channel_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def told(channel, event_type="alert_opened", monitor=None, website=None, kind=AlertKind.LOW):
    """A message of an alert that arrived in the channel's chat; the alert."""
    about = monitor or (None if website else make_monitor(make_website(channel.team)))
    site = website or (about and about.website)
    assert site
    alert = Alert.objects.create(website=site, monitor=about, kind=kind, subject=str(about or site))
    event = make_event(about, event_type, website=site, alert=alert)
    row = make_notification(channel)
    row.events.set([event])
    columns = render_events([event], notification_type=event_type).columns()
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    deliver([row.pk])
    return alert


def test_an_alert_is_acknowledged_by_a_press_and_everybody_sees_by_whom(town, ada, team):
    alert = told(channel_of(bind(ada, team)))
    assert town.press("Ack") == "✓ Acknowledged by ada"
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", ada)
    assert town.buttons() == ["✓ Acknowledged by ada", "Mute 1 h", "Mute 24 h"]
    assert town.press("✓ Acknowledged by ada") == ""


def test_who_presses_second_sees_who_was_first(town, ada, team):
    bob = make_user("bob", team=team, role="operator")
    bind(bob, team, 55)
    link = bind(ada, team)
    group = bind(ada, team, GROUP)
    alert = told(channel_of(group))
    town.telegram.press(f"a:{alert.pk}:0", GROUP, user_id=CHAT_ID)
    query = town.telegram.press(f"a:{alert.pk}:0", GROUP, user_id=55)
    town.hear()
    assert "already, by ada" in town.telegram.answer_to(query)["text"]
    alert.refresh_from_db()
    assert alert.acknowledged_by == link.user


def test_what_is_over_needs_nobody(town, ada, team):
    alert = told(channel_of(bind(ada, team)))
    Alert.objects.update(status="resolved", resolved_at=timezone.now())
    assert town.press("Ack") == "It is resolved already."
    assert town.buttons()[0] == "It is resolved already."
    alert.refresh_from_db()
    assert alert.acknowledged_by is None


@pytest.mark.parametrize(("button", "hours"), [("Mute 1 h", 1), ("Mute 24 h", 24)])
def test_a_press_mutes_the_monitor(town, ada, team, button, hours):
    alert = told(channel_of(bind(ada, team)))
    assert "is muted until" in town.press(button)
    silence = Silence.objects.get()
    assert (silence.monitor, silence.created_by) == (alert.monitor, ada)
    assert hours - 0.1 < (silence.ends_at - timezone.now()).total_seconds() / 3600 <= hours
    ack, note = town.buttons()
    assert ack == "Ack"
    assert note.startswith("🔕 Muted until")
    assert note.endswith("by ada")


def test_trouble_with_a_website_mutes_the_website(town, ada, team):
    website = make_website(team, name="Nimbus")
    told(channel_of(bind(ada, team)), website=website, kind=AlertKind.UNREACHABLE)
    town.press("Mute 1 h")
    assert Silence.objects.get().website == website


def test_a_strangers_press_in_a_group_changes_and_shows_nothing(town, ada, team):
    alert = told(channel_of(bind(ada, team, GROUP)))
    query = town.telegram.press("Ack", GROUP, user_id=666)
    town.hear()
    answer = town.telegram.answer_to(query)
    assert "I do not know you" in answer["text"]
    assert str(answer["show_alert"]).lower() == "true"
    assert str(alert.monitor) not in answer["text"]
    alert.refresh_from_db()
    assert alert.status == "open"
    assert town.buttons(GROUP)[0] == "Ack"


def test_a_viewer_is_refused(town, team):
    alert = told(channel_of(bind(make_user("vic", team=team, role="viewer"), team)))
    assert town.press("Ack") == "You may not do this here."
    assert town.press("Mute 1 h") == "You may not do this here."
    alert.refresh_from_db()
    assert alert.status == "open"
    assert not Silence.objects.exists()


@pytest.mark.parametrize("form", ["a:{alert}", "m:{monitor}:1", "w:{website}:24"])
def test_a_forged_press_reaches_no_other_team(town, ada, team, form):
    hidden = make_monitor(make_website(make_team("Secret")), product_name="Hidden")
    foreign = Alert.objects.create(website=hidden.website, monitor=hidden, kind=AlertKind.LOW)
    told(channel_of(bind(ada, team)))
    data = form.format(alert=foreign.pk, monitor=hidden.pk, website=hidden.website_id)
    query = town.telegram.press_data(data, CHAT_ID, 1)
    town.hear()
    assert "There is nothing" in town.telegram.answer_to(query)["text"]
    foreign.refresh_from_db()
    assert foreign.status == "open"
    assert not Silence.objects.exists()


def test_rights_in_a_team_do_not_reach_into_the_chat_of_another(town, ada, team):
    """Ada is in both teams; her press in Acme's chat names an alert of the other."""
    second = make_team("Second")
    second.memberships.create(user=ada, role="owner")
    monitor = make_monitor(make_website(second))
    alert = Alert.objects.create(website=monitor.website, monitor=monitor, kind=AlertKind.LOW)
    told(channel_of(bind(ada, team)))
    town.telegram.press_data(f"a:{alert.pk}", CHAT_ID, 1)
    town.hear()
    alert.refresh_from_db()
    assert alert.status == "open"


def test_messages_of_a_channel_that_was_made_by_hand_can_be_pressed_too(town, ada, team):
    bind(ada, team)
    alert = told(make_channel(team, kind="telegram", config={"chat_id": str(GROUP)}, secrets={}))
    town.telegram.press("Ack", GROUP, user_id=CHAT_ID)
    town.hear()
    alert.refresh_from_db()
    assert alert.status == "acknowledged"


@pytest.mark.parametrize(
    "data", ["n", "a:", "a:0", "m:1:7", "p:monitors:9", "p:secrets:1", "💥", "x" * 64]
)
def test_odd_presses_are_answered_and_do_nothing(town, ada, team, data):
    told(channel_of(bind(ada, team)))
    query = town.telegram.press_data(data, CHAT_ID, 1)
    town.hear()
    assert town.telegram.answer_to(query)
    assert not Silence.objects.exists()
    assert Alert.objects.get().status == "open"


def test_a_press_on_a_message_too_old_to_be_shown_still_counts(town, ada, team):
    alert = told(channel_of(bind(ada, team)))
    query = town.telegram.press_data(f"a:{alert.pk}:0", CHAT_ID, 999_999)
    town.hear()
    assert town.telegram.answer_to(query)["text"].startswith("✓")


def test_a_restock_has_no_acknowledge_button(town, ada, team):
    told(channel_of(bind(ada, team)), "restocked")
    assert town.buttons() == ["Mute 1 h", "Mute 24 h"]
