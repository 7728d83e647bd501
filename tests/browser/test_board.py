"""The public board as a visitor sees it: filtered by pressing, light, dark and on a phone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from tests.browser.desk import Desk
from tests.factories import make_team
from tests.monitoring.board.conftest import make_shop, make_stocked

SHELF = (
    ("KVM 2 · 2 vCPU, 4 GB", "Nimbus Hosting", "7.90", 4, 23),
    ("Ryzen 9 VPS", "Nimbus Hosting", "9.00", 60, 1),
    ("Alpine Micro · 2 GB", "Alpine Hosting", "4.20", 200, 3),
    ("Storage VPS · 1 TB", "Nimbus Hosting", "5.00", 3000, None),
    ("Dedicated E-2386G", "Alpine Hosting", "79.00", 9000, 2),
)


def test_a_visitor_filters_the_board(desk: Desk) -> None:
    team = make_team("Rare VPS", is_board_on=True, is_quantity_on_board=True)
    shops = {
        name: make_shop(team, name=name, region=region)
        for name, region in (("Nimbus Hosting", "Frankfurt, DE"), ("Alpine Hosting", "Zürich, CH"))
    }
    for name, shop, price, minutes, left in SHELF:
        since = timezone.now() - timedelta(minutes=minutes)
        make_stocked(shops[shop], name, price=Decimal(price), quantity=left, in_stock_since=since)
    page, rows = desk.page, "tbody tr"
    desk.open(f"/board/{team.slug}/")
    assert page.locator(rows).count() == 5
    assert "4 min. ago" in page.inner_text(f"{rows} .is-since >> nth=0")
    assert page.inner_text("[data-zone]") == page.evaluate(
        "Intl.DateTimeFormat().resolvedOptions().timeZone"
    )
    desk.shoot("board")
    page.fill("#q", "vps")
    page.select_option("#shop", "Nimbus Hosting")
    page.click("button[type=submit]")
    page.wait_for_url("**/?q=vps&shop=Nimbus+Hosting")
    assert page.locator(rows).count() == 2
    page.click(".is-price a")
    page.wait_for_url("**sort=price**")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Price")
    assert "Storage" in page.inner_text(f"{rows} >> nth=0")

    page.emulate_media(color_scheme="dark")
    desk.open(f"/board/{team.slug}/?lang=ru")
    assert "Товаров в наличии: 5" in desk.text()
    desk.shoot("board-dark")
    page.set_viewport_size({"width": 900, "height": 900})
    desk.shoot("board-tablet")
    page.set_viewport_size({"width": 390, "height": 844})
    desk.open(f"/board/{team.slug}/?lang=ru")
    desk.shoot("board-dark-phone")
    page.emulate_media(color_scheme="light")
    desk.open(f"/board/{team.slug}/?lang=zh")
    assert not page.is_visible("#price_from")
    page.check(".more input")
    assert page.is_visible("#price_from")
    desk.shoot("board-phone")
