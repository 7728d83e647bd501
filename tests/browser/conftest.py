"""A real browser, headless. Where none is installed these tests are skipped and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.admin.world import World, make_world
from tests.browser.desk import Desk

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: see requirements-dev.txt"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium here, and the gate must not go on without the browser tests")
        pytest.skip("no chromium here: run scripts/install_chromium.sh")
    # The driver keeps an event loop in this thread, which Django would take for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with playwright_api.sync_playwright() as driver:
            started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield started
            started.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(settings.VAR_DIR) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world("demo", amount=3)


@pytest.fixture(params=["light", "dark", "phone"])
def desk(
    request: pytest.FixtureRequest, browser: Any, live_server: Any, screenshots: Path
) -> Iterator[Desk]:
    """The desk in a browser window; afterwards nothing may have gone wrong in it."""
    narrow = request.param == "phone"
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if narrow else {"width": 1400, "height": 900},
        color_scheme="dark" if request.param == "dark" else "light",
    )
    desk = Desk(context.new_page(), live_server.url, screenshots, request.param)
    yield desk
    context.close()
    assert desk.trouble == []
