"""The overview stays up to date while it is open, and many monitors are changed with three presses."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from monitoring.models import Alert, Monitor, MonitorHistory
from tests.admin.world import World, page
from tests.browser.desk import Desk
from tests.factories import make_monitor, make_website

IN_STOCK = "a.over-figure[href*='stock=in'] b"
SHOPS = "#overview a[href='/admin/websites/website/']"


def test_the_overview_follows_what_happens_without_reload(desk: Desk, world: World) -> None:
    tell_a_day(world)
    desk.enter(world.viewer)
    desk.open("/admin/")
    view = desk.page
    view.wait_for_selector("text=Live")
    desk.shoot("overview-live")
    before = int(view.inner_text(IN_STOCK))
    view.evaluate("window.stayed = true")
    view.focus(SHOPS)
    make_monitor(world.website, available=True, quantity=7)
    Alert.objects.create(website=world.website, kind="unreachable", subject="demo-0-shop")
    look_again(desk)
    view.wait_for_function(
        f"document.querySelector(\"{IN_STOCK}\").textContent.trim() === '{before + 1}'"
    )
    assert view.evaluate("window.stayed") is True
    assert view.evaluate(f'document.activeElement.matches("{SHOPS}")') is True
    assert "open alerts" in view.inner_text("[data-live-said]")
    view.click("[data-live-switch]")
    view.wait_for_selector("text=Paused")
    make_monitor(world.website, available=True, quantity=7)
    look_again(desk)
    view.wait_for_timeout(150)
    assert view.inner_text(IN_STOCK) == str(before + 1)
    view.click("[data-live-switch]")
    view.wait_for_function(
        f"document.querySelector(\"{IN_STOCK}\").textContent.trim() === '{before + 2}'"
    )


def test_thresholds_of_many_monitors_are_changed(desk: Desk, world: World) -> None:
    desk.enter(world.operator)
    desk.open(page(Monitor, "changelist"))
    view = desk.page
    view.check("#action-toggle")
    view.select_option("select[name=action]", "bulk_edit")
    view.click("button[name=index]")
    view.select_option("select[name=threshold_low]", "set")
    view.fill("input[name=threshold_low_number]", "4")
    view.select_option("select[name=notify_on_price]", "on")
    desk.shoot("bulk-edit")
    desk.press("Look at what changes")
    view.wait_for_selector("text=3 of 3 chosen monitors change")
    desk.shoot("bulk-edit-question")
    desk.press("Change 3 monitors")
    view.wait_for_selector("text=3 monitors are changed")
    assert set(Monitor.objects.values_list("threshold_low", "notify_on_price")) == {(4, True)}


def look_again(desk: Desk) -> None:
    """As when the tab comes back: it asks at once instead of in ten seconds."""
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def tell_a_day(world: World) -> None:
    """Shops of every kind of health, and a day of events that swells towards the evening."""
    now = timezone.now()
    for health in ("ok", "degraded", "blocked"):
        make_website(
            world.team, name=f"Shop {health}", health=health, last_success_at=now,
            last_error="" if health == "ok" else "The shop answered with a page of its firewall.",
            last_advice="" if health == "ok" else "Ask it to let this address in.",
        )  # fmt: skip
    for available, state in ((True, "low"), (False, "low"), (False, "ok"), (None, "")):
        make_monitor(world.website, available=available, threshold_state=state)
    kinds = ("restocked", "stock_decreased", "stock_decreased", "sold_out", "threshold_breach_low")
    MonitorHistory.objects.bulk_create(
        MonitorHistory(
            website=world.website, monitor=world.monitor, event_type=kinds[number % 5],
            from_quantity=number, to_quantity=max(number - 1, 0),
            created_at=now - timedelta(hours=23.9 * (1 - (number / 90) ** 0.5)),
        )
        for number in range(90)
    )  # fmt: skip
