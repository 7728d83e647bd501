from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from common.prepared import Prepared, among
from monitoring.models import Monitor
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db

COLUMNS = ("pk", "product_id", "available", "price", "evidence", "last_changed_at")
CHANGED_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def of_website(website_id: int) -> QuerySet[Monitor, tuple[Any, ...]]:
    return Monitor.objects.filter(website_id=website_id).order_by("pk").values_list(*COLUMNS)


def test_a_prepared_query_gives_the_values_of_the_orm_each_time_it_is_asked() -> None:
    prepared = Prepared(of_website)
    read = {"price": Decimal("4.90"), "last_changed_at": CHANGED_AT, "evidence": {"token": "x"}}
    for available in (True, False):
        website = make_website()
        make_monitor(website, product_id="1", available=available, **read)
        make_monitor(website, product_id="2")
        found = prepared.rows(website.pk)
        assert found == list(of_website(website.pk))
        assert found[0][2] is available
        assert found[1][2] is None
    assert prepared.rows(0) == []


def test_ids_are_one_value_whatever_their_number() -> None:
    prepared = Prepared(lambda ids: Monitor.objects.filter(pk__in=among(ids)).values_list("pk"))
    website = make_website()
    first, second = (make_monitor(website, product_id=str(pid)).pk for pid in (1, 2))
    assert prepared.rows([]) == []
    assert prepared.rows([second]) == [(second,)]
    with CaptureQueriesContext(connection) as queries:
        assert set(prepared.rows({first, second, second + 1})) == {(first,), (second,)}
    assert len(queries) == 1


def test_a_query_that_ignores_a_value_is_refused() -> None:
    prepared = Prepared(lambda website_id, ids: of_website(website_id))
    with pytest.raises(ValueError, match="does not ask for every value"):
        prepared.rows(1, [2])


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only() -> None:
    prepared = Prepared(
        lambda pk: Monitor.objects.filter(pk=pk).select_for_update().values_list("pk")
    )
    with transaction.atomic():
        assert prepared.rows(1) == []
    with pytest.raises(TransactionManagementError):
        prepared.rows(1)
