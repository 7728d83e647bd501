"""An older single-site monitor moves in: everything or nothing, once, and silently."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from monitoring.models import Monitor, MonitorHistory, StockRecord
from notifications.models import Channel, NotificationLog, Subscription
from tests.factories import make_team, make_website
from websites.models import Website

pytestmark = [pytest.mark.django_db, pytest.mark.integration]

SCHEMA = """
CREATE TABLE monitor_configs (
  id INTEGER PRIMARY KEY, product_id INTEGER, product_name TEXT, config_option_id INTEGER,
  is_active BOOLEAN, check_interval INTEGER, notify_on_restock BOOLEAN,
  notify_on_purchase BOOLEAN, notify_on_stock_low BOOLEAN, low_stock_threshold INTEGER);
CREATE TABLE stock_records (
  id INTEGER PRIMARY KEY, monitor_config_id INTEGER, stock_quantity INTEGER, price FLOAT,
  is_available BOOLEAN, change_type TEXT, change_amount INTEGER, notes TEXT, recorded_at DATETIME);
INSERT INTO monitor_configs VALUES
  (1, 12, 'VPS S', NULL, 1, 300, 1, 1, 1, 3), (2, 13, 'VPS M', 7, 0, 60, 0, 0, 0, NULL);
INSERT INTO stock_records VALUES
  (1, 1, 5, 3.5, 1, 'initial', NULL, NULL, '2025-01-01 10:00:00.000000'),
  (2, 1, 5, 3.5, 1, 'unchanged', 0, NULL, '2025-01-01 10:05:00'),
  (3, 1, 2, 3.5, 1, 'purchase', -3, 'big order', '2025-01-01 10:10:00'),
  (4, 1, 0, 3.5, 0, 'purchase', -2, NULL, '2025-01-01 10:15:00'),
  (5, 1, 9, 3.5, 1, 'restock', 9, NULL, '2025-01-01 10:20:00'),
  (6, 2, NULL, NULL, NULL, 'initial', NULL, NULL, '2025-01-01 10:00:00'),
  (7, 99, 1, NULL, 1, 'initial', NULL, NULL, '2025-01-01 10:00:00');
"""


@pytest.fixture(autouse=True)
def _places(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.WHMCS_API_URL = "https://old.example/billing"
    settings.WHMCS_API_IDENTIFIER, settings.WHMCS_API_SECRET = "ident", "planted-secret"


@pytest.fixture(autouse=True)
def team():
    return make_team(name="Main")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        database.commit()
    return path


def move_in(source: object, *words: str) -> str:
    out = StringIO()
    call_command("import_single_site", str(source), *words, stdout=out)
    assert "planted" not in out.getvalue()
    return out.getvalue()


def failure(source: object, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        move_in(source, *words)
    assert not Monitor.objects.exists()
    assert not Website.objects.filter(name="old.example").exists()
    return str(caught.value)


def write_json(path: Path, **lists: Any) -> Path:
    path.write_text(json.dumps(lists))
    return path


def test_monitors_history_and_shop_are_taken_over(old, team):
    said = move_in(old)
    website = Website.objects.get()
    assert (website.team, website.url) == (team, "https://old.example/billing")
    small, medium = Monitor.objects.order_by("product_id")
    assert (small.product_id, small.product_name, small.check_interval) == ("12", "VPS S", 300)
    assert (small.threshold_low, small.notify_on_purchase, small.status) == (3, True, "active")
    assert (medium.config_option_id, medium.status) == ("7", "paused")
    assert (medium.threshold_low, medium.notify_on_threshold) == (None, False)
    rows = list(
        small.records.order_by("created_at").values_list("quantity", "delta", "change_type")
    )
    assert rows == [
        (5, None, "initial"),
        (2, -3, "purchase"),
        (0, -2, "purchase"),
        (9, 9, "restock"),
    ]
    purchase = small.records.get(quantity=2)
    assert purchase.metadata == {"imported": {"from": "single-site", "name": "3"}}
    assert purchase.created_at.isoformat() == "2025-01-01T10:10:00+00:00"
    assert (str(purchase.price), purchase.notes) == ("3.50", "big order")
    assert "Monitors: 2 created, 0 there already" in said
    assert "5 created, 0 there already, 1 left out" in said
    assert "1 because their monitor is gone" in said


def test_what_is_unknown_stays_unknown(old):
    move_in(old)
    record = StockRecord.objects.get(monitor__product_id="13")
    assert (record.quantity, record.available, record.stock_control_enabled) == (None, None, None)
    monitor = Monitor.objects.get(product_id="12")
    assert (monitor.quantity, monitor.first_read_at) == (None, None), "the first poll is a baseline"
    assert monitor.positive_source == "whmcs_api"


def test_nothing_of_the_past_is_announced(old, settings):
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_CHAT_ID = "123456:planted-token", "-100123"
    move_in(old)
    assert not MonitorHistory.objects.exists()
    assert not NotificationLog.objects.exists()
    assert Channel.objects.get().config == {"chat_id": "-100123"}
    assert Subscription.objects.get().events == ["*"]


def test_a_second_run_adds_only_what_is_new(old):
    move_in(old)
    Monitor.objects.filter(product_id="12").update(threshold_low=8)
    with closing(sqlite3.connect(old)) as database:
        database.execute(
            "INSERT INTO stock_records (id, monitor_config_id, stock_quantity, recorded_at)"
            " VALUES (8, 1, 4, '2025-01-02 10:00:00')"
        )
        database.commit()
    said = json.loads(move_in(old, "--json"))
    assert (said["monitors_created"], said["monitors_kept"]) == (0, 2)
    assert (said["records_created"], said["records_kept"]) == (1, 5)
    assert Monitor.objects.get(product_id="12").threshold_low == 8
    assert StockRecord.objects.count() == 6
    assert Website.objects.count() == 1


def test_a_dry_run_writes_nothing_and_makes_no_backup(old, settings):
    said = json.loads(move_in(old, "--dry-run", "--json"))
    assert (said["monitors_created"], said["records_created"], said["backup"]) == (2, 5, None)
    assert not Website.objects.exists()
    assert not (Path(settings.VAR_DIR) / "backups").exists()
    assert "would be created" in move_in(old, "--dry-run")


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_made_first_and_is_private(old, team):
    make_website(team, name="Before")
    made = Path(json.loads(move_in(old, "--json"))["backup"])
    assert made.stat().st_mode & 0o077 == 0
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(made)) as copy:
            names = [name for (name,) in copy.execute("SELECT name FROM websites_website")]
        assert names == ["Before"]
    else:
        assert made.stat().st_size > 0


def test_without_room_for_a_backup_nothing_is_done(old, settings, tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    assert "No backup" in failure(old)


def test_json_is_read_too(tmp_path):
    path = write_json(
        tmp_path / "old.json",
        monitors=[{"product_id": "a-1", "name": "Box", "threshold_low": 2}],
        records=[
            {"product_id": "a-1", "quantity": 3, "recorded_at": 1735725600},
            {"product_id": "a-1", "quantity": 1, "recorded_at": "2025-01-01T12:00:00+01:00"},
        ],
    )
    move_in(path)
    move_in(path)
    monitor = Monitor.objects.get()
    assert (monitor.product_name, monitor.threshold_low) == ("Box", 2)
    assert set(monitor.records.values_list("quantity", flat=True)) == {1, 3}


@pytest.mark.django_db(transaction=True)
def test_postgresql_is_read_too():
    if connection.vendor != "postgresql":
        pytest.skip("the other pass has the server")
    connection.ensure_connection()
    place = connection.connection.get_dsn_parameters()
    script = SCHEMA.replace("DATETIME", "timestamp").replace(" BOOLEAN", " INTEGER")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA old_site; SET search_path TO old_site;" + script)
        cursor.execute("RESET search_path")
    try:
        query = urlencode({"host": place["host"], "options": "-csearch_path=old_site"})
        move_in(f"postgresql://{place['user']}@/{place['dbname']}?{query}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA old_site CASCADE")
    assert Monitor.objects.count() == 2
    assert StockRecord.objects.count() == 5


def test_an_unreachable_postgresql_shows_no_password():
    said = failure("postgresql://user:planted@127.0.0.1:9/old")
    assert "OperationalError" in said
    assert "planted" not in said


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"id": 4, "name": "x"}], "monitor 4: product_id is missing."),
        ([{"product_id": 1, "check_interval": 1}], "monitor 1: check_interval is below 5"),
        ([{"product_id": 1, "low_stock_threshold": "few"}], "threshold_low is no whole number."),
        ([{"product_id": 1, "is_active": "perhaps"}], "is_active is neither true nor false."),
        ([{"product_id": 1}, {"product_id": "1"}], "product 1 comes twice."),
    ],
)
def test_what_is_wrong_is_named_row_by_row(tmp_path, rows, complaint):
    assert complaint in failure(write_json(tmp_path / "old.json", monitors=rows))


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ({}, "recorded_at is missing."),
        ({"recorded_at": "yesterday"}, "recorded_at is no time."),
        ({"recorded_at": 0, "quantity": 1.5}, "quantity is no whole number."),
        ({"recorded_at": 0, "price": "free"}, "price is no amount."),
    ],
)
def test_bad_records_stop_it_too(tmp_path, record, complaint):
    path = write_json(
        tmp_path / "old.json", monitors=[{"product_id": 1}], records=[{"product_id": 1, **record}]
    )
    assert f"record 1: {complaint}" in failure(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"\x00\x01", b'{"monitors": 3}', b"{"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert failure(path)


def test_a_missing_file_another_kind_and_a_database_of_ours_are_refused(tmp_path):
    assert "There is no file" in failure(tmp_path / "none.db")
    assert "mysql://" in failure("mysql://user:planted@host/db")
    ours = tmp_path / "ours.db"
    with closing(sqlite3.connect(ours)) as database:
        database.execute("CREATE TABLE websites_website (id INTEGER)")
    assert "of this version" in failure(ours)


def test_a_named_website_is_used_and_one_of_another_team_is_not(old, team, settings):
    mine = make_website(team, name="Mine")
    theirs = make_website(make_team(name="Theirs"), name="Theirs")
    assert "another team" in failure(old, "--team", team.slug, "--website", theirs.name)
    move_in(old, "--team", team.slug, "--website", "Mine")
    assert Monitor.objects.filter(website=mine).count() == 2


def test_without_any_website_it_says_what_to_do(old, settings):
    settings.WHMCS_API_URL = settings.WHMCS_API_IDENTIFIER = settings.WHMCS_API_SECRET = ""
    assert "--website" in failure(old)
