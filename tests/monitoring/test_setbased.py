from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.services.setbased import insert_rows, update_rows
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db


def test_every_kind_of_value_survives_an_insert():
    monitor, now = make_monitor(), timezone.now()
    metadata = {"a": [1, None, "ü 🚀 '\" %s"], "b": {"c": True}}
    columns = (
        "monitor",
        "quantity",
        "available",
        "price",
        "currency",
        "change_type",
        "metadata",
        "notes",
        "created_at",
        "stock_control_enabled",
        "threshold_breached",
        "threshold_type",
    )
    row: tuple[object, ...] = (
        monitor.pk,
        -2,
        True,
        Decimal("1049.05"),
        "USD",
        "restock",
        metadata,
        "%s",
        now,
        None,
        False,
        "",
    )
    ((pk, monitor_id),) = insert_rows(StockRecord, columns, [row], returning=["id", "monitor"])
    assert monitor_id == monitor.pk
    stored = StockRecord.objects.filter(pk=pk).values_list(*columns)[0]
    assert stored == row


def test_identifiers_survive_an_insert():
    website, public_id = make_website(), uuid.uuid4()
    columns = (
        "public_id",
        "website",
        "event_type",
        "suppressed",
        "message",
        "metadata",
        "created_at",
        "change_type",
        "threshold_breached",
        "threshold_type",
    )
    row: tuple[object, ...] = (
        public_id,
        website.pk,
        "sold_out",
        "",
        "x",
        {},
        timezone.now(),
        "",
        False,
        "",
    )
    insert_rows(MonitorHistory, columns, [row], returning=["id"])
    assert MonitorHistory.objects.get().public_id == public_id


def test_an_update_touches_only_rows_that_match_all_old_values():
    first, second = make_monitor(quantity=1), make_monitor(quantity=2)
    updated = update_rows(
        Monitor,
        match=["id", "quantity"],
        change=["quantity", "price", "evidence", "missing_since"],
        rows=[
            (first.pk, 1, 7, Decimal("0.10"), {"x": 1}, None),
            (second.pk, 99, 8, None, {}, None),
        ],
    )
    assert updated == [first.pk]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.quantity, first.price, first.evidence) == (7, Decimal("0.10"), {"x": 1})
    assert second.quantity == 2


def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert update_rows(Monitor, match=["id"], change=["quantity"], rows=[]) == []
        assert insert_rows(StockRecord, ["monitor"], [], returning=["id"]) == []
