"""Lists as files: what owners take out, and what nobody does."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Preferences
from monitoring.admin.exportcolumns import ALERTS, HISTORY, MONITORS, RECORDS, WEBSITES
from monitoring.models import Alert, Monitor, MonitorHistory, StockRecord
from tests.admin.conftest import log_in
from tests.admin.world import SECRETS, World, make_world, page
from tests.factories import make_monitor, make_user, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db

LISTS = [Website, Monitor, MonitorHistory, StockRecord, Alert]
every_list = pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)


def body(response: Any) -> bytes:
    assert response.status_code == 200, response
    return b"".join(response.streaming_content)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def exported(client: Client, model: type[Model], query: str = "") -> list[dict[str, str]]:
    return rows_of(body(client.get(page(model, "export", "csv") + query)))


def test_a_monitor_is_a_row_with_its_stock_and_settings(owner: Client, world: World) -> None:
    (row,) = exported(owner, Monitor)
    assert row["website"] == world.website.name
    assert (row["quantity"], row["price"], row["currency"]) == ("5", "4.50", "USD")
    assert (row["threshold_low"], row["threshold_high"]) == ("2", "")
    assert (row["is_active"], row["status"], row["available"]) == ("true", "active", "true")
    assert row["last_checked_at"].endswith("+00:00")


@pytest.mark.once
def test_unknown_is_an_empty_cell_and_never_0(owner: Client, world: World) -> None:
    Monitor.objects.update(quantity=None, available=None, price=None)
    (row,) = exported(owner, Monitor)
    assert (row["quantity"], row["available"], row["price"]) == ("", "", "")
    sheet = _sheet(owner, Monitor)
    assert sheet["quantity"] is None


def _sheet(client: Client, model: type[Model]) -> dict[str, Any]:
    data = body(client.get(page(model, "export", "xlsx")))
    head, first = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))[
        :2
    ]
    return dict(zip(head, first, strict=True))


@pytest.mark.once
def test_a_hostile_product_name_is_no_formula_in_either_file(owner: Client, world: World) -> None:
    Monitor.objects.update(product_name="=cmd|' /C calc'!A0")
    assert exported(owner, Monitor)[0]["product_name"] == "'=cmd|' /C calc'!A0"
    data = body(owner.get(page(Monitor, "export", "xlsx")))
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).active
    assert "=cmd|' /C calc'!A0" in [cell.value for cell in sheet[2]]


@pytest.mark.once
@every_list
def test_no_file_holds_a_secret_or_the_place_of_one(
    owner: Client, world: World, model: type[Model]
) -> None:
    text = body(owner.get(page(model, "export", "csv"))).decode()
    assert not [secret for secret in SECRETS if secret in text]
    head = text.partition("\r\n")[0]
    assert not [word for word in ("secret", "credential", "proxy", "config,") if word in head]


@every_list
def test_each_list_is_one_query_however_long_it_is(
    owner: Client, world: World, model: type[Model]
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            body(owner.get(page(model, "export", "csv")))
        return len(seen)

    first = count()
    make_world("more", amount=1)
    Membership.objects.create(team=Monitor.objects.latest("id").website.team, user=world.owner,
                              role="owner")  # fmt: skip
    assert count() <= first + 1  # the zone of the only team is not asked any more
    assert len(exported(owner, model)) == 2


@pytest.mark.once
@every_list
def test_only_owners_take_files_out(world: World, model: type[Model]) -> None:
    for person in (world.operator, world.viewer):
        client = log_in(person)
        assert client.get(page(model, "export", "csv")).status_code == 403
        listed = client.get(page(model, "changelist"))
        assert "export" not in listed.content.decode()
    root = log_in(make_user("root", is_staff=True, is_superuser=True))
    assert len(exported(root, model)) == 1


@pytest.mark.once
def test_a_viewer_of_one_team_who_owns_another_takes_out_the_other_only(world: World) -> None:
    other = make_world("other")
    Membership.objects.create(team=other.team, user=world.owner, role="operator")
    assert {row["team"] for row in exported(log_in(world.owner), Monitor)} == {world.team.slug}


def test_filter_and_search_of_the_list_hold_for_the_file(owner: Client, world: World) -> None:
    second = make_website(world.team, name="Second")
    for number in range(60):
        make_monitor(second, product_name=f"Box {number:02}")
    query = f"?q=Box&website__id__exact={second.pk}&o=1"
    listed = owner.get(page(Monitor, "changelist") + query + "&p=2").content.decode()
    address = page(Monitor, "export", "csv") + query.replace("&", "&amp;")
    assert address in listed
    found = exported(owner, Monitor, query)
    assert [row["product_name"] for row in found] == [f"Box {number:02}" for number in range(60)]
    assert exported(owner, Monitor, "?q=nothing") == []


@pytest.mark.once
def test_a_filter_that_means_nothing_leads_back_to_the_list(owner: Client, world: World) -> None:
    response = owner.get(page(Monitor, "export", "csv") + "?nosuch__exact=x")
    assert response.status_code == 302
    assert owner.get(page(Monitor, "export", "pdf")).status_code == 404


def test_ticked_rows_alone_are_taken_out(owner: Client, world: World) -> None:
    chosen = make_monitor(world.website, product_name="Chosen")
    posted = {"action": "export_csv", "_selected_action": [chosen.pk]}
    response = owner.post(page(Monitor, "changelist"), posted)
    assert [row["product_name"] for row in rows_of(body(response))] == ["Chosen"]
    everything = {**posted, "select_across": "1"}
    assert len(rows_of(body(owner.post(page(Monitor, "changelist"), everything)))) == 2


@pytest.mark.once
def test_times_are_in_the_zone_of_the_viewer(owner: Client, world: World) -> None:
    Preferences.objects.create(user=world.owner, time_zone="Asia/Kolkata")
    assert exported(owner, Alert)[0]["opened_at"].endswith("+05:30")


@pytest.mark.once
def test_the_file_says_what_it_is(owner: Client, world: World) -> None:
    response = owner.get(page(Alert, "export", "xlsx"))
    body(response)
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert 'filename="alerts-' in response["Content-Disposition"]


@pytest.mark.once
def test_every_column_of_a_file_is_one_of_its_list() -> None:
    for columns in (WEBSITES, MONITORS, HISTORY, RECORDS, ALERTS):
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
