"""Drives the desk as a person would and notes what goes wrong behind the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.docs.pages import DOCS


class Desk:
    """`trouble` collects console errors, failed requests, and requests to other hosts."""

    def __init__(self, page: Any, url: str, screenshots: Path, look: str) -> None:
        self.page = page
        self.url = url
        self.trouble: list[str] = []
        self._screenshots = screenshots
        self._look = look
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("dialog", lambda dialog: dialog.accept())

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.trouble.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.trouble.append(f"another host: {request.url}")

    def _on_response(self, response: Any) -> None:
        if response.status >= 400:
            self.trouble.append(f"{response.status}: {response.url}")

    def log_in(self, username: str, password: str) -> None:
        self.open("/admin/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/admin/")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, label: str) -> None:
        """A button of the row's page."""
        self.page.click(f".desk-button:has-text('{label}')")

    def text(self) -> str:
        return str(self.page.inner_text("body"))

    def picture(self, name: str) -> None:
        """Keeps a picture, and puts it among those of docs/ when they are taken anew."""
        self.shoot(name)
        if os.environ.get("PICTURES"):
            target = DOCS / "images" / f"{name}.png"
            self.page.screenshot(path=str(target), animations="disabled")

    def shoot(self, name: str) -> None:
        """Keeps a picture; a page that is wider than its window is trouble."""
        target = self._screenshots / f"{name}-{self._look}.png"
        self.page.screenshot(path=str(target), full_page=True)
        window, needed = self.page.evaluate(
            "[window.innerWidth, document.documentElement.scrollWidth]"
        )
        if needed > window:
            self.trouble.append(f"{name} is {needed} px wide in a window of {window}")
