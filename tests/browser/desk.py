"""Drives the desk as a person would and notes what goes wrong behind the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.browser import axe
from tests.docs.pages import DOCS

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1400, "height": 900}
LOOKS = pytest.mark.parametrize("desk", ["light", "dark", "phone"], indirect=True)
LEFT = "net::ERR_ABORTED"
"""A request that was under way when the page was left; nothing failed."""


class Desk:
    """`trouble` collects console errors, failed requests, requests to other hosts, pages that are
    too wide, and grave faults of accessibility."""

    def __init__(self, page: Any, url: str, screenshots: Path, look: str) -> None:
        self.page = page
        self.url = url
        self.trouble: list[str] = []
        self._screenshots = screenshots
        self._look = look
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)
        page.on("dialog", lambda dialog: dialog.accept())

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.trouble.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.trouble.append(f"another host: {request.url}")

    def _on_failed(self, request: Any) -> None:
        if request.failure != LEFT and request.url.startswith(self.url):
            self.trouble.append(f"{request.failure}: {request.url}")

    def _on_response(self, response: Any) -> None:
        if response.status >= 400:
            self.trouble.append(f"{response.status}: {response.url}")

    def log_in(self, username: str, password: str) -> None:
        self.open("/admin/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/admin/")

    def enter(self, user: User) -> None:
        """As somebody who logged in before: most walks are not about that."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.url}
        self.page.context.add_cookies([cookie])

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, label: str) -> None:
        """A button of the row's page."""
        self.page.click(f".desk-button:has-text('{label}')")

    def sees(self, text: str) -> None:
        self.page.wait_for_selector(f"text={text}")

    def text(self) -> str:
        return str(self.page.inner_text("body"))

    def look_over(self, name: str) -> None:
        """Keeps a picture; grave faults of accessibility are trouble, in dark colours too. Where axe
        is not installed only the picture: week/test_week.py says so."""
        self.shoot(name)
        if axe.SCRIPT.is_file():
            found = axe.faults(self.page, also_dark=self._look == "light")
            self.trouble += [f"{name}: {one}" for one in found]

    def picture(self, name: str, place: str = "") -> None:
        """Looks the page over; puts it, or what `place` selects of it, among the pictures of docs/
        when they are taken anew."""
        self.look_over(name)
        if os.environ.get("PICTURES"):
            target = self.page.locator(place) if place else self.page
            target.screenshot(path=str(DOCS / "images" / f"{name}.png"), animations="disabled")

    def shoot(self, name: str) -> None:
        """Keeps a picture; a page that is wider than its window is trouble."""
        target = self._screenshots / f"{name}-{self._look}.png"
        self.page.screenshot(path=str(target), full_page=True)
        window, needed = self.page.evaluate(
            "[window.innerWidth, document.documentElement.scrollWidth]"
        )
        if needed > window:
            self.trouble.append(f"{name} is {needed} px wide in a window of {window}")
