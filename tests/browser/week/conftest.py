"""One week of the demo for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.browser.desk import Desk
from tests.browser.week.days import DemoWeek, demo_week


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[DemoWeek]:
    """In place of the database that is emptied after every test: whatever asks for it, the live
    server above all, gets this one, which stays for all tests of a file."""
    with django_db_blocker.unblock():
        try:
            with demo_week() as week:
                yield week
        finally:
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


@pytest.fixture
def demo(transactional_db: DemoWeek) -> DemoWeek:
    return transactional_db


@pytest.fixture
def owner_desk(desk: Desk, demo: DemoWeek) -> Desk:
    """The desk of the demo, open before its owner."""
    desk.enter(demo.owner)
    return desk
