from __future__ import annotations

import pytest

from common.errors import InvalidInputError
from monitoring.choices import EventType
from notifications.models import Subscription
from notifications.services import subscriptions
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel

pytestmark = pytest.mark.django_db


def problems(call, **kwargs):
    with pytest.raises(InvalidInputError) as caught:
        call(**kwargs)
    return list(caught.value.fields)


def test_a_subscription_names_events_websites_and_monitors():
    channel = make_channel()
    website = make_website(channel.team)
    monitor = make_monitor(website)
    row = subscriptions.subscription_create(
        channel=channel,
        events=["sold_out", "sold_out", "alert_opened"],
        websites=[website],
        monitors=[monitor.pk],
        digest="daily",
    )
    row.refresh_from_db()
    assert row.events == ["sold_out", "alert_opened"]
    assert (list(row.websites.all()), list(row.monitors.all())) == ([website], [monitor])
    assert row.digest == "daily"


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"events": ["soldout"]}, "events"),
        ({"events": []}, "events"),
        ({"events": [{"a": 1}]}, "events"),
        ({"events": ["*"], "digest": "yearly"}, "digest"),
        ({"events": ["*"], "websites": [123456]}, "websites"),
    ],
)
def test_wrong_values_name_the_field(fields, bad):
    channel = make_channel()
    assert problems(subscriptions.subscription_create, channel=channel, **fields) == [bad]
    assert Subscription.objects.count() == 0


def test_rows_of_another_team_are_refused_like_unknown_ones():
    channel, foreign = make_channel(), make_monitor()
    create = subscriptions.subscription_create
    assert problems(create, channel=channel, events=["*"], monitors=[foreign]) == ["monitors"]
    assert problems(create, channel=channel, events=["*"], websites=[foreign.website]) == [
        "websites"
    ]


def test_a_change_touches_only_what_is_given():
    channel = make_channel()
    website = make_website(channel.team)
    row = subscriptions.subscription_create(channel=channel, events=["*"], websites=[website])
    subscriptions.subscription_update(subscription=row, events=["restocked"], is_active=False)
    row.refresh_from_db()
    assert (row.events, row.is_active, list(row.websites.all())) == (
        ["restocked"],
        False,
        [website],
    )
    other = make_channel(channel.team)
    subscriptions.subscription_update(subscription=row, websites=[], channel=other)
    row.refresh_from_db()
    assert (row.channel, row.websites.count()) == (other, 0)


def test_a_subscription_stays_in_its_team():
    row = subscriptions.subscription_create(channel=make_channel(), events=["*"])
    assert problems(
        subscriptions.subscription_update, subscription=row, channel=make_channel()
    ) == ["channel"]
    with pytest.raises(TypeError):
        subscriptions.subscription_update(subscription=row, team=1)


def test_every_event_type_can_be_subscribed_to():
    assert {value for value, _ in subscriptions.event_choices()} >= {"*", *EventType.values}
