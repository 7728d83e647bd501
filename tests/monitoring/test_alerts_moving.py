"""Alerts that people move, and that a change of thresholds or monitors moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.services.preferences import preferences_update
from common.errors import ConflictError
from monitoring.alerting import Author
from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.services.alerts import CheckSummary, alert_acknowledge, alert_resolve, alerts_check
from monitoring.services.monitors import (
    monitor_pause,
    monitor_resume,
    monitor_update,
    monitors_delete,
)
from monitoring.services.stepping import states_load, step_of
from monitoring.services.stockwriting import write_steps
from monitoring.signals import history_recorded
from tests.factories import make_monitor, make_user, reading, snapshot
from tests.monitoring.polls import alert_events, events, poll, website
from websites.services import website_update
from websites.sources.errors import AuthError

__all__ = ["website"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor(website):
    return make_monitor(website, product_id="1", threshold_low=5)


@pytest.fixture
def ada(website):
    user = make_user("ada", team=website.team)
    return Author("user", user.pk, "ada")


def see(website, *quantities, later=0):
    for quantity in quantities:
        poll(website, snapshot(reading(quantity), body_hash=f"1:{quantity}"), later=later)


def unresolved():
    return set(Alert.objects.unresolved().values_list("kind", flat=True))


def test_acknowledging_is_an_event_with_its_author(website, monitor, ada):
    see(website, 10, 3)
    alert = alert_acknowledge(alert=Alert.objects.get(), author=ada, note="ordered")
    assert (alert.status, alert.acknowledged_by_id, alert.note) == (
        "acknowledged", ada.id, "ordered",
    )  # fmt: skip
    event = MonitorHistory.objects.latest("id")
    assert (event.event_type, event.alert, event.monitor) == ("alert_acknowledged", alert, monitor)
    assert event.metadata["author"] == {"kind": "user", "id": ada.id, "name": "ada"}
    assert event.metadata["note"] == "ordered"


def test_of_two_people_who_acknowledge_the_second_is_told(website, monitor, ada):
    see(website, 10, 3)
    alert_acknowledge(alert=Alert.objects.get(), author=ada)
    with pytest.raises(ConflictError, match="acknowledged already"):
        alert_acknowledge(alert=Alert.objects.get(), author=ada)
    alert_resolve(alert=Alert.objects.get(), author=ada)
    with pytest.raises(ConflictError, match="resolved already"):
        alert_resolve(alert=Alert.objects.get(), author=ada)
    assert [told[0] for told in alert_events()] == ["opened", "acknowledged", "resolved"]


def test_an_acknowledged_alert_resolves_by_itself(website, monitor, ada):
    see(website, 10, 3)
    alert_acknowledge(alert=Alert.objects.get(), author=ada)
    see(website, 9)
    assert unresolved() == set()


def test_what_a_person_resolved_stays_so_until_it_was_otherwise(website, monitor, ada):
    see(website, 10, 3)
    alert_resolve(alert=Alert.objects.get(), author=ada, note="known")
    see(website, 2, later=2 * 86_400)
    assert alerts_check(team=website.team).opened == 0
    assert unresolved() == set()
    see(website, 9, 3, later=2 * 86_400)
    assert unresolved() == {"low"}
    resolved = Alert.objects.get(status="resolved")
    assert (resolved.resolve_reason, resolved.resolved_by_id) == ("manual", ada.id)


def test_people_who_listen_hear_of_it_after_the_commit(
    website, monitor, ada, django_capture_on_commit_callbacks
):
    see(website, 10, 3)
    heard = []
    listener = lambda event_ids, **rest: heard.extend(event_ids)  # noqa: E731
    history_recorded.connect(listener, weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            alert_resolve(alert=Alert.objects.get(), author=ada)
    finally:
        history_recorded.disconnect(dispatch_uid="test")
    assert heard == [MonitorHistory.objects.latest("id").pk]


def test_a_threshold_that_is_raised_opens_at_once_and_one_that_is_lowered_resolves(website):
    monitor = make_monitor(website, product_id="1", threshold_low=2)
    see(website, 5)
    monitor_update(monitor=monitor, threshold_low=8)
    assert unresolved() == {"low"}
    monitor_update(monitor=monitor, threshold_low=7)
    assert Alert.objects.get().threshold == 7
    monitor_update(monitor=monitor, threshold_low=3)
    assert Alert.objects.get().resolve_reason == "threshold"
    see(website, 5)
    assert events() == ["threshold_breach_low", "threshold_recovered"]


def test_a_threshold_that_is_taken_away_resolves_silently_about_recovery(website, monitor):
    see(website, 10, 0)
    monitor_update(monitor=monitor, threshold_low=None)
    assert Alert.objects.get().resolve_reason == "threshold"
    assert events() == ["sold_out"]


def test_the_threshold_of_the_team_is_compared_at_once(website):
    make_monitor(website, product_id="1")
    see(website, 5)
    team = website.team
    team.low_stock_threshold = 9
    team.save()
    assert unresolved() == {"low"}
    team.low_stock_threshold = None
    team.save()
    assert unresolved() == set()


def test_a_monitor_that_is_paused_has_no_alert_and_a_resumed_one_opens_it_silently(
    website, monitor
):
    see(website, 10, 3)
    monitor_pause(monitor=monitor)
    assert Alert.objects.get().resolve_reason == "paused"
    assert alerts_check(team=website.team) == CheckSummary()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        monitor_resume(monitor=monitor)
    assert unresolved() == {"low"}
    assert alert_events()[-1] == ("opened", "low", "baseline")


def test_a_deleted_monitor_leaves_its_alert_with_the_reason(website, monitor):
    see(website, 10, 3)
    assert monitors_delete(monitors=Monitor.objects.all()) == 1
    alert = Alert.objects.get()
    assert (alert.status, alert.resolve_reason, alert.monitor) == ("resolved", "deleted", None)
    event = MonitorHistory.objects.get()
    assert (event.event_type, event.monitor, event.alert) == ("alert_resolved", None, alert)
    assert event.metadata["subject"] == "VPS 1"


def test_a_monitor_that_watches_something_else_leaves_its_alert_behind(website, monitor):
    see(website, 10, 3)
    monitor_update(monitor=monitor, product_id="2")
    assert unresolved() == set()


def test_a_check_opens_what_nobody_noticed_and_only_that(website, monitor):
    see(website, 10)
    make_monitor(website, product_id="9", threshold_low=5)
    Monitor.objects.filter(pk=monitor.pk).update(quantity=2, threshold_state="low")
    assert alerts_check(team=website.team) == CheckSummary(checked=1, opened=1, resolved=0)
    assert alerts_check(team=website.team) == CheckSummary(checked=1, opened=0, resolved=0)
    assert alert_events() == [("opened", "low", "baseline")]


def test_a_check_of_one_team_leaves_another_alone(website, monitor, ada):
    see(website, 10)
    Monitor.objects.update(quantity=2, threshold_state="low")
    other = make_monitor(threshold_low=5)
    assert alerts_check(team=other.website.team).checked == 0
    assert unresolved() == set()


@pytest.mark.parametrize("change", [{"status": "paused"}, {"threshold_low": 30}])
def test_a_monitor_moved_while_it_was_read_keeps_what_was_said_of_it(website, monitor, change):
    see(website, 10)
    (state,) = states_load(Monitor.objects.filter(pk=monitor.pk), website.pk)
    step = step_of(state, reading(3), source="whmcs_api", proof={})
    assert step is not None
    monitor_update(monitor=monitor, **change)
    before = alert_events()
    written = write_steps(website_id=website.pk, run_id=None, steps=[step], now=timezone.now())
    assert (written.changes, alert_events()) == (0, before)
    assert Monitor.objects.get().quantity == 10


def test_what_was_read_of_another_product_is_no_stock_of_this_one(website, monitor):
    (state,) = states_load(Monitor.objects.filter(pk=monitor.pk), website.pk)
    step = step_of(state, reading(3), source="whmcs_api", proof={})
    assert step is not None
    monitor_update(monitor=monitor, product_id="2")
    write_steps(website_id=website.pk, run_id=None, steps=[step], now=timezone.now())
    assert Monitor.objects.values_list("quantity", "first_read_at").get() == (None, None)


@pytest.mark.parametrize("is_resolved_by_hand", [False, True])
def test_what_was_told_of_another_product_hides_nothing_of_this_one(
    website, monitor, ada, is_resolved_by_hand
):
    see(website, 10, 3)
    if is_resolved_by_hand:
        alert_resolve(alert=Alert.objects.get(), author=ada)
    monitor_update(monitor=monitor, product_id="2")
    for quantity in (9, 2):
        listing = snapshot(reading(quantity, product_id="2"), body_hash=f"2:{quantity}")
        poll(website, listing, later=60)
    assert alert_events()[-1] == ("opened", "low", "")


def test_a_shop_that_is_polled_no_more_is_not_unreachable_for_ever(website, monitor):
    see(website, 10, 3)
    poll(website, AuthError("Log-in refused."))
    assert unresolved() == {"low", "unreachable"}
    website.refresh_from_db()
    website_update(website=website, source="manual")
    assert unresolved() == {"low"}
    assert Alert.objects.get(kind="unreachable").resolve_reason == "paused"
    website.refresh_from_db()
    assert (website.health, website.is_announced_down, website.last_error) == ("never", False, "")


def test_what_was_low_by_the_wish_of_its_owner_is_not_when_they_are_deleted(
    website, django_capture_on_commit_callbacks
):
    owner = make_user()
    make_monitor(website, product_id="1", owner=owner)
    see(website, 10, 3)
    assert unresolved() == {"low"}
    with django_capture_on_commit_callbacks(execute=True):
        owner.delete()
    assert Alert.objects.get().resolve_reason == "threshold"


def test_wishes_of_whoever_left_the_team_judge_none_of_its_stock(
    website, django_capture_on_commit_callbacks
):
    bea = make_user("bea", team=website.team)
    mine = make_monitor(website, product_id="1", owner=bea)
    see(website, 10, 3)
    assert unresolved() == {"low"}
    with django_capture_on_commit_callbacks(execute=True):
        bea.memberships.get(team=website.team).delete()
    mine.refresh_from_db()
    assert (mine.owner, Alert.objects.get().resolve_reason) == (None, "threshold")
    with django_capture_on_commit_callbacks(execute=True):
        preferences_update(user=bea, alert_threshold=50)
    assert unresolved() == set()
