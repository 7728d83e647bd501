from __future__ import annotations

import pytest

from tests.factories import make_team, make_website

pytestmark = pytest.mark.django_db


def test_a_new_threshold_of_the_team_makes_its_quiet_shops_compared_again() -> None:
    website = make_website(applied_hash="1:x")
    other = make_website(applied_hash="1:y")
    website.team.low_stock_threshold = 5
    website.team.save()
    website.refresh_from_db()
    other.refresh_from_db()
    assert website.applied_hash.startswith("!")
    assert other.applied_hash == "1:y"


def test_another_change_of_the_team_leaves_them_alone() -> None:
    website = make_website(make_team(), applied_hash="1:x")
    website.team.name = "Renamed"
    website.team.save(update_fields=["name"])
    website.refresh_from_db()
    assert website.applied_hash == "1:x"
