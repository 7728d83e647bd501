"""POST monitors/bulk/: up to 1,000 at once, all or none, and sent again without harm."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.models import Monitor
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db


@pytest.fixture
def website(team):
    return make_website(team)


@pytest.fixture
def bulk(api, website):
    def post(rows, status=201, **fields):
        body = {"website": website.pk, "monitors": rows, **fields}
        return api("POST", "monitors/bulk/", body, status)

    return post


def rows(*names):
    return [{"product_id": name} for name in names]


def test_monitors_are_made_in_the_order_they_were_sent(bulk):
    made = bulk([{"product_id": 3, "threshold_low": 5}, *rows("1", "2")])
    assert [row["product_id"] for row in made] == ["3", "1", "2"]
    assert made[0]["threshold_low"] == 5
    assert [row["id"] for row in made] == list(
        Monitor.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_one_bad_row_makes_none_and_every_problem_names_its_row(bulk, website):
    make_monitor(website, product_id="7")
    fields = bulk(rows("1", "7", "2", "2"), 400)["error"]["fields"]
    assert fields == {
        "monitors.1.product_id": ["Product 7 is watched already."],
        "monitors.3.product_id": ["Product 2 stands here twice."],
    }
    assert Monitor.objects.count() == 1


def test_more_than_a_thousand_are_refused(bulk):
    fields = bulk(rows(*map(str, range(1001))), 400)["error"]["fields"]
    assert fields == {"monitors": ["Ensure this field has no more than 1000 elements."]}


def test_a_request_may_be_sent_again(bulk, website):
    known = make_monitor(website, product_id="7", threshold_low=1)
    sent = [{"product_id": "7", "threshold_low": 9}, *rows("1")]
    made = bulk(sent, skip_existing=True)
    assert [row["product_id"] for row in made] == ["7", "1"]
    assert (made[0]["id"], made[0]["threshold_low"]) == (known.pk, 1)
    assert bulk(sent, 200, skip_existing=True) == made
    assert Monitor.objects.count() == 2
    twice = bulk(rows("8", "8"), 400, skip_existing=True)["error"]["fields"]
    assert set(twice) == {"monitors.1.product_id"}


def further_batches(rows: int) -> int:
    """SQLite takes a limited number of values in one statement."""
    fields = [field for field in Monitor._meta.concrete_fields if not field.primary_key]
    return -(-rows // connection.ops.bulk_batch_size(fields, range(rows))) - 1


@pytest.mark.parametrize("skip_existing", [False, True])
def test_a_thousand_cost_as_many_queries_as_two(bulk, skip_existing):
    def cost(numbers):
        with CaptureQueriesContext(connection) as queries:
            bulk(rows(*map(str, numbers)), skip_existing=skip_existing)
        return len(queries)

    bulk(rows("first"))
    few = cost(range(2))
    assert cost(range(10, 1010)) == few + further_batches(1000)
