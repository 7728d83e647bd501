"""Stock that people keep by hand: every write is compared with the threshold at once."""

from __future__ import annotations

import pytest

from accounts.models import Preferences
from common.errors import InvalidInputError
from monitoring.models import Alert
from monitoring.services.items import item_create, item_update
from tests.factories import make_team, make_user, make_website
from tests.monitoring.polls import alert_events, events
from websites.models import Website

pytestmark = pytest.mark.django_db


def unresolved():
    return set(Alert.objects.unresolved().values_list("kind", flat=True))


def test_the_first_item_of_a_team_makes_its_shelf():
    team = make_team()
    first = item_create(team=team, name=" Cable ", quantity=7)
    second = item_create(team=team, name="Disk", quantity=2)
    assert first.website == second.website == Website.objects.get()
    assert (first.product_name, first.quantity, first.website.name) == ("Cable", 7, "Items")


def test_a_shelf_is_made_beside_a_shop_of_its_name():
    team = make_team()
    make_website(team, name="Items")
    assert item_create(team=team, name="Cable", quantity=7).website.name == "Items 2"


def test_an_item_has_a_name():
    with pytest.raises(InvalidInputError):
        item_create(team=make_team(), name=" ", quantity=7)


def test_a_write_below_the_threshold_opens_an_alert_and_a_restock_resolves_it():
    item = item_create(team=make_team(), name="Cable", quantity=20, threshold_low=10)
    item_update(item=item, quantity=9)
    assert unresolved() == {"low"}
    item_update(item=item, quantity=10)
    assert unresolved() == set()
    assert alert_events() == [("opened", "low", ""), ("resolved", "low", "")]


def test_an_item_of_a_person_is_low_below_five_until_they_prefer_otherwise():
    team = make_team(low_stock_threshold=50)
    ada = make_user(team=team)
    item = item_create(team=team, name="Cable", quantity=60, owner=ada)
    item_update(item=item, quantity=5)
    assert unresolved() == set()
    item_update(item=item, quantity=4)
    assert Alert.objects.get().threshold == 5
    preferences = Preferences.objects.create(user=ada, alert_threshold=3)
    assert Alert.objects.get().resolve_reason == "threshold"
    preferences.alert_threshold = 8
    preferences.save()
    assert unresolved() == {"low"}
    preferences.delete()
    assert (unresolved(), Alert.objects.unresolved().get().threshold) == ({"low"}, 5)


def test_new_stock_and_a_new_threshold_are_judged_together():
    item = item_create(team=make_team(), name="Cable", quantity=8, threshold_low=5)
    item_update(item=item, quantity=30, threshold_low=10)
    item_update(item=item, quantity=8, threshold_low=5)
    assert events() == ["stock_increased", "stock_decreased"]
    assert not Alert.objects.exists()
    item_update(item=item, quantity=8, threshold_low=9)
    assert unresolved() == {"low"}
