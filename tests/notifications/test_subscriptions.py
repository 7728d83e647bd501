from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.errors import InvalidInputError
from common.texts import shown
from monitoring.choices import EventType
from monitoring.models import Monitor
from monitoring.services.monitors import monitors_delete
from notifications.models import Subscription
from notifications.planning import events_plan
from notifications.services import subscriptions
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event

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


def scoped(**fields):
    """A subscription to one website, the website and another of its team."""
    channel = make_channel()
    website, other = make_website(channel.team), make_website(channel.team)
    row = subscriptions.subscription_create(
        channel=channel, events=["*"], **fields or {"websites": [website]}
    )
    return row, website, other


@pytest.mark.django_db(transaction=True)
def test_a_deleted_website_does_not_widen_a_subscription_to_everything():
    row, website, other = scoped()
    website.delete()
    row.refresh_from_db()
    assert (row.is_active, row.disabled_reason) == (False, subscriptions.SCOPE_DELETED)
    Subscription.objects.update(is_active=True)  # whatever missed the deletion
    make_event(make_monitor(other))
    assert events_plan() == []


@pytest.mark.django_db(transaction=True)
def test_a_deleted_monitor_ends_a_subscription_only_when_nothing_else_is_named():
    channel = make_channel()
    website = make_website(channel.team)
    first, second = make_monitor(website), make_monitor(website)
    row = subscriptions.subscription_create(channel=channel, events=["*"], monitors=[first, second])
    everything = subscriptions.subscription_create(channel=channel, events=["*"])
    monitors_delete(monitors=Monitor.objects.filter(pk=first.pk))
    row.refresh_from_db()
    assert row.is_active
    with CaptureQueriesContext(connection) as captured:
        website.delete()
    row.refresh_from_db()
    everything.refresh_from_db()
    assert (row.is_active, everything.is_active) == (False, True)
    looks = [one for one in captured if "disabled_reason" in one["sql"]]
    assert len(looks) == 1  # not one for every row that went


@pytest.mark.django_db(transaction=True)
def test_one_that_lost_all_it_named_is_used_again_only_with_new_names():
    row, website, other = scoped()
    website.delete()
    row.refresh_from_db()
    update = subscriptions.subscription_update
    subscriptions.subscription_update(subscription=row, websites=[], monitors=[], digest="daily")
    row.refresh_from_db()
    assert (row.is_scoped, row.is_active, row.digest) == (True, False, "daily")
    for changes in ({"is_active": True}, {"is_active": True, "websites": [], "monitors": []}):
        row.refresh_from_db()
        assert problems(update, subscription=row, **changes) == ["websites"]
    update(subscription=row, websites=[other], is_active=True)
    row.refresh_from_db()
    assert (row.is_active, row.disabled_reason) == (True, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_why_it_is_not_used_again_is_said_in_the_language_of_the_page(language):
    row, website, _ = scoped()
    website.delete()
    row.refresh_from_db()
    with pytest.raises(InvalidInputError) as caught:
        subscriptions.subscription_update(subscription=row, is_active=True)
    (text,) = caught.value.fields["websites"]
    with translation.override(language):
        assert not re.search("[A-Za-z]", shown(text))


def test_a_person_may_widen_a_subscription_by_naming_nothing():
    row, _website, other = scoped()
    assert row.is_scoped
    subscriptions.subscription_update(subscription=row, websites=[])
    row.refresh_from_db()
    assert (row.is_scoped, row.is_active) == (False, True)
    make_event(make_monitor(other))
    assert len(events_plan()) == 1


def test_existing_rows_are_marked_by_what_they_name():
    row, *_ = scoped()
    everything = subscriptions.subscription_create(channel=row.channel, events=["*"])
    by_monitor, *_ = scoped(monitors=[])
    by_monitor.monitors.set([make_monitor(make_website(by_monitor.channel.team))])
    Subscription.objects.update(is_scoped=False)
    migration = import_module("notifications.migrations.0002_subscription_scope")
    migration.mark_scoped(apps, connection.schema_editor())
    marked = Subscription.objects.filter(is_scoped=True).values_list("pk", flat=True)
    assert set(marked) == {row.pk, by_monitor.pk}
    assert everything.pk not in marked
