"""What is told about the catalogue of a shop."""

from __future__ import annotations

import pytest
from django.utils import timezone

from monitoring.models import MonitorHistory
from tests.factories import make_monitor, reading, snapshot
from tests.monitoring.polls import events, poll, website

__all__ = ["website"]

pytestmark = pytest.mark.django_db


def listed(website, *readings):
    poll(website, snapshot(*readings, body_hash=str(timezone.now())))


def test_a_renamed_product_is_told_once_with_both_names(website):
    listed(website, reading(5, name="VPS 1"))
    listed(website, reading(5, name="VPS One"))
    listed(website, reading(5, name="VPS One"))
    assert events() == ["product_renamed"]
    event = MonitorHistory.objects.get()
    assert event.message == "Renamed: VPS 1 is now VPS One"
    assert event.monitor_id is None


def test_a_moved_product_is_told_with_both_groups(website):
    listed(website, reading(5, group_id="1", group_name="VPS"))
    listed(website, reading(5, group_id="2", group_name="Sale"))
    assert events() == ["product_moved"]
    assert MonitorHistory.objects.get().message == "Moved from VPS to Sale"


def test_an_unnamed_product_or_group_says_nothing(website):
    listed(website, reading(5, name="VPS 1", group_id="1"))
    listed(website, reading(5, name="", group_id=""))
    listed(website, reading(5, name="VPS 1", group_id="1"))
    assert events() == []


def test_a_group_that_is_only_called_otherwise_is_not_a_move(website):
    listed(website, reading(5, group_id="1", group_name="VPS"))
    listed(website, reading(5, group_id="1", group_name="Virtual servers"))
    assert events() == []


def test_it_belongs_to_the_plain_monitor_of_a_watched_product(website):
    make_monitor(website, product_id="1", config_option_id="7")
    plain = make_monitor(website, product_id="1")
    listed(website, reading(5, name="A", option_ids=frozenset({"7"})))
    listed(website, reading(5, name="B", option_ids=frozenset({"7"})))
    assert events() == ["product_renamed"]
    assert MonitorHistory.objects.get().monitor == plain
