"""What people do with alerts, silences and their own wishes at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Preferences
from monitoring.models import Alert, Monitor, Silence
from notifications.models import Channel
from tests.admin.conftest import texts
from tests.admin.world import World, page
from tests.factories import make_monitor
from tests.notifications.factories import make_channel
from websites.models import Website

pytestmark = pytest.mark.django_db
MINE = "/admin/notifications/channel/my-alerts/"


@pytest.fixture
def alert(world: World) -> Alert:
    found = world.rows[Alert]
    assert isinstance(found, Alert)
    return found


def test_open_alerts_stand_before_those_somebody_cares_about_and_those_that_are_over(
    viewer: Client, world: World, alert: Alert
) -> None:
    for status, name in (("resolved", "A"), ("acknowledged", "B"), ("open", "C")):
        Alert.objects.create(
            website=world.website,
            monitor=make_monitor(world.website),
            kind="low",
            subject=f"Alert {name}",
            status=status,
            opened_at=timezone.now() - timedelta(days=1),
            resolved_at=timezone.now() if status == "resolved" else None,
        )
    shown = viewer.get(page(Alert, "changelist")).content.decode()
    places = [shown.index(name) for name in (alert.subject, "Alert C", "Alert B", "Alert A")]
    assert places == sorted(places)


def test_an_operator_acknowledges_with_a_note_and_the_story_tells_it(
    operator: Client, world: World, alert: Alert
) -> None:
    answer = operator.post(
        page(Alert, "acknowledge", alert.pk), {"note": "More are ordered"}, follow=True
    )
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", world.operator)
    assert "nobody is reminded" in texts(answer)
    shown = answer.content.decode()
    assert "More are ordered" in shown
    assert "mine-operator" in shown


def test_many_are_resolved_after_one_question_with_one_note(
    operator: Client, world: World, alert: Alert
) -> None:
    other = Alert.objects.create(website=world.website, kind="unreachable", subject="Shop")
    chosen = {"action": "resolve", "_selected_action": [alert.pk, other.pk]}
    question = operator.post(page(Alert, "changelist"), chosen)
    assert "Resolve 2 alerts" in question.content.decode()
    assert Alert.objects.unresolved().count() == 2
    operator.post(page(Alert, "changelist"), {**chosen, "confirmed": "yes", "note": "Sale"})
    assert not Alert.objects.unresolved().exists()
    assert set(Alert.objects.values_list("note", flat=True)) == {"Sale"}


def test_a_viewer_reads_alerts_and_moves_none(viewer: Client, alert: Alert) -> None:
    shown = viewer.get(page(Alert, "change", alert.pk)).content.decode()
    assert "Timeline" in shown
    assert "Silence it" not in shown
    assert viewer.post(page(Alert, "resolve", alert.pk)).status_code == 403
    assert viewer.post(page(Alert, "silence", alert.pk), {"hours": "1"}).status_code == 403


def test_what_is_over_is_not_acknowledged(operator: Client, alert: Alert) -> None:
    operator.post(page(Alert, "resolve", alert.pk))
    answer = operator.post(page(Alert, "acknowledge", alert.pk), follow=True)
    assert "does not apply" in texts(answer)


@pytest.mark.parametrize("model", [Monitor, Website, Alert])
def test_one_press_silences_a_row_and_its_page_says_so(
    operator: Client, world: World, model: Any
) -> None:
    Silence.objects.all().delete()
    row = world.rows[model]
    body = {"hours": "8", "reason": "Moving"}
    answer = operator.post(page(model, "silence", row.pk), body, follow=True)
    made = Silence.objects.get()
    assert (made.reason, made.author, made.created_by) == (
        "Moving", "mine-operator", world.operator,
    )  # fmt: skip
    assert made.ends_at - made.starts_at == pytest.approx(
        timedelta(hours=8), abs=timedelta(seconds=5)
    )
    assert (made.monitor or made.website) == (world.website if model is Website else world.monitor)
    assert "Silenced" in answer.content.decode()


def test_a_span_that_is_not_offered_is_refused(operator: Client, world: World) -> None:
    before = Silence.objects.count()
    answer = operator.post(
        page(Monitor, "silence", world.monitor.pk), {"hours": "999"}, follow=True
    )
    assert "Choose how long" in texts(answer)
    assert Silence.objects.count() == before


def test_a_silence_ends_at_a_time_in_the_zone_of_who_types_it(
    operator: Client, world: World
) -> None:
    Preferences.objects.create(user=world.operator, time_zone="Asia/Tokyo")
    end = (timezone.now() + timedelta(days=2)).replace(microsecond=0, second=0)
    body = {"reason": "Night work", "span": "other", "team": world.team.pk,
            "ends_at": (end + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")}  # fmt: skip
    operator.post(page(Silence, "add"), body)
    assert Silence.objects.get(reason="Night work").ends_at == end


def test_a_silence_without_an_end_is_not_made(operator: Client, world: World) -> None:
    body = {"reason": "Night work", "span": "other", "team": world.team.pk}
    answer = operator.post(page(Silence, "add"), body)
    assert "ends_at" in answer.context["adminform"].form.errors


def test_a_silence_is_ended_early_and_only_once(operator: Client, world: World) -> None:
    row = world.rows[Silence]
    operator.post(page(Silence, "end", row.pk))
    assert Silence.objects.get(pk=row.pk).ends_at <= timezone.now()
    assert "does not apply" in texts(operator.post(page(Silence, "end", row.pk), follow=True))


def test_a_person_says_how_they_want_to_be_told(viewer: Client, world: World) -> None:
    assert "Nothing reaches you yet" in viewer.get(MINE).content.decode()
    body = {"is_enabled": "on", "email": "me@example.com", "alert_threshold": "7",
            "time_zone": "Asia/Tokyo", "quiet_from": "22:00", "quiet_until": "07:00"}  # fmt: skip
    answer = viewer.post(MINE, body, follow=True)
    assert "Saved." in texts(answer)
    row = Preferences.objects.get(user=world.viewer)
    assert (row.email, row.alert_threshold, row.time_zone) == ("me@example.com", 7, "Asia/Tokyo")
    channel = Channel.objects.get(user=world.viewer)
    assert channel.config == {"to": ["me@example.com"]}
    assert "Where it reaches you" in answer.content.decode()


def test_who_has_only_chosen_a_language_is_still_offered_the_address_of_the_account(
    viewer: Client, world: World
) -> None:
    viewer.post("/language/", {"language": "en"})
    assert Preferences.objects.get(user=world.viewer).email == ""
    assert viewer.get(MINE).context["form"].initial["email"] == world.viewer.email != ""


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(viewer: Client) -> None:
    answer = viewer.post(MINE, {"alert_threshold": "5", "phone": "12", "quiet_from": "22:00"})
    assert set(answer.context["form"].errors) == {"phone", "quiet_until"}
    assert not Preferences.objects.exists()


def test_a_channel_has_a_language_and_quiet_hours(owner: Client, world: World) -> None:
    channel = make_channel(world.team, url="https://hook.example")
    body = {"name": "Ops", "opt_webhook__url": "https://hook.example", "language": "ru",
            "quiet_from": "22:00", "quiet_until": ""}  # fmt: skip
    answer = owner.post(page(Channel, "change", channel.pk), body)
    assert "quiet_until" in answer.context["adminform"].form.errors
    owner.post(page(Channel, "change", channel.pk), {**body, "quiet_until": "07:00"})
    kept = Channel.objects.get(pk=channel.pk)
    assert (kept.language, str(kept.quiet_from)) == ("ru", "22:00:00")


def test_the_overview_counts_open_alerts(viewer: Client) -> None:
    tiles = viewer.get("/admin/").context["work_tiles"]
    assert ("Open alerts", 1) in [(tile.figure.label, tile.figure.number) for tile in tiles]
