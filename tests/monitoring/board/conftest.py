"""A team whose board is on, with a shop that was just read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Team
from monitoring.models import Monitor
from tests.factories import make_monitor, make_team, make_website
from websites.models import Website


def make_shop(team: Team, **fields: Any) -> Website:
    values = {"last_success_at": timezone.now(), "health": "ok", "region": "Frankfurt"}
    return make_website(team, **{**values, **fields})


def make_stocked(website: Website, name: str = "VPS S", **fields: Any) -> Monitor:
    now = timezone.now()
    values: dict[str, Any] = {
        "product_name": name,
        "quantity": 7,
        "available": True,
        "price": Decimal("4.50"),
        "currency": "USD",
        "first_read_at": now - timedelta(days=2),
        "in_stock_since": now - timedelta(hours=1),
        "purchase_link": "https://shop.example/cart.php?pid=1",
    }
    return make_monitor(website, **{**values, **fields})


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Acme", is_board_on=True)


@pytest.fixture
def shop(team: Team) -> Website:
    return make_shop(team, name="Nimbus")
