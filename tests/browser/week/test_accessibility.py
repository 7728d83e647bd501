"""No page of the desk or the board shuts anybody out, as far as axe-core can tell. The pages of the
first steps and those of a flow are looked over where they are walked."""

from __future__ import annotations

import os

import pytest

from monitoring.models import Alert, Monitor, MonitorHistory
from notifications.models import NotificationLog, Subscription
from tests.admin.world import page
from tests.browser import axe
from tests.browser.desk import PHONE, Desk
from tests.browser.week.days import DemoWeek
from websites.models import Website

LISTS = (Monitor, Website, Alert, MonitorHistory, NotificationLog, Subscription)


@pytest.fixture(autouse=True)
def _axe() -> None:
    if not axe.SCRIPT.is_file():
        if os.environ.get("CI"):
            pytest.fail("no axe-core here, and the gate must not go on without it")
        pytest.skip("no axe-core here: run scripts/install_axe.sh")


def test_every_list_can_be_used_by_everybody(demo: DemoWeek, owner_desk: Desk) -> None:
    for model in LISTS:
        owner_desk.open(page(model, "changelist"))
        owner_desk.look_over(f"{model.__name__.lower()}-list-demo")


def test_every_page_of_a_row_and_of_a_person_can_be_used_by_everybody(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    for name, address in {
        "website-page-demo": page(Website, "change", demo.shop.pk),
        "message-page-demo": page(NotificationLog, "change", demo.message.pk),
        "website-add-demo": page(Website, "add"),
        "my-alerts-demo": "/admin/notifications/channel/my-alerts/",
    }.items():
        owner_desk.open(address)
        owner_desk.look_over(name)


def test_overview_and_board_can_be_used_on_a_phone_by_everybody(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    owner_desk.page.set_viewport_size(PHONE)
    for name, address in {
        "overview-demo-phone": "/admin/",
        "monitor-list-demo-phone": page(Monitor, "changelist"),
        "board-demo-phone": f"/board/{demo.team.slug}/",
    }.items():
        owner_desk.open(address)
        owner_desk.look_over(name)


def test_a_grave_fault_is_found(owner_desk: Desk) -> None:
    owner_desk.open("/admin/")
    assert axe.faults(owner_desk.page, also_dark=False) == []
    owner_desk.page.evaluate("document.body.append(document.createElement('textarea'))")
    (found,) = axe.faults(owner_desk.page, also_dark=False)
    assert "critical, label" in found
