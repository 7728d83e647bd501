"""A board shows the columns it promises and nothing else: secrets are planted in all the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from accounts.models import Team, User
from monitoring.models import Alert, Monitor, MonitorHistory, PollRun, StockRecord
from tests.factories import make_team, make_user
from tests.monitoring.board.conftest import make_shop, make_stocked
from tests.tenancy.world import make_estate
from websites.models import Website

pytestmark = pytest.mark.django_db

SECRET = "plantedsecret"
PUBLIC: dict[type[models.Model], set[str]] = {
    Team: {"name", "slug", "is_board_on", "is_quantity_on_board"},
    Website: {"name", "region", "last_success_at", "is_active", "is_on_board", "source",
              "poll_interval", "team", "public_id"},
    Monitor: {"public_id", "product_name", "config_option_name", "price", "currency",
              "in_stock_since", "available", "status", "is_on_board", "purchase_link", "website"},
    MonitorHistory: {"public_id", "created_at", "event_type", "website", "monitor", "suppressed"},
}  # fmt: skip
"""What a board shows or goes by; every other column of these is planted. Who adds a column to a
model need do nothing: it is private."""


def planted(field: models.Field[Any, Any], number: int) -> Any:
    """A value that can be found again in a text."""
    if isinstance(field, models.EmailField):
        return f"{SECRET}{number}@example.com"
    if isinstance(field, models.JSONField) or "Encrypted" in type(field).__name__:
        return {SECRET: [f"{SECRET}{number}"]}
    if isinstance(field, models.DateTimeField):
        return datetime(1999, 1, 1, tzinfo=timezone.get_current_timezone()) + timedelta(days=number)
    if isinstance(field, models.DecimalField):
        return Decimal(number)
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField):
        return number
    if isinstance(field, models.UUIDField):
        return UUID(int=number)
    return f"{SECRET}{number}"[-(field.max_length or 99) :]


def plant(row: Any, public: set[str]) -> list[str]:
    """Fills every private column; the texts that would give it away. Numbers are long ones."""
    marks = [SECRET, "1999-", "1999,"]
    for number, field in enumerate(row._meta.fields, start=70_001):
        if field.name in public or field.primary_key or field.is_relation:
            continue
        small = isinstance(field, models.SmallIntegerField)
        setattr(row, field.attname, planted(field, 7 if small else number))
        marks += [] if small else [str(number)]
    type(row).objects.filter(pk=row.pk).update(
        **{field.attname: getattr(row, field.attname) for field in row._meta.fields}
    )
    return marks


@pytest.fixture
def marks(team: Team, shop: Website) -> list[str]:
    """Everything a team has, full of what must not be seen."""
    other = make_estate("othermark")
    make_stocked(make_shop(other.team, name="othermark in stock"), "othermark product")
    owner: User = make_user(f"{SECRET}-owner", team=team)
    monitor = make_stocked(shop, "Public product", owner=owner)
    for hidden in ({"status": "paused"}, {"is_on_board": False}):
        kept_off = make_stocked(shop, f"{SECRET} {hidden}", **hidden)
        MonitorHistory.objects.create(website=shop, monitor=kept_off, event_type="restocked")
    for fields in ({"is_active": False}, {"is_on_board": False}):
        private = make_shop(team, name=f"{SECRET} shop {fields}", region=SECRET, **fields)
        MonitorHistory.objects.create(
            website=private, monitor=make_stocked(private, SECRET), event_type="restocked"
        )
    event = MonitorHistory.objects.create(website=shop, monitor=monitor, event_type="restocked")
    MonitorHistory.objects.create(
        website=shop, monitor=monitor, event_type="sold_out", message=SECRET
    )
    Alert.objects.create(website=shop, monitor=monitor, kind="low", subject=SECRET, note=SECRET)
    StockRecord.objects.create(monitor=monitor, change_type="restock", notes=SECRET)
    PollRun.objects.create(website=shop, error_message=SECRET)
    found = ["othermark"]
    for row in (team, shop, monitor, event):
        found += plant(row, PUBLIC[type(row)])
    return found


def told(answer: HttpResponseBase) -> str:
    assert answer.status_code == 200
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n{answer.content.decode()}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "end", ["", "?lang=ru&q=product", "?q=plantedsecret", "products.json", "feed.atom", "badge"]
)
def test_nothing_private_is_in_any_answer(
    client: Client, team: Team, marks: list[str], end: str
) -> None:
    monitor = Monitor.objects.get(product_name="Public product")
    address = f"/badge/{monitor.public_id}.svg" if end == "badge" else f"/board/{team.slug}/{end}"
    text = told(client.get(address))
    if "q=planted" in end:
        text = text.replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "")  # what was typed
    else:
        assert "Public product" in text
    assert [mark for mark in marks if mark in text] == []


def test_the_planting_bites(client: Client, team: Team, marks: list[str]) -> None:
    """With numbers allowed the planted number is seen: the search would find a leak."""
    Team.objects.update(is_quantity_on_board=True)
    found = {
        end: [m for m in marks if m in told(client.get(f"/board/{team.slug}/{end}"))]
        for end in ("", "products.json", "feed.atom")
    }
    assert all(found.values()), found


def test_a_board_that_is_off_answers_like_one_that_does_not_exist(
    client: Client, team: Team, shop: Website
) -> None:
    monitor = make_stocked(shop)
    off = make_team("Hidden team")
    hidden = make_stocked(make_shop(off), "Hidden product")
    absent = UUID(int=1)
    pairs = [
        *((f"/board/{off.slug}/{end}", f"/board/nobody/{end}")
          for end in ("", "?q=x", "products.json", "feed.atom")),
        (f"/badge/{hidden.public_id}.svg", f"/badge/{absent}.svg"),
    ]  # fmt: skip
    for theirs, nobodys in pairs:
        for method in ("get", "head", "post", "options"):
            seen, missing = (getattr(client, method)(one) for one in (theirs, nobodys))
            assert (
                seen.status_code
                == missing.status_code
                == (404 if method in ("get", "head") else 405)
            )
            assert seen.content == missing.content
            assert set(seen.headers) == set(missing.headers)
    assert client.get(f"/badge/{monitor.public_id}.svg").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda team, shop, one: Team.objects.update(is_board_on=False),
        lambda team, shop, one: Website.objects.update(is_active=False),
        lambda team, shop, one: Website.objects.update(is_on_board=False),
        lambda team, shop, one: Monitor.objects.update(status="paused"),
        lambda team, shop, one: Monitor.objects.update(is_on_board=False),
    ],
)
def test_a_badge_is_gone_as_soon_as_its_monitor_is_off_the_board(
    client: Client, team: Team, shop: Website, change: Any
) -> None:
    monitor = make_stocked(shop)
    assert client.get(f"/badge/{monitor.public_id}.svg").status_code == 200
    change(team, shop, monitor)
    assert client.get(f"/badge/{monitor.public_id}.svg").status_code == 404


def test_switching_the_board_off_shows_at_once(client: Client, team: Team, shop: Website) -> None:
    make_stocked(shop)
    addresses = [f"/board/{team.slug}/{end}" for end in ("", "products.json", "feed.atom")]
    assert {client.get(one).status_code for one in addresses} == {200}
    team.is_board_on = False
    team.save()
    assert {client.get(one).status_code for one in addresses} == {404}
