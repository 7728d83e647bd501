"""Every part of the bench works, with numbers that mean nothing."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.test import override_settings

from bench.lab import Lab, RemoteWorld
from demo.telegram import TOKEN
from demo.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SMALL = (
    "cycles",
    "storefront",
    "statements",
    "restock",
    "sick",
    "growth",
    "adding",
    "desk",
    "storage",
    "disk",
)


@pytest.fixture
def lab(tmp_path):
    with (
        World() as world,
        override_settings(
            HOST_MIN_GAP_SECONDS=0,
            FLAP_FLIPS=0,
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_URL=world.telegram_url,
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=world.smtp_port,
        ),
    ):
        yield Lab(RemoteWorld(world.base_url), tmp_path, "tiny")


@pytest.mark.parametrize("name", SMALL)
def test_a_part_measures_all_that_it_tells(lab, name):
    findings = import_module(f"bench.{name}").measure(lab)
    assert findings
    assert [one.what for one in findings if one.value is None] == []


def test_the_statements_of_a_poll_are_within_their_goals(lab):
    found = import_module("bench.statements").measure(lab)
    assert [one.what for one in found if one.is_met is False] == []


def test_every_flip_arrives_after_it_was_seen(lab):
    from bench.latency import Plan, flipped
    from bench.system import Here

    delays = flipped(lab, Here(), "flip", Plan(websites=3, rounds=2, flips=2))
    assert len(delays) == 4
    assert all(0 < one.from_seen <= one.from_due for one in delays)
