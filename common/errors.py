"""Errors that tell the caller what to do next."""

from __future__ import annotations


class ProductError(Exception):
    """Base of our own errors. `code` is stable and machine readable, the text is for people.

    The text never carries a secret, an internal address or a foreign banner.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        if code is not None:
            self.code = code


class ConflictError(ProductError):
    """The row is in a state that does not allow the action (paused website, message under way)."""

    code = "conflict"


class InvalidInputError(ProductError):
    """Input that a person can mend; `fields` maps a field name to its messages."""

    code = "invalid"

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}
