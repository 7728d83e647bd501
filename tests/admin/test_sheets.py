"""Lists from a file: looked at row by row, then taken; twice changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Membership, Team
from common.errors import InvalidInputError
from monitoring.models import Monitor
from monitoring.services.sheets.importing import sheet_import, sheet_plan
from monitoring.services.sheets.plan import Plan
from tests.admin.conftest import log_in, texts
from tests.admin.world import World, make_world, page
from tests.factories import make_monitor, make_team, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    team = make_team()
    make_website(team, name="Alpha")
    return team


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def taken(team: Team, kind: str, *lines: str, is_partial: bool = False) -> Plan:
    return sheet_import(
        kind=kind, team=team, data=csv(*lines), origin="list.csv", is_partial=is_partial
    )


def counts(plan: Plan) -> tuple[int, int, int]:
    return plan.count("created"), plan.count("changed"), plan.count("unchanged")


def problems(team: Team, kind: str, *lines: str) -> list[tuple[int, str, str]]:
    plan = sheet_plan(kind=kind, team=team, data=csv(*lines))
    return [(one.line, one.column, one.message) for one in plan.problems]


# --- Monitors ------------------------------------------------------------------------------------


def test_monitors_are_made_and_the_same_file_again_changes_nothing(team: Team) -> None:
    lines = (
        "website,product_id,product_name,threshold_low,notify_on_price,labels,is_active",
        'Alpha,1,VPS S,3,yes,"vps, small",true',
        "Alpha,2,VPS M,,,,false",
    )
    assert counts(taken(team, "monitors", *lines)) == (2, 0, 0)
    first, second = Monitor.objects.order_by("product_id")
    assert (first.threshold_low, first.notify_on_price) == (3, True)
    assert (first.labels, first.status) == (["vps", "small"], "active")
    assert (second.threshold_low, second.notify_on_price, second.status) == (None, False, "paused")
    before = list(Monitor.objects.order_by("pk").values())
    assert counts(taken(team, "monitors", *lines)) == (0, 0, 2)
    assert list(Monitor.objects.order_by("pk").values()) == before


def test_a_changed_cell_changes_that_and_an_empty_one_takes_a_threshold_away(team: Team) -> None:
    monitor = make_monitor(
        Website.objects.get(), product_id="1", threshold_low=3, threshold_high=9, notes="Old",
        notify_on_price=True,
    )  # fmt: skip
    plan = taken(
        team,
        "monitors",
        "website,product_id,product_name,threshold_low,threshold_high,notify_on_price",
        "Alpha,1,,5,,",
    )
    assert plan.rows[0].changes == {"threshold_low": (3, 5), "threshold_high": (9, None)}
    monitor.refresh_from_db()
    assert (monitor.threshold_low, monitor.threshold_high) == (5, None)
    assert (monitor.product_name, monitor.notes, monitor.notify_on_price) == ("VPS 1", "Old", True)


def test_a_paused_monitor_comes_back_and_one_with_trouble_stays_as_it_is(team: Team) -> None:
    website = Website.objects.get()
    make_monitor(website, product_id="1", status="paused", status_reason="By hand")
    make_monitor(website, product_id="2", status="error")
    plan = taken(
        team, "monitors", "website,product_id,is_active,notes", "Alpha,1,yes,new", "Alpha,2,yes,"
    )
    assert counts(plan) == (0, 1, 1)
    assert sorted(Monitor.objects.values_list("product_id", "status", "notes")) == [
        ("1", "active", "new"), ("2", "error", ""),
    ]  # fmt: skip


def test_every_wrong_cell_is_named_by_line_and_column(team: Team) -> None:
    found = problems(
        team,
        "monitors",
        "website,product_id,threshold_low,is_active,check_interval,purchase_link",
        "Alpha,1,few,true,60,",
        "Alpha,,3,maybe,60,",
        "Beta,3,3,true,60,",
        "Alpha,4,3,true,1,",
        "Alpha,5,3,true,60,javascript:alert(1)",
        "Alpha,6,3,true,60,",
        "Alpha,6,4,true,60,",
    )
    assert found == [
        (2, "threshold_low", "Must be a whole number."),
        (3, "product_id", "Is missing."),
        (3, "is_active", "Must be true or false."),
        (4, "website", "The team has no website Beta. Import websites first."),
        (5, "check_interval", "Ensure this value is greater than or equal to 5."),
        (6, "purchase_link", "Enter a valid URL."),
        (8, "product_id", "Product 6 of this website stands in line 7, too."),
    ]


def test_while_a_row_is_wrong_nothing_is_written_unless_the_good_ones_are_wanted(
    team: Team,
) -> None:
    lines = ("website,product_id,threshold_low", "Alpha,1,3", "Alpha,2,few")
    with pytest.raises(InvalidInputError, match="1 row is wrong"):
        taken(team, "monitors", *lines)
    assert not Monitor.objects.exists()
    taken(team, "monitors", *lines, is_partial=True)
    assert list(Monitor.objects.values_list("product_id", flat=True)) == ["1"]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("website,product_id,treshold_low", "There is no column treshold_low."),
        ("product_id", "The column website is missing."),
        ("website,product_id,api_secret", "There is no column api_secret."),
    ],
)
def test_a_missing_or_misspelt_column_is_told(team: Team, head: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        taken(team, "monitors", head)


def test_rows_of_another_team_are_not_taken_by_mistake(team: Team) -> None:
    other = make_team()
    make_website(other, name="Theirs")
    found = problems(
        team, "monitors", "team,website,product_id", f"{other.slug},Alpha,1", ",Theirs,1"
    )
    assert [(line, column) for line, column, _ in found] == [(2, "team"), (3, "website")]


def test_many_rows_are_planned_with_few_queries_and_written_in_bulk(team: Team) -> None:
    lines = ["website,product_id,threshold_low", *(f"Alpha,{n},3" for n in range(400))]
    with CaptureQueriesContext(connection) as planned:
        sheet_plan(kind="monitors", team=team, data=csv(*lines))
    assert len(planned) <= 6
    told: list[tuple[int, int]] = []
    with CaptureQueriesContext(connection) as written:
        sheet_import(
            kind="monitors", team=team, data=csv(*lines), origin="x",
            on_progress=lambda *step: told.append(step),
        )  # fmt: skip
    assert len(written) < 60
    assert told[0] == (200, 400)
    assert told[-1] == (400, 400)


# --- Websites ------------------------------------------------------------------------------------


def test_websites_are_made_and_changed_and_twice_changes_nothing(team: Team) -> None:
    lines = (
        "name,source,url,poll_interval,labels,is_active",
        "Beta,auto,beta.example/,120,eu,true",
        "Alpha,,,300,,false",
    )
    assert counts(taken(team, "websites", *lines)) == (1, 1, 0)
    beta = Website.objects.get(name="Beta")
    assert (beta.url, beta.poll_interval, beta.labels) == ("https://beta.example", 120, ["eu"])
    alpha = Website.objects.get(name="Alpha")
    assert (alpha.poll_interval, alpha.is_active) == (300, False)
    assert alpha.credentials["secret"] == "planted-secret"
    before = list(Website.objects.order_by("pk").values())
    assert counts(taken(team, "websites", *lines)) == (0, 0, 2)
    assert list(Website.objects.order_by("pk").values()) == before


def test_what_a_website_may_not_be_is_told_by_its_service_and_nothing_is_left_of_the_try(
    team: Team,
) -> None:
    found = problems(
        team,
        "websites",
        "name,source,url,poll_interval",
        "Beta,carrier_pigeon,https://beta.example,60",
        "Gamma,auto,,60",
        "Delta,auto,https://delta.example,1",
        "Alpha,,https://elsewhere.example,60",
        "Epsilon,whmcs_api,https://e.example,60",
        "Beta,manual,,60",
    )
    assert [(line, column) for line, column, _ in found] == [
        (2, "source"), (3, "url"), (4, "poll_interval"), (5, ""), (6, ""), (6, ""), (7, "name"),
    ]  # fmt: skip
    assert "secret: The address leads to another host now" in found[3][2]
    assert Website.objects.get().url == "http://127.0.0.1:9/shop"


# --- The page ------------------------------------------------------------------------------------


def upload(client: Client, model: Any, data: bytes, world: World, **more: Any) -> Any:
    file = SimpleUploadedFile("list.csv", data)
    posted = {"team": world.team.pk, "file": file, **more}
    return client.post(page(model, "import_file"), posted)


def test_an_exported_list_may_be_changed_and_brought_back(owner: Client, world: World) -> None:
    Monitor.objects.update(product_name="=HYPERLINK(1)")
    exported = owner.get(page(Monitor, "export", "csv")).getvalue()
    same = upload(owner, Monitor, exported, world)
    assert (same.context["unchanged"], same.context["effective"]) == (1, 0)
    assert "Nothing is to be done" in same.content.decode()
    head, row = exported.decode("utf-8-sig").splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True)) | {"threshold_low": "7"}
    shown = upload(owner, Monitor, f"{head}\n{','.join(cells.values())}\n".encode(), world)
    assert [(row.action, steps) for row, steps in shown.context["rows"]] == [
        ("changed", [("threshold_low", "2", "7")])
    ]
    assert Monitor.objects.get().threshold_low == 2
    done = owner.post(page(Monitor, "import_file"), {"token": shown.context["token"]}, follow=True)
    assert "0 created, 1 changed, 0 were so already" in texts(done)
    assert Monitor.objects.get().threshold_low == 7


def test_websites_come_by_the_page_too_and_the_log_of_changes_tells_who(
    owner: Client, world: World
) -> None:
    made = f"{world.website.name},1\n{world.website.name},2"
    shown = upload(owner, Website, b"name,url\nNew,new.example\n", world)
    owner.post(page(Website, "import_file"), {"token": shown.context["token"]})
    shown = upload(owner, Monitor, f"website,product_id\n{made}\n".encode(), world)
    owner.post(page(Monitor, "import_file"), {"token": shown.context["token"]})
    entries = AuditEntry.objects.filter(actor=world.owner.username)
    told = [(one.action, one.object_name, one.changes) for one in entries.order_by("pk")]
    assert ("created", "New") in [entry[:2] for entry in told]
    assert told[-1][2] == {"monitors imported": [None, "2 from list.csv"]}


def test_the_page_shows_what_to_mend_and_takes_the_good_rows_when_asked(
    owner: Client, world: World
) -> None:
    name = world.website.name
    data = f"website,product_id,threshold_low\n{name},8,3\n{name},9,<b>\n".encode()
    shown = upload(owner, Monitor, data, world)
    text = shown.content.decode()
    assert "Must be a whole number." in text
    assert "Import the 1 good row, leave out the wrong" in text
    token = {"token": shown.context["token"]}
    refused = owner.post(page(Monitor, "import_file"), token, follow=True)
    assert "Nothing was imported" in texts(refused)
    done = owner.post(page(Monitor, "import_file"), {**token, "good_only": "1"}, follow=True)
    assert "1 wrong row was left out" in texts(done)
    assert Monitor.objects.filter(product_id="8").exists()


def test_the_script_hears_of_progress_and_the_next_page(owner: Client, world: World) -> None:
    shown = upload(owner, Monitor, f"website,product_id\n{world.website.name},8\n".encode(), world)
    token = shown.context["token"]
    answer = owner.post(
        page(Monitor, "import_file"), {"token": token}, headers={"accept": "application/json"}
    )
    assert answer.json() == {"next": page(Monitor, "changelist")}
    progress = owner.get(page(Monitor, "import_file") + f"?progress={token}").json()
    assert progress == {"done": 1, "total": 1}


@pytest.mark.once
def test_a_file_that_cannot_be_read_is_told_at_the_field(owner: Client, world: World) -> None:
    shown = upload(owner, Monitor, b"product\n1\n", world)
    assert "The column website is missing." in shown.content.decode()
    assert "Columns:" in owner.get(page(Monitor, "import_file")).content.decode()


@pytest.mark.once
def test_nobody_but_owners_imports_and_nobody_into_another_team(world: World) -> None:
    other = make_world("other")
    data = f"website,product_id\n{world.website.name},8\n".encode()
    for person in (world.operator, world.viewer):
        assert upload(log_in(person), Monitor, data, world).status_code == 403
    stranger = log_in(other.owner)
    refused = upload(stranger, Monitor, data, world)
    assert "token" not in refused.context
    assert "mine-" not in refused.content.decode()


@pytest.mark.once
def test_a_file_is_kept_for_the_person_who_brought_it_and_for_their_rights(
    owner: Client, world: World
) -> None:
    data = f"website,product_id\n{world.website.name},8\n".encode()
    token = {"token": upload(owner, Monitor, data, world).context["token"]}
    other = make_world("other")
    foreign = log_in(other.owner).post(page(Monitor, "import_file"), token, follow=True)
    assert "no longer kept" in texts(foreign)
    Membership.objects.filter(user=world.owner).update(role="operator")
    Membership.objects.create(user=world.owner, team=other.team, role="owner")
    assert owner.post(page(Monitor, "import_file"), token).status_code == 403
    assert Monitor.objects.filter(product_id="8").count() == 0


def test_json_is_no_sheet(team: Team) -> None:
    with pytest.raises(InvalidInputError):
        taken(team, "monitors", json.dumps({"website": "Alpha"}))
