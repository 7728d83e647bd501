"""Evidence is kept in a short form, and everybody sees it whole."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from monitoring.models import MonitorHistory, StockRecord
from monitoring.models.proofs import packed, unpacked
from tests.factories import make_monitor

WHOLE = {
    "evidence": {
        "source": "whmcs_api",
        "page": "listing",
        "status": 200,
        "hash": "1:00ff",
        "token": "qty",
    }
}


def stored(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT metadata FROM {model._meta.db_table}")  # noqa: S608
        (value,) = cursor.fetchone()
    return json.loads(value)


@pytest.mark.unit
@pytest.mark.once
@pytest.mark.parametrize(
    "value",
    [
        {},
        WHOLE,
        {"advice": "wait", **WHOLE},
        {"evidence": {"source": "whmcs_api", "code": "blocked", "status": 403}},
        {"evidence": {"source": "whmcs_api", "conflict": True}},
        {"evidence": {"source": "whmcs_api", "status": None}},
        {"evidence": {}},
        {"evidence": "words"},
        {"e": "words", "author": {"kind": "user"}},
    ],
)
def test_what_is_packed_comes_back_whole(value):
    assert unpacked(packed(value)) == value


@pytest.mark.unit
@pytest.mark.once
def test_packing_leaves_out_the_names():
    assert packed({**WHOLE, "cause": "low"}) == {
        "e": ["whmcs_api", "listing", 200, "1:00ff", "qty"],
        "cause": "low",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("model", [StockRecord, MonitorHistory])
def test_rows_hold_the_short_form_and_those_of_before_are_read_as_well(model):
    monitor = make_monitor()
    fields = {"website": monitor.website} if model is MonitorHistory else {}
    row = model.objects.create(monitor=monitor, metadata=WHOLE, **fields)
    assert set(stored(model)) == {"e"}
    row.refresh_from_db()
    assert row.metadata == WHOLE
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET metadata = %s",  # noqa: S608
            [json.dumps(WHOLE)],
        )
    row.refresh_from_db()
    assert row.metadata == WHOLE
