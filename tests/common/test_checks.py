from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from common.checks import queue_times

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_the_shipped_times_are_right() -> None:
    assert queue_times() == []


def test_a_retry_that_would_run_tasks_twice_is_an_error(settings: Settings) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "retry": 61}
    assert [problem.id for problem in queue_times()] == ["common.E001"]


def test_a_lease_shorter_than_a_task_is_an_error(settings: Settings) -> None:
    settings.POLL_LEASE_SECONDS = 45
    assert [problem.id for problem in queue_times()] == ["common.W002"]


def test_every_named_cluster_is_checked_with_its_own_values(settings: Settings) -> None:
    shared = {**settings.Q_CLUSTER, "retry": 300}
    settings.Q_CLUSTER = {**shared, "ALT_CLUSTERS": {"poll": {}, "notify": {"workers": 1}}}
    (problem,) = queue_times()
    assert problem.id == "common.E001"
    assert "(notify)" in problem.msg


def test_a_limit_that_would_kill_the_living_is_an_error(settings: Settings) -> None:
    settings.CANARY_LIMIT_SECONDS = settings.CANARY_SECONDS * 1.5
    assert [problem.id for problem in queue_times()] == ["common.E003"]
