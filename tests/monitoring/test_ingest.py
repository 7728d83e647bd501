from __future__ import annotations

import pytest

from common.errors import ConflictError
from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.services.ingest import stock_push
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor():
    return make_monitor(make_website(source="manual", url="", credentials={}), threshold_low=5)


def test_a_pushed_number_is_a_reading(monitor):
    assert stock_push(monitor=monitor, quantity=8).change_type == "initial"
    record = stock_push(monitor=monitor, quantity=3)
    assert (record.change_type, record.delta, record.threshold_type) == ("purchase", -5, "low")
    assert Monitor.objects.get().quantity == 3
    told = MonitorHistory.objects.order_by("id").values_list("event_type", flat=True)
    assert list(told) == ["stock_decreased", "threshold_breach_low", "alert_opened"]


def test_an_equal_push_leaves_an_unchanged_record_and_no_event(monitor):
    stock_push(monitor=monitor, quantity=8)
    assert stock_push(monitor=monitor, quantity=8).change_type == "unchanged"
    assert StockRecord.objects.count() == 2
    assert MonitorHistory.objects.count() == 0


def test_a_polled_website_takes_no_pushes():
    with pytest.raises(ConflictError):
        stock_push(monitor=make_monitor(), quantity=1)


def test_a_paused_monitor_takes_no_pushes(monitor):
    monitor.status = "paused"
    with pytest.raises(ConflictError):
        stock_push(monitor=monitor, quantity=1)
