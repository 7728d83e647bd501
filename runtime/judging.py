"""Pure: has a child fallen silent? Times are monotonic seconds."""

from __future__ import annotations

from dataclasses import dataclass

START_SECONDS = 30.0
"""A child that was just started gets so much longer for its first answer."""


@dataclass(slots=True)
class Suspicion:
    """One child and the question it owes an answer to.

    Silence counts from a question, not from the last answer: while nobody asked (a supervisor
    that was stopped, a machine that slept), nobody is silent.
    """

    limit_seconds: float
    asked_at: float | None = None
    answered_at: float | None = None
    """Of this start of the child."""

    def started(self) -> None:
        self.asked_at = self.answered_at = None

    def excuse(self) -> None:
        """It cannot be asked, and the open question may be lost: it owes nothing."""
        self.asked_at = None

    def ask(self, now: float) -> None:
        """A question while another is open changes nothing."""
        if self.asked_at is None:
            self.asked_at = now

    def heard(self, at: float | None) -> None:
        """A sign of life answers every question put before it."""
        if at is None or (self.answered_at is not None and at <= self.answered_at):
            return
        self.answered_at = at
        if self.asked_at is not None and at >= self.asked_at:
            self.asked_at = None

    def silent_seconds(self, now: float, *, fair_from: float) -> float | None:
        """How long the child has owed an answer beyond the limit; None while it is above suspicion.

        `fair_from`: since when it could have answered (the database has worked since then).
        """
        if self.asked_at is None:
            return None
        silent = now - max(self.asked_at, fair_from)
        limit = self.limit_seconds + (START_SECONDS if self.answered_at is None else 0.0)
        return silent if silent > limit else None
