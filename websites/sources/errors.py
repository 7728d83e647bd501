"""Why a Website could not be read, and what to do next. None of these ever changes stock."""

from __future__ import annotations

from common.errors import ProductError
from websites.choices import Health


class SourceError(ProductError):
    """A poll that proved nothing.

    `health` is what the Website shows at once; DEGRADED may grow into UNREACHABLE.
    `retry_after` is seconds the shop asked to wait, None when it did not say.
    """

    code = "source_error"
    health: Health = Health.DEGRADED

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        advice: str = "",
        retry_after: float | None = None,
        status: int | None = None,
        page_class: str = "error",
    ) -> None:
        super().__init__(message, code=code, advice=advice)
        self.retry_after = retry_after
        self.status = status
        self.page_class = page_class


class NoOutcomeError(SourceError):
    """Several polls in a row never came back: whoever read the shop died or hung."""

    code = "no_outcome"
    health = Health.UNREACHABLE


class UnreachableError(SourceError):
    """No usable answer: network, time-out, 5xx."""

    code = "unreachable"


class BadAnswerError(SourceError):
    """An answer that is not what the shop software sends: HTML, truncated, empty, too large."""

    code = "bad_answer"


class AuthError(SourceError):
    """The shop refused our credentials, our address or the action."""

    code = "auth_failed"
    health = Health.AUTH_FAILED


class BlockedError(SourceError):
    """A firewall or challenge answered instead of the shop."""

    code = "blocked"
    health = Health.BLOCKED


class RateLimitedError(SourceError):
    """The shop asked us to slow down."""

    code = "rate_limited"
    health = Health.RATE_LIMITED


class EmptyCatalogueError(BadAnswerError):
    """The shop lists nothing. That is "not seen", never "all sold out"."""

    code = "empty_catalogue"
