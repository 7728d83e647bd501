"""No page of ours asks a browser for what our own content policy forbids."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin.world import World, page
from tests.browser.desk import Desk
from tests.factories import make_user


def test_no_admin_page_breaks_the_policy(desk: Desk, world: World) -> None:
    desk.enter(make_user("root", is_staff=True, is_superuser=True))
    for address in addresses(world):
        desk.open(address)
        assert broken(desk) == [], address
    desk.trouble.clear()


def broken(desk: Desk) -> list[str]:
    """What the policy forbade; refused pages are another matter."""
    marks = ("Content Security Policy", "another host")
    return [one for one in desk.trouble if any(mark in one for mark in marks)]


def addresses(world: World) -> list[str]:
    """List, add and change page of everything registered that has them."""
    found = [reverse("admin:index"), reverse("admin:password_change")]
    request = type("Request", (), {"user": make_user(is_staff=True, is_superuser=True)})()
    for model, pages in admin.site._registry.items():
        found.append(page(model, "changelist"))
        if pages.has_add_permission(request):
            found.append(page(model, "add"))
        if row := world.rows.get(model):
            found += [page(model, name, row.pk) for name in ("change", "history", "delete")]
    return found


@pytest.mark.parametrize("address", ["/", "/docs", "/redoc"])
def test_the_pages_of_the_api_work_under_the_policy(desk: Desk, world: World, address: str) -> None:
    desk.open(address)
    if address != "/":
        desk.page.wait_for_selector("text=monitors", timeout=15_000)
    # The reference's script asks for its maker's logo, and the policy keeps it out.
    assert [one for one in broken(desk) if "logo-mini.svg" not in one] == []
    desk.trouble.clear()


def test_a_script_that_stands_in_a_page_is_not_run(desk: Desk, world: World) -> None:
    """The policy bites: what an attacker might write into a page does nothing."""
    desk.open("/admin/login/")
    ran: Any = desk.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const image = new Image();
          image.setAttribute("onerror", "window.ran = true");
          image.src = "data:,";
          document.body.append(image);
          return new Promise(done => setTimeout(() => done(window.ran === true), 100));
        }"""
    )
    assert ran is False
    assert any("Content Security Policy" in one for one in desk.trouble)
    desk.trouble.clear()
