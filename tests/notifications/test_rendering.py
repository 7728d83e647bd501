from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitoring.choices import ChangeType, EventType
from monitoring.models import MonitorHistory, StockRecord
from notifications.payload import (
    MAX_BYTES,
    WEBHOOK_TYPES,
    EventFacts,
    batch_body,
    encoded,
    webhook_type,
)
from notifications.rendering import render_events, render_test
from tests.factories import make_monitor, make_team, make_website
from tests.notifications.factories import make_channel, make_event

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
LINK = "https://shop.example/cart?a=1&b=2"


@pytest.fixture
def monitor():
    team = make_team(time_zone="Europe/Berlin")
    return make_monitor(
        make_website(team, name="Alpha Hosting"), product_name="VPS <1>", purchase_link=LINK
    )


def rendered(*events, kind="x"):
    rows = MonitorHistory.objects.select_related("website__team", "monitor", "record").order_by(
        "pk"
    )
    return render_events(
        list(rows.filter(pk__in=[event.pk for event in events])), notification_type=kind
    )


def restock(monitor, **fields):
    record = StockRecord.objects.create(
        monitor=monitor,
        quantity=5,
        available=True,
        change_type=ChangeType.RESTOCK,
        price=Decimal("4.50"),
        currency="EUR",
    )
    values = {"from_quantity": 0, "to_quantity": 5, "delta": 5, "record": record, "created_at": AT}
    return make_event(monitor, "restocked", **{**values, "message": "Back in stock: 5", **fields})


def test_the_text_says_what_where_how_many_how_much_and_when(monitor):
    message = rendered(restock(monitor))
    assert message.subject == "Restocked: VPS <1> (Alpha Hosting)"
    assert message.text.splitlines() == [
        "VPS <1> is back in stock.",
        "Product: VPS <1>",
        "Shop: Alpha Hosting",
        "Stock: 0 → 5",
        "Price: 4.50 EUR",
        f"Link: {LINK}",
        "2026-11-21 09:30 CET",
    ]
    assert message.button == ("Buy", LINK)


def test_the_html_is_escaped(monitor):
    html = rendered(restock(monitor)).html
    assert "VPS &lt;1&gt;" in html
    assert "a=1&amp;b=2" in html
    assert "<1>" not in html


def test_the_webhook_body_is_the_one_of_the_contract(monitor):
    event = restock(monitor)
    assert rendered(event).payload == {
        "type": "stock.restocked",
        "timestamp": "2026-11-21T08:30:00Z",
        "data": {
            "event_id": str(event.public_id),
            "website": {"public_id": str(monitor.website.public_id), "name": "Alpha Hosting"},
            "monitor": {
                "public_id": str(monitor.public_id),
                "product_id": monitor.product_id,
                "product_name": "VPS <1>",
                "purchase_link": LINK,
            },
            "from_quantity": 0,
            "to_quantity": 5,
            "delta": 5,
            "available": True,
            "price": "4.50",
            "currency": "EUR",
            "threshold_value": None,
            "message": "Back in stock: 5",
            "detected_at": "2026-11-21T08:30:00Z",
        },
    }


def test_a_sold_out_product_has_no_buy_button(monitor):
    message = rendered(make_event(monitor))
    assert message.button is None
    assert message.text.startswith("VPS <1> is sold out.")
    assert message.payload["data"]["available"] is False


def test_unknown_numbers_are_words_for_people_and_null_for_programs(monitor):
    event = make_event(monitor, "restocked", from_quantity=None, to_quantity=None, delta=None)
    message = rendered(event)
    assert "Stock: out of stock → in stock" in message.text
    assert message.payload["data"]["to_quantity"] is None
    assert message.payload["data"]["available"] is True


def test_low_stock_names_number_and_threshold(monitor):
    event = make_event(
        monitor,
        "threshold_breach_low",
        from_quantity=6,
        to_quantity=2,
        threshold_value=5,
        message="Low",
    )
    message = rendered(event)
    assert message.text.startswith("Only 2 of VPS <1> left.")
    assert "Threshold: 5" in message.text
    assert (message.payload["type"], message.payload["data"]["threshold_value"]) == ("stock.low", 5)
    assert message.button == ("Buy", LINK)


def test_an_unreachable_website_says_why_and_what_to_do(monitor):
    event = make_event(
        website=monitor.website,
        event_type="website_unreachable",
        from_quantity=None,
        to_quantity=None,
        delta=None,
        message="Invalid IP 1.2.3.4.",
        metadata={"code": "ip_not_allowed", "advice": "Allow 1.2.3.4."},
    )
    message = rendered(event)
    assert message.subject == "Website unreachable: Alpha Hosting"
    assert "Alpha Hosting cannot be read: Invalid IP 1.2.3.4." in message.text
    assert "What to do: Allow 1.2.3.4." in message.text
    assert "Stock:" not in message.text
    assert message.payload["data"]["monitor"] is None


def test_a_new_product_nobody_watches_is_named_with_price_and_link(monitor):
    event = make_event(
        website=monitor.website,
        event_type="product_new",
        from_quantity=None,
        to_quantity=3,
        delta=None,
        message="New product: VPS 2",
        metadata={
            "product_id": "2",
            "name": "VPS 2",
            "price": "9.00",
            "currency": "USD",
            "url": LINK,
        },
    )
    message = rendered(event)
    assert message.subject == "New product: VPS 2 (Alpha Hosting)"
    assert "Price: 9.00 USD" in message.text
    assert message.payload["data"]["monitor"] == {
        "public_id": None,
        "product_id": "2",
        "product_name": "VPS 2",
        "purchase_link": LINK,
    }
    assert message.button == ("Buy", LINK)


def test_an_address_that_is_no_page_is_left_out(monitor):
    event = make_event(
        website=monitor.website,
        event_type="product_new",
        metadata={"product_id": "2", "name": "VPS", "url": "javascript:alert(1)"},
    )
    message = rendered(event)
    assert "javascript" not in message.html + message.text + str(message.payload)


def test_a_changed_price_is_the_new_one(monitor):
    event = make_event(
        monitor,
        "price_changed",
        message="Price changed from 5.00 USD to 6.00 USD",
        metadata={"from_price": "5.00", "to_price": "6.00", "to_currency": "USD"},
    )
    assert "Price: 6.00 USD" in rendered(event).text


@pytest.mark.parametrize("event_type", EventType.values)
def test_every_kind_of_event_has_words_and_a_webhook_type(monitor, event_type):
    message = rendered(make_event(monitor, event_type))
    assert message.text
    assert "None" not in message.text
    assert message.payload["type"] == WEBHOOK_TYPES[event_type]


def test_no_two_kinds_of_event_share_a_webhook_type():
    assert len({webhook_type(event_type) for event_type in EventType.values}) == len(
        EventType.values
    )


def test_several_events_are_one_message_with_a_line_each(monitor):
    other = make_monitor(monitor.website, product_name="VPS 2")
    events = [make_event(monitor), make_event(other), restock(other)]
    message = rendered(*events, kind="batch")
    assert message.subject == "Alpha Hosting: 3 events (2 x Sold out, 1 x Restocked)"
    assert "• VPS 2: Back in stock: 5, 4.50 EUR" in message.text
    assert "Shop: Alpha Hosting" in message.text
    assert message.button is None
    assert message.payload["type"] == "events.batch"
    assert message.payload["data"]["more"] == 0
    assert [item["type"] for item in message.payload["data"]["events"]] == [
        "stock.sold_out",
        "stock.sold_out",
        "stock.restocked",
    ]


def test_a_batch_about_one_product_in_stock_keeps_the_button(monitor):
    recovered = make_event(monitor, "threshold_recovered", to_quantity=5)
    assert rendered(restock(monitor), recovered, kind="batch").button == ("Buy", LINK)


def test_a_digest_of_one_event_is_still_a_digest(monitor):
    message = rendered(make_event(monitor), kind="digest")
    assert message.subject == "Digest: 1 event"
    assert message.payload["type"] == "events.batch"


def test_subjects_have_one_line_and_fit(monitor):
    monitor.product_name = "A\nB" + "x" * 245
    monitor.save()
    subject = rendered(make_event(monitor)).subject
    assert subject.startswith("Sold out: A Bx")
    assert len(subject) == 250


def facts(number, name="x"):
    return EventFacts(
        id=str(number),
        type="sold_out",
        label="Sold out",
        message="",
        advice="",
        website_id="w",
        website="Shop",
        monitor_id="m",
        product_id="1",
        product=name,
        link="",
        from_quantity=1,
        to_quantity=0,
        delta=-1,
        available=False,
        price=None,
        currency="",
        threshold_value=None,
        at=AT + timedelta(seconds=number),
    )


def test_a_body_that_would_grow_over_the_limit_counts_the_rest():
    body = batch_body([facts(number, "名" * 200) for number in range(60)], 60)
    assert len(encoded(body)) < MAX_BYTES
    assert 10 < len(body["data"]["events"]) < 60
    assert len(body["data"]["events"]) + body["data"]["more"] == 60
    assert body["timestamp"] == "2026-11-21T08:30:59Z"


def test_a_test_message_is_a_ping():
    channel = make_channel(name="Ops <1>")
    message = render_test(channel, AT)
    assert 'The channel "Ops <1>" works' in message.text
    assert "Ops &lt;1&gt;" in message.html
    assert message.payload["type"] == "webhook.ping"
    assert message.payload["data"]["channel"]["public_id"] == str(channel.public_id)
