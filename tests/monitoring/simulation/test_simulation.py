"""Weeks of a life with alerts, compared with what the documents promise."""

from __future__ import annotations

import pytest
import time_machine

from tests.monitoring.simulation import checks
from tests.monitoring.simulation.model import Model
from tests.monitoring.simulation.post import PostOffice
from tests.monitoring.simulation.record import record
from tests.monitoring.simulation.scripting import START, script
from tests.monitoring.simulation.stage import Stage


def played(plan, monkeypatch):
    post = PostOffice(plan.outage)
    post.open(monkeypatch)
    with time_machine.travel(START, tick=False) as clock:
        Stage(plan, clock, post).play()
    return record(post)


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.bulk
@pytest.mark.timeout(600)
@pytest.mark.django_db
def test_thirty_days_of_two_hundred_monitors_are_told_as_the_documents_promise(monkeypatch):
    plan = script(seed=1, days=30, hours_between=4)
    told = checks.all_of(plan, Model(plan).run(), played(plan, monkeypatch))
    assert not told, "\n".join(told)


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.bulk
@pytest.mark.timeout(300)
@pytest.mark.django_db
def test_three_days_are_told_as_the_documents_promise(monkeypatch):
    plan = script(seed=2, days=3, hours_between=2)
    told = checks.all_of(plan, Model(plan).run(), played(plan, monkeypatch))
    assert not told, "\n".join(told)
