"""What people do at the desk from day to day, click by click, on a week of the demo; the pictures of
docs/ that show a desk in use are taken by the first three. Then every list, page of a row and page of
a person: none of them shuts anybody out, as far as axe-core can tell."""

from __future__ import annotations

import os

import pytest

from monitoring.models import Alert, Monitor
from notifications.models import NotificationLog
from notifications.services.outbox import deliver_all
from tests.admin.world import page
from tests.browser import axe
from tests.browser.desk import PHONE, Desk
from tests.browser.week.days import DemoWeek
from websites.models import Website

LISTS = (Monitor, Website, Alert, NotificationLog)
SHEET = """website,product_id,product_name,threshold_low,labels
Alpine Hosting,3,,9,large
Alpine Hosting,77,Alpine Storage · 2 TB,2,"storage, new"
Nowhere Hosting,5,VPS,1,
"""


def test_the_overview_shows_the_week(demo: DemoWeek, owner_desk: Desk) -> None:
    owner_desk.open("/admin/")
    owner_desk.sees("Live")
    owner_desk.picture("overview")
    owner_desk.page.click("a.over-figure[href*='stock=in']")
    owner_desk.page.wait_for_url("**/monitor/?stock=in**")
    assert owner_desk.page.locator("#result_list tbody tr").count() == (
        Monitor.objects.filter(available=True).count()
    )


def test_the_chart_tells_what_happened_where_one_points_at_it(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    view = owner_desk.page
    owner_desk.open(page(Monitor, "change", demo.monitor.pk))
    view.click(".desk-switch >> text=7 d")
    view.wait_for_url("**?days=7**")
    mark = view.locator(".desk-chart-mark").nth(3)
    tip = mark.locator(".desk-chart-tip")
    assert not tip.is_visible()
    mark.hover()
    assert tip.is_visible()
    assert tip.inner_text()
    owner_desk.picture("monitor")
    for choice in ("24 h", "30 d", "all"):
        view.click(f".desk-switch >> text={choice}")
        view.wait_for_selector(f".desk-switch [aria-current]:has-text('{choice}')")
        assert view.locator(".desk-chart-line").first.get_attribute("d")


def test_a_visitor_looks_at_the_board(demo: DemoWeek, desk: Desk) -> None:
    desk.open(f"/board/{demo.team.slug}/")
    assert "Alpine Large" in desk.text()
    desk.picture("board", "main")
    desk.page.fill("#q", "alpine")
    desk.page.click("button[type=submit]")
    desk.page.wait_for_url("**q=alpine**")
    assert "Nimbus" not in desk.page.inner_text("tbody")


def test_a_shop_is_added_tested_and_its_products_are_watched(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    shop = demo.fakes.shop("gamma")
    shop.add_products(30, stock=3)
    view = owner_desk.page
    owner_desk.open(page(Website, "changelist"))
    view.click(f"a[href^='{page(Website, 'add')}'] >> visible=true")
    view.fill("[name=name]", "Gamma Hosting")
    view.select_option("[name=source]", "whmcs_api")
    view.fill("[name=url]", shop.url)
    for name, value in shop.credentials.items():
        view.fill(f"[name=opt_whmcs_api__{name}]", value)
    view.click("button[name=_save]")
    owner_desk.sees("Gamma Hosting is added")
    owner_desk.press("Test connection")
    owner_desk.sees("30 products")
    owner_desk.press("Import products")
    owner_desk.press("Read the shop now")
    owner_desk.sees("30 products, 30 of them not watched yet")
    owner_desk.look_over("import-demo")
    view.check("input[name=product] >> nth=0")
    view.check("input[name=product] >> nth=1")
    view.click("[data-import-submit]")
    owner_desk.sees("2 products are watched now")
    assert Website.objects.get(name="Gamma Hosting").monitors.count() == 2


def test_an_alert_is_acknowledged_with_a_note(demo: DemoWeek, owner_desk: Desk) -> None:
    alert = demo.alert
    owner_desk.open(page(Alert, "changelist"))
    owner_desk.page.click(f"#result_list a[href^='{page(Alert, 'change', alert.pk)}']")
    owner_desk.page.fill("#desk-note", "New stock is ordered")
    owner_desk.look_over("alert-page-demo")
    owner_desk.press("Acknowledge")
    owner_desk.sees("New stock is ordered")
    assert "by ada" in owner_desk.text()
    owner_desk.shoot("alert-acknowledged-demo")
    alert.refresh_from_db()
    assert (alert.status, alert.note) == ("acknowledged", "New stock is ordered")


def test_a_message_is_sent_once_more(demo: DemoWeek, owner_desk: Desk) -> None:
    message = demo.message
    before = len(demo.fakes.messages(message.channel.kind))
    owner_desk.open(page(NotificationLog, "changelist"))
    owner_desk.page.click(f"#result_list a[href^='{page(NotificationLog, 'change', message.pk)}']")
    owner_desk.press("Send again")
    owner_desk.sees("is sent again as message")
    deliver_all()
    demo.fakes.wait(before + 1, message.channel.kind)


def test_monitors_are_taken_from_a_sheet_after_a_look_at_it(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    view = owner_desk.page
    owner_desk.open(page(Monitor, "changelist"))
    owner_desk.press("Import from a file")
    sheet = {"name": "shelf.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    view.set_input_files("input[type=file]", sheet)
    owner_desk.press("Look at it")
    owner_desk.sees("The team has no website Nowhere Hosting")
    owner_desk.look_over("sheet-demo")
    owner_desk.press("leave out the wrong")
    owner_desk.sees("shelf.csv:")
    made = Monitor.objects.get(product_id="77")
    assert (made.product_name, made.threshold_low) == ("Alpine Storage · 2 TB", 2)
    assert not Website.objects.filter(name="Nowhere Hosting").exists()


@pytest.fixture
def _axe() -> None:
    if not axe.SCRIPT.is_file():
        if os.environ.get("CI"):
            pytest.fail("no axe-core here, and the gate must not go on without it")
        pytest.skip("no axe-core here: run scripts/install_axe.sh")


@pytest.mark.usefixtures("_axe")
def test_every_list_can_be_used_by_everybody(demo: DemoWeek, owner_desk: Desk) -> None:
    for model in LISTS:
        owner_desk.open(page(model, "changelist"))
        owner_desk.look_over(f"{model.__name__.lower()}-list-demo")


@pytest.mark.usefixtures("_axe")
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


@pytest.mark.usefixtures("_axe")
def test_overview_and_board_can_be_used_on_a_phone_by_everybody(
    demo: DemoWeek, owner_desk: Desk
) -> None:
    owner_desk.page.set_viewport_size(PHONE)
    for name, address in {
        "overview-demo-phone": "/admin/",
        "board-demo-phone": f"/board/{demo.team.slug}/",
    }.items():
        owner_desk.open(address)
        owner_desk.look_over(name)


@pytest.mark.usefixtures("_axe")
def test_a_grave_fault_is_found(owner_desk: Desk) -> None:
    owner_desk.open("/admin/setup/")
    assert axe.faults(owner_desk.page, also_dark=False) == []
    owner_desk.page.evaluate("document.body.append(document.createElement('textarea'))")
    (found,) = axe.faults(owner_desk.page, also_dark=False)
    assert "critical, label" in found
