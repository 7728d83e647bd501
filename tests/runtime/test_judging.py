from __future__ import annotations

import pytest

from runtime.judging import START_SECONDS, Suspicion

pytestmark = [pytest.mark.unit, pytest.mark.once]

LIMIT = 30.0


@pytest.fixture
def known() -> Suspicion:
    """One that answered before."""
    suspicion = Suspicion(LIMIT)
    suspicion.ask(100)
    suspicion.heard(101)
    return suspicion


def silent(suspicion: Suspicion, now: float, fair_from: float = 0.0) -> float | None:
    return suspicion.silent_seconds(now, fair_from=fair_from)


def test_nobody_is_silent_who_was_not_asked(known: Suspicion) -> None:
    assert silent(known, 10_000) is None


def test_silence_counts_from_the_first_question_without_an_answer(known: Suspicion) -> None:
    for now in (105, 110, 115):
        known.ask(now)
    assert silent(known, 135) is None
    assert silent(known, 136) == 31


def test_an_answer_given_before_the_question_does_not_count(known: Suspicion) -> None:
    known.ask(105)
    known.heard(104.9)
    assert silent(known, 140) == 35
    known.heard(105.0)
    assert silent(known, 140) is None


def test_a_child_that_was_just_started_has_longer_for_its_first_answer(known: Suspicion) -> None:
    known.started()
    known.ask(200)
    assert silent(known, 200 + LIMIT + START_SECONDS) is None
    assert silent(known, 201 + LIMIT + START_SECONDS) == LIMIT + START_SECONDS + 1


def test_while_the_database_was_away_nobody_was_silent(known: Suspicion) -> None:
    known.ask(105)
    assert silent(known, 180, fair_from=160) is None
    assert silent(known, 191, fair_from=160) == 31


def test_an_old_sign_of_life_is_no_news(known: Suspicion) -> None:
    known.heard(90)
    known.heard(None)
    assert known.answered_at == 101
