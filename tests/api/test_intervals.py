"""Intervals are numbers of seconds that a clock can count with."""

from __future__ import annotations

import pytest

from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db
TOO_LONG = (604_801, 2**31, 9_223_372_036_854_775_806)


@pytest.mark.parametrize("seconds", [4, *TOO_LONG])
def test_no_interval_is_longer_than_a_week(api, team, seconds):
    website = make_website(team)
    monitor = make_monitor(website)
    for path, name in (
        (f"websites/{website.pk}/", "poll_interval"),
        (f"monitors/{monitor.pk}/", "check_interval"),
    ):
        assert set(api("PATCH", path, {name: seconds}, 400)["error"]["fields"]) == {name}
        api("PATCH", path, {name: 604_800})
    api("GET", f"websites/{website.pk}/why-not-running/")
