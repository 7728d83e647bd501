"""Where the buy button of a message leads."""

from __future__ import annotations

import pytest

from monitoring.models import MonitorHistory
from notifications.facts import facts_of
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db


def test_the_button_carries_the_affiliate_link_of_the_website():
    template = "https://shop.example/aff.php?aff=7&pid={product_id}"
    monitor = make_monitor(make_website(link_template=template), product_id="12")
    event = MonitorHistory.objects.create(
        website=monitor.website, monitor=monitor, event_type="restocked", to_quantity=3
    )
    assert facts_of(event).link == "https://shop.example/aff.php?aff=7&pid=12"
    loose = MonitorHistory.objects.create(
        website=monitor.website, event_type="product_new", metadata={"product_id": "9", "url": ""}
    )
    assert facts_of(loose).link == "https://shop.example/aff.php?aff=7&pid=9"
