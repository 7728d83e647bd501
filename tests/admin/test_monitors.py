"""What people do with monitors at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.admin.badges import stock_badge
from monitoring.models import Monitor, StockRecord
from tests.admin.conftest import texts
from tests.admin.world import World, make_world, page
from tests.factories import make_monitor, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db


def form(world: World, **values: Any) -> dict[str, Any]:
    return {
        "website": world.website.pk,
        "product_id": "77",
        "product_name": "VPS 77",
        "labels": "",
        "threshold_low": "3",
        "notify_on_restock": "on",
        "zero_means": "auto",
        "hysteresis": "1",
        "confirm_reads": "2",
        **values,
    }


def verb(monitor: Monitor, name: str) -> str:
    return page(Monitor, name, monitor.pk)


def test_an_operator_adds_a_monitor(operator: Client, world: World) -> None:
    operator.post(page(Monitor, "add"), form(world))
    made = Monitor.objects.get(product_id="77")
    assert (made.website, made.threshold_low, made.notify_on_sold_out) == (world.website, 3, False)


def test_a_product_that_is_watched_already_is_refused(operator: Client, world: World) -> None:
    values = form(world, product_id=world.monitor.product_id)
    response = operator.post(page(Monitor, "add"), values)
    assert "product_id" in response.context["adminform"].form.errors


def test_a_viewer_reads_and_changes_nothing(viewer: Client, world: World) -> None:
    address = page(Monitor, "change", world.monitor.pk)
    assert viewer.get(address).status_code == 200
    assert viewer.post(address, form(world)).status_code == 403
    assert viewer.post(verb(world.monitor, "pause")).status_code == 403
    assert viewer.get(page(Monitor, "add")).status_code == 403


def test_a_change_clears_the_applied_hash_of_its_website(operator: Client, world: World) -> None:
    Website.objects.filter(pk=world.website.pk).update(applied_hash="1:abc")
    values = form(world, product_id=world.monitor.product_id, threshold_low="4")
    operator.post(page(Monitor, "change", world.monitor.pk), values)
    world.monitor.refresh_from_db()
    world.website.refresh_from_db()
    assert world.monitor.threshold_low == 4
    assert world.website.applied_hash.startswith("!")


def list_form(monitor: Monitor, **values: Any) -> dict[str, Any]:
    return {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": monitor.pk,
        "_save": "Save",
        **{f"form-0-{name}": value for name, value in values.items()},
    }


def test_thresholds_are_edited_in_the_list(operator: Client, world: World) -> None:
    Website.objects.filter(pk=world.website.pk).update(applied_hash="1:abc")
    values = list_form(world.monitor, threshold_low=9, threshold_high="")
    operator.post(page(Monitor, "changelist"), values)
    world.monitor.refresh_from_db()
    world.website.refresh_from_db()
    assert (world.monitor.threshold_low, world.monitor.threshold_high) == (9, None)
    assert world.website.applied_hash.startswith("!")
    assert world.monitor.product_name == "mine-0-product"


def test_a_viewer_of_the_row_cannot_edit_it_in_the_list(world: World, operator: Client) -> None:
    """The list is opened by a role in one team, but each row counts by its own."""
    other = make_world("second")
    other.team.memberships.create(user=world.operator, role="viewer")
    response = operator.post(
        page(Monitor, "changelist") + f"?website__id__exact={other.website.pk}",
        list_form(other.monitor, threshold_low=99, threshold_high=""),
    )
    other.monitor.refresh_from_db()
    assert response.status_code == 403
    assert other.monitor.threshold_low == 2


def test_pausing_and_resuming(operator: Client, world: World) -> None:
    response = operator.post(verb(world.monitor, "pause"), follow=True)
    assert "paused" in texts(response)
    assert "The monitor is paused" in response.content.decode()
    operator.post(verb(world.monitor, "resume"))
    world.monitor.refresh_from_db()
    assert world.monitor.status == "active"


def test_many_are_paused_from_the_list(operator: Client, world: World) -> None:
    more = make_monitor(world.website)
    operator.post(
        page(Monitor, "changelist"),
        {"action": "pause", "_selected_action": [world.monitor.pk, more.pk]},
    )
    assert set(Monitor.objects.values_list("status", flat=True)) == {"paused"}


def test_too_many_rows_at_once_are_refused(
    operator: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.verbs.LIST_LIMIT", 1)
    make_monitor(world.website)
    ids = list(Monitor.objects.values_list("pk", flat=True))
    response = operator.post(
        page(Monitor, "changelist"), {"action": "pause", "_selected_action": ids}, follow=True
    )
    assert "at most 1 rows" in texts(response)
    assert not Monitor.objects.filter(status="paused").exists()


def test_deleting_in_the_list_clears_the_applied_hash(operator: Client, world: World) -> None:
    Website.objects.filter(pk=world.website.pk).update(applied_hash="1:abc")
    operator.post(
        page(Monitor, "changelist"),
        {"action": "delete_selected", "_selected_action": [world.monitor.pk], "post": "yes"},
    )
    world.website.refresh_from_db()
    assert not Monitor.objects.exists()
    assert world.website.applied_hash.startswith("!")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"first_read_at": None}, "Not read yet"),
        ({"quantity": 5}, "5 in stock"),
        ({"quantity": 1234567}, "1\u202f234\u202f567 in stock"),
        ({"quantity": 0, "available": False}, "Sold out"),
        ({"quantity": None, "available": None}, "Unknown"),
        ({"quantity": None, "stock_control_enabled": False}, "Unlimited"),
        ({"quantity": None, "stock_control_enabled": None}, "In stock"),
        ({"quantity": 1, "threshold_state": "low"}, "Low: 1 left"),
        ({"quantity": 900, "threshold_state": "high"}, "900 in stock"),
    ],
)
def test_the_stock_badge_says_what_is_known(
    world: World, state: dict[str, Any], words: str
) -> None:
    for name, value in state.items():
        setattr(world.monitor, name, value)
    assert words in stock_badge(world.monitor)


@pytest.mark.parametrize(("choice", "found"), [("in", 1), ("out", 0), ("low", 0), ("nonsense", 1)])
def test_the_list_is_filtered_by_stock(
    viewer: Client, world: World, choice: str, found: int
) -> None:
    response = viewer.get(page(Monitor, "changelist") + f"?stock={choice}")
    assert response.context["cl"].result_count == found


@pytest.mark.parametrize("days", ["1", "30", "x", "99999"])
def test_the_page_draws_the_chart_of_the_chosen_days(
    viewer: Client, world: World, days: str
) -> None:
    response = viewer.get(page(Monitor, "change", world.monitor.pk) + f"?days={days}")
    assert response.context["chart_days"] == (int(days) if days in {"1", "30"} else 0)
    assert b"desk-chart-line" in response.content


def test_a_monitor_older_than_a_week_shows_the_last_week(viewer: Client, world: World) -> None:
    world.monitor.first_read_at = timezone.now() - timedelta(days=30)
    world.monitor.save()
    response = viewer.get(page(Monitor, "change", world.monitor.pk))
    assert response.context["chart_days"] == 7


def test_a_monitor_without_records_has_no_chart_but_a_sentence(
    viewer: Client, world: World
) -> None:
    StockRecord.objects.all().delete()
    text = viewer.get(page(Monitor, "change", world.monitor.pk)).content.decode()
    assert "No stock is known in these days" in text


def test_times_are_shown_in_the_zone_of_the_only_team(viewer: Client, world: World) -> None:
    world.team.time_zone = "Asia/Tokyo"
    world.team.save()
    assert b"JST" in viewer.get(page(Monitor, "changelist")).content
    world.team.time_zone = "Not/AZone"
    world.team.save()
    assert b"UTC" in viewer.get(page(Monitor, "changelist")).content


def test_manual_stock_is_set_on_the_page(operator: Client, viewer: Client, world: World) -> None:
    monitor = make_monitor(make_website(world.team, source="manual", url=""))
    address = page(Monitor, "change", monitor.pk)
    assert "Set stock" in operator.get(address).content.decode()
    assert "Set stock" not in viewer.get(address).content.decode()
    operator.post(verb(monitor, "stock"), {"quantity": "7"})
    monitor.refresh_from_db()
    assert monitor.quantity == 7
    for typed in ("", "many", "1e5", "9" * 30):
        response = operator.post(verb(monitor, "stock"), {"quantity": typed}, follow=True)
        assert "whole number" in texts(response)
    assert viewer.post(verb(monitor, "stock"), {"quantity": "1"}).status_code == 403


def test_stock_of_a_polled_shop_cannot_be_typed(operator: Client, world: World) -> None:
    response = operator.post(verb(world.monitor, "stock"), {"quantity": "7"}, follow=True)
    assert "does not apply" in texts(response)
