"""Lines of polls and messages say which poll and which message they are about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from common.logcontext import log_facts
from monitoring.services.polling import websites_poll
from notifications.services import outbox
from tests.factories import make_website
from tests.notifications.factories import make_channel, make_notification

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

Lines = list[tuple[str, dict[str, Any]]]


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.getMessage(), dict(log_facts())))


@pytest.fixture
def lines() -> Iterator[Lines]:
    ear = _Ear()
    logging.getLogger().addHandler(ear)
    yield ear.lines
    logging.getLogger().removeHandler(ear)


def facts_of(lines: Lines, word: str) -> dict[str, Any]:
    return next(facts for message, facts in lines if word in message)


def test_a_poll_that_fails_is_named_by_website_and_fence(lines: Lines) -> None:
    website = make_website(fence=40)
    websites_poll([website.pk], only_queued=False, patience_seconds=None)
    poll = {"website": website.pk, "poll": f"{website.pk}-41"}
    assert facts_of(lines, "poll_failed").items() >= poll.items()


def test_a_message_that_cannot_be_settled_is_named(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_notification(make_channel(url="http://127.0.0.1:9/"), next_attempt_at=timezone.now())

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("notifications.services.outbox.settle", fail)
    outbox.deliver([row.pk], patience_seconds=None)
    assert facts_of(lines, "outcome_not_settled")["notification"] == row.pk
