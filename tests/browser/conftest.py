"""A real browser, headless. Where none is installed these tests are skipped and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.admin.world import World, make_world
from tests.browser.desk import PHONE, WIDE, Desk

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
FAILED = pytest.StashKey[bool]()
playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: see requirements-dev.txt"
)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser, takes its time, and depends on no database."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for name in ("browser", "once", "slow"):
                item.add_marker(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


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
    """Beside the reports of `make test`, which begins with an empty folder."""
    folder = Path(settings.VAR_DIR) / "reports" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world("demo", amount=3)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, browser: Any, live_server: Any, screenshots: Path
) -> Iterator[Desk]:
    """The desk in a window of its own; light unless a test asks for other looks. Afterwards nothing
    may have gone wrong in it."""
    look = getattr(request, "param", "light")
    context = browser.new_context(
        viewport=PHONE if look == "phone" else WIDE,
        color_scheme="dark" if look == "dark" else "light",
    )
    desk = Desk(context.new_page(), live_server.url, screenshots, look)
    yield desk
    if desk.trouble or FAILED in request.node.stash:
        desk.page.screenshot(path=str(screenshots / f"failed-{request.node.originalname}.png"))
    context.close()
    assert not desk.trouble, "\n".join(desk.trouble)
