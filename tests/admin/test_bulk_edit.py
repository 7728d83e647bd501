"""Many monitors changed at once: nothing happens before somebody saw how many rows and what."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership
from common.errors import InvalidInputError
from monitoring.models import Alert, Monitor
from monitoring.services import bulkedit
from tests.admin.conftest import texts
from tests.admin.world import World, make_world, page
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db

LIST = page(Monitor, "changelist")


@pytest.fixture
def rows(world: World) -> list[Monitor]:
    """Four monitors of two websites that were read: 5 in stock, low below 2."""
    other = make_website(world.team)
    return [world.monitor] + [
        make_monitor(
            website, product_id=f"b{number}", quantity=5, available=True, threshold_low=2,
            stock_control_enabled=True, first_read_at=world.monitor.first_read_at,
        )
        for number, website in enumerate((world.website, other, other))
    ]  # fmt: skip


def post(client: Client, rows: list[Monitor], query: str = "", **fields: Any) -> Any:
    ticked = [row.pk for row in rows]
    data = {"action": "bulk_edit", "_selected_action": ticked, **fields}
    return client.post(LIST + query, data, follow=True)


def low_to(number: object, **more: Any) -> dict[str, Any]:
    return {"threshold_low": "set", "threshold_low_number": number, **more}


def lows() -> list[int | None]:
    return list(Monitor.objects.order_by("pk").values_list("threshold_low", flat=True))


def test_the_form_asks_and_changes_nothing(operator: Client, rows: list[Monitor]) -> None:
    shown = post(operator, rows[:2])
    assert "Change thresholds and notices of 2 monitors" in shown.content.decode()
    assert lows() == [2, 2, 2, 2]


def test_the_question_names_how_many_rows_and_what(operator: Client, rows: list[Monitor]) -> None:
    Monitor.objects.filter(pk=rows[0].pk).update(threshold_low=4)
    fields = low_to(4, notify_on_price="on", threshold_high="clear")
    shown = post(operator, rows, step="look", **fields)
    assert shown.context["preview"] == (4, 4, {
        "threshold_low": 3, "threshold_high": 0, "notify_on_price": 4,
    })  # fmt: skip
    text = shown.content.decode()
    assert "Low threshold: 4" in text
    assert "Tell of price changes: on" in text
    assert lows() == [4, 2, 2, 2]


def test_after_the_yes_rows_alerts_and_the_audit_log_agree(
    operator: Client, world: World, rows: list[Monitor]
) -> None:
    Alert.objects.all().delete()
    fields = low_to(9, notify_on_restock="off")
    answer = post(operator, rows[:3], step="do", agreed=3, **fields)
    assert "3 monitors are changed; 3 alerts opened." in texts(answer)
    assert lows() == [9, 9, 9, 2]
    switches = Monitor.objects.order_by("pk").values_list("notify_on_restock", flat=True)
    assert list(switches) == [False, False, False, True]
    assert Alert.objects.filter(status="open", kind="low").count() == 3
    noted = [one.changes for one in AuditEntry.objects.filter(user=world.operator)]
    assert {"threshold_low of 2 monitors", "notify_on_restock of 2 monitors"} in map(set, noted)
    world.website.refresh_from_db()
    assert world.website.applied_hash.startswith("!")


def test_all_rows_of_a_search_are_changed_however_many_are_ticked(
    operator: Client, rows: list[Monitor]
) -> None:
    fields = low_to(1, select_across=1, step="do", agreed=3)
    post(operator, rows[:1], "?q=VPS", **fields)
    assert lows() == [2, 1, 1, 1]


def test_a_yes_to_fewer_rows_is_asked_again(operator: Client, rows: list[Monitor]) -> None:
    shown = post(operator, rows, step="do", agreed=2, **low_to(7))
    assert shown.context["preview"].changing == 4
    assert lows() == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose at least one change."),
        (low_to(""), "Give a number."),
        (low_to("many"), "Enter a whole number."),
        (low_to(10**12), "less than or equal"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    operator: Client, rows: list[Monitor], fields: dict[str, Any], said: str
) -> None:
    shown = post(operator, rows, step="look", **fields)
    assert said in shown.content.decode()
    assert shown.context["preview"] is None
    assert lows() == [2, 2, 2, 2]


def test_nothing_is_done_where_the_role_is_too_weak(
    viewer: Client, operator: Client, world: World, rows: list[Monitor]
) -> None:
    other = make_world("othercorp")
    Membership.objects.create(team=other.team, user=world.operator, role="viewer")
    post(viewer, rows, step="do", agreed=4, **low_to(7))
    assert lows() == [2, 2, 2, 2, 2]
    post(operator, [rows[0], other.monitor], step="do", agreed=1, **low_to(7))
    assert lows() == [7, 2, 2, 2, 2]


def test_too_many_rows_are_refused_before_anything_is_written(
    operator: Client, rows: list[Monitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulkedit, "MOST_ROWS", 3)
    shown = post(operator, rows, step="do", agreed=4, **low_to(7))
    assert "narrow the list" in shown.content.decode()
    assert lows() == [2, 2, 2, 2]


def test_portions_add_up(
    operator: Client, rows: list[Monitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulkedit, "PORTION", 1)
    answer = post(operator, rows, step="do", agreed=4, **low_to(3))
    assert "4 monitors are changed" in texts(answer)
    assert lows() == [3, 3, 3, 3]


def test_fields_that_make_no_sense_for_many_are_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        bulkedit.monitors_change(monitors=Monitor.objects.all(), changes={"product_id": "1"})
    assert set(caught.value.fields) == {"product_id"}
