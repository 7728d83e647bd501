from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.patience import wait_for_background
from demo.world import World
from notifications.services import sweeping


@pytest.fixture
def world() -> Iterator[World]:
    with World() as running:
        yield running
        assert wait_for_background(10)


@pytest.fixture(autouse=True)
def _open_gates() -> None:
    """Sweeps of one test must not close the gates of the next."""
    for name in sweeping.gates:
        sweeping.gates[name] = sweeping.Gate()


@pytest.fixture
def queued(monkeypatch) -> list[str]:
    """Names of the tasks handed to the queue, in order."""
    names: list[str] = []
    monkeypatch.setattr(sweeping, "async_task", lambda name, *args, **_: names.append(name))
    return names
