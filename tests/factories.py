"""Rows and values that tests start from."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from accounts.models import Membership, Team, User
from monitoring.models import Monitor
from monitoring.state import MonitorState
from websites.models import Website
from websites.sources.base import Availability, Snapshot, StockReading

_numbers = itertools.count(1)


def make_team(name: str = "", **fields: Any) -> Team:
    number = next(_numbers)
    return Team.objects.create(name=name or f"Team {number}", slug=f"team-{number}", **fields)


def make_user(
    username: str = "", *, team: Team | None = None, role: str = "owner", **fields: Any
) -> User:
    user = User.objects.create_user(
        username or f"user-{next(_numbers)}", "u@example.com", "password-1234", **fields
    )
    if team is not None:
        Membership.objects.create(team=team, user=user, role=role)
    return user


def make_website(team: Team | None = None, **fields: Any) -> Website:
    number = next(_numbers)
    values: dict[str, Any] = {
        "team": team or make_team(),
        "name": f"Shop {number}",
        "source": "whmcs_api",
        "url": "http://127.0.0.1:9/shop",
        "credentials": {"identifier": "ident", "secret": "planted-secret"},
    }
    return Website.objects.create(**{**values, **fields})


def make_monitor(website: Website | None = None, **fields: Any) -> Monitor:
    values: dict[str, Any] = {"product_id": str(next(_numbers)), "product_name": "VPS 1"}
    return Monitor.objects.create(website=website or make_website(), **{**values, **fields})


def state(**fields: Any) -> MonitorState:
    """A MonitorState that was read before: 5 in stock, no thresholds."""
    values: dict[str, Any] = {
        "id": 1,
        "product_id": "1",
        "config_option_id": "",
        "product_name": "VPS 1",
        "status": "active",
        "status_reason": "",
        "quantity": 5,
        "available": True,
        "stock_control_enabled": True,
        "price": Decimal("5.00"),
        "currency": "USD",
        "threshold_low": None,
        "threshold_high": None,
        "threshold_state": "ok",
        "zero_means": "auto",
        "hysteresis": 0,
        "confirm_reads": 1,
        "positive_source": "whmcs_api",
        "is_read": True,
        "is_missing": False,
    }
    return MonitorState(**{**values, **fields})


def reading(quantity: int | None = 5, *, product_id: str = "1", **fields: Any) -> StockReading:
    """A reading whose availability follows from its number; None is unlimited."""
    values: dict[str, Any] = {
        "product_id": product_id,
        "name": "VPS 1",
        "availability": Availability.IN_STOCK
        if quantity is None or quantity > 0
        else Availability.OUT_OF_STOCK,
        "quantity": quantity,
        "stock_control": quantity is not None,
        "price": Decimal("5.00"),
        "currency": "USD",
    }
    return StockReading(**{**values, **fields})


def ambiguous(*, product_id: str = "1", **fields: Any) -> StockReading:
    """The shop said 0 and that may mean sold out or no stock control."""
    values: dict[str, Any] = {
        "availability": Availability.UNKNOWN,
        "quantity": None,
        "stock_control": None,
        "is_ambiguous_zero": True,
    }
    return reading(0, product_id=product_id)._replace(**{**values, **fields})


def snapshot(*readings: StockReading, **fields: Any) -> Snapshot:
    return Snapshot(readings=readings, **{"body_hash": "1:abc", **fields})
