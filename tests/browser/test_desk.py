"""The desk in a real browser: light, dark and on a phone, without outside assets."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from common.patience import wait_for_background
from demo.world import World as FakeWorld
from monitoring.models import Monitor, PollRun, StockRecord
from notifications.models import Channel, NotificationLog, Subscription
from tests.admin.world import World, page
from tests.browser.desk import LOOKS, Desk
from tests.factories import make_website
from websites.models import CatalogueProduct, Website


@LOOKS
def test_a_round_through_the_desk(desk: Desk, world: World) -> None:
    tell_a_story(world.monitor)
    desk.enter(world.owner)
    desk.open("/admin/")
    assert "Latest events" in desk.text()
    desk.shoot("overview")
    for model, seen in (
        (Website, "demo-1-shop"),
        (Monitor, "demo-1-product"),
        (NotificationLog, "demo-1-subject"),
        (PollRun, "demo-1-shop"),
        (StockRecord, "demo-1-product"),
        (CatalogueProduct, "demo-1-listed"),
    ):
        desk.open(page(model, "changelist"))
        assert seen in desk.text()
        desk.shoot(f"{model.__name__.lower()}-list")
    for shown in (Website, NotificationLog, Subscription):
        desk.open(page(shown, "change", world.rows[shown].pk))
        desk.shoot(f"{shown.__name__.lower()}-page")


@LOOKS
def test_the_monitor_page_draws_its_chart(desk: Desk, world: World) -> None:
    tell_a_story(world.monitor)
    desk.enter(world.viewer)
    desk.open(page(Monitor, "change", world.monitor.pk))
    plot = desk.page.locator(".desk-chart-plot").bounding_box()
    line = desk.page.locator(".desk-chart-plot .desk-chart-line").bounding_box()
    assert line["width"] > 0.9 * plot["width"]
    assert line["height"] > 0.3 * plot["height"]
    mark = desk.page.locator(".desk-chart-mark").last
    assert not mark.locator(".desk-chart-tip").is_visible()
    mark.focus()  # as the Tab key would
    assert "-happened" in mark.locator(".desk-chart-tip").inner_text()
    assert "Time to sell out" in desk.text()
    desk.shoot("monitor-page")
    desk.page.click("text=30 d")
    assert desk.page.locator(".desk-switch [aria-current]").inner_text() == "30 d"
    desk.page.wait_for_load_state()
    assert desk.page.locator(".desk-chart-span.is-unknown").count() == 1


def test_buttons_ask_and_act(desk: Desk, world: World) -> None:
    desk.enter(world.owner)
    desk.open(page(Website, "change", world.website.pk))
    desk.press("Poll now")
    desk.page.wait_for_selector("text=is requested")
    desk.press("Pause")
    desk.page.wait_for_selector("text=The website is paused")
    world.website.refresh_from_db()
    assert not world.website.is_active


def test_only_the_fields_of_the_chosen_kind_are_shown(desk: Desk, world: World) -> None:
    desk.enter(world.owner)
    desk.open("/admin/notifications/channel/add/")
    desk.page.select_option("select[name=kind]", "webhook")
    desk.page.wait_for_selector("[name=opt_webhook__url]", state="visible")
    desk.page.wait_for_selector("[name=opt_telegram__chat_id]", state="hidden")
    desk.shoot("channel-add")
    desk.open(page(Channel, "change", world.rows[Channel].pk))
    desk.page.wait_for_selector("[name^=opt_webhook__url]", state="visible")
    desk.open("/admin/websites/website/add/")
    desk.page.wait_for_selector("[name=opt_auto__identifier]", state="visible")
    desk.page.wait_for_selector("[name=opt_whmcs_api__identifier]", state="hidden")


def test_products_are_imported_with_a_progress_bar(desk: Desk, world: World) -> None:
    with FakeWorld() as fakes:
        shop = fakes.shop("alpha")
        shop.add_products(40, stock=3)
        website = make_website(world.team, url=shop.url, credentials=dict(shop.credentials))
        desk.enter(world.operator)
        desk.open(page(Website, "import", website.pk))
        desk.press("Read the shop now")
        desk.page.wait_for_selector("text=40 products, 40 of them not watched yet")
        desk.page.fill("[data-import-filter]", "1")
        desk.page.check("[data-import-all]")
        desk.shoot("import")
        desk.page.click("[data-import-submit]")
        desk.page.wait_for_selector("text=products are watched now")
        assert 0 < website.monitors.count() < 40
        assert wait_for_background(10)


def tell_a_story(monitor: Monitor) -> None:
    """A week of stock with a restock and a stretch nobody knows."""
    now = timezone.now()
    StockRecord.objects.filter(monitor=monitor).delete()
    for days, quantity in ((8, 40), (6, 25), (5, None), (4, 12), (3, 0), (2, 50), (1, 31)):
        StockRecord.objects.create(
            monitor=monitor,
            quantity=quantity,
            available=None if quantity is None else quantity > 0,
            change_type="purchase",
            created_at=now - timedelta(days=days),
        )
