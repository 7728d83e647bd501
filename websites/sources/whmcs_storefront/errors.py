"""Pure: the error for a page that proves nothing, with advice for whoever runs the website."""

from __future__ import annotations

from common.http_errors import (
    AddressRefusedError,
    BodyTooLargeError,
    HttpError,
    InvalidUrlError,
    RedirectRefusedError,
)
from websites.sources.answers import retry_after_seconds
from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    EmptyCatalogueError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)
from websites.sources.whmcs_storefront.result import (
    BLOCKED,
    ERROR,
    LOGIN,
    MAINTENANCE,
    NOT_FOUND,
    RATE_LIMITED,
    Answer,
    Page,
)


def failure_of(page: Page, answer: Answer) -> SourceError | None:
    """The error a page stands for; None for pages that may be believed."""
    makers = {
        BLOCKED: _blocked,
        LOGIN: _login,
        RATE_LIMITED: _rate_limited,
        MAINTENANCE: _maintenance,
        NOT_FOUND: _not_found,
        ERROR: _broken,
    }
    if page.page in makers:
        return makers[page.page](answer)
    return None if page.is_whole else truncated(answer)


def _blocked(answer: Answer) -> SourceError:
    return BlockedError(
        f"A firewall in front of the shop refused the page (HTTP {answer.status}).",
        advice="Ask whoever runs the shop to let the address of this server read its public pages, "
        "or poll less often. The shop is asked less and less by itself.",
        status=answer.status,
        page_class=BLOCKED,
        retry_after=_retry_after(answer),
    )


def _login(answer: Answer) -> SourceError:
    return AuthError(
        "The shop shows its products to customers who are logged in only.",
        code="login_required",
        advice="Public pages cannot be read then: use the API of the shop with credentials.",
        status=answer.status,
        page_class=LOGIN,
    )


def _rate_limited(answer: Answer) -> SourceError:
    return RateLimitedError(
        "The shop asks to be read less often.",
        advice="Polling goes on more slowly by itself. If it happens often, use a longer interval.",
        retry_after=_retry_after(answer),
        status=answer.status,
        page_class=RATE_LIMITED,
    )


def _maintenance(answer: Answer) -> SourceError:
    return UnreachableError(
        "The shop is down for maintenance.",
        code="maintenance",
        advice="Nothing to do: polling goes on by itself.",
        retry_after=_retry_after(answer),
        status=answer.status,
        page_class=MAINTENANCE,
    )


def _not_found(answer: Answer) -> SourceError:
    return BadAnswerError(
        f"There is no page of a shop at this address (HTTP {answer.status}).",
        code="page_not_found",
        advice="Open the shop in a browser and give the address of its order page, for example "
        "https://shop.example/billing/cart.php.",
        status=answer.status,
        page_class=NOT_FOUND,
    )


def _broken(answer: Answer) -> SourceError:
    return UnreachableError(
        f"The shop answered with an error page (HTTP {answer.status}).",
        code="server_error",
        advice="This is a fault on the side of the shop; polling goes on by itself.",
        retry_after=_retry_after(answer),
        status=answer.status,
    )


def truncated(answer: Answer) -> SourceError:
    return BadAnswerError(
        "A page of the shop breaks off in the middle.",
        code="truncated",
        advice="Nothing was changed. If it stays so, the shop runs out of time or memory (PHP).",
        status=answer.status,
    )


def not_a_shop(answer: Answer, *, is_whmcs: bool) -> SourceError:
    if is_whmcs:
        return EmptyCatalogueError(
            "The shop lists no groups of products.",
            advice="Open its order page in a browser; if it lists products there, give that "
            "address. Stock stays as it was.",
            status=answer.status,
            page_class="empty",
        )
    return BadAnswerError(
        "The page is not one of a WHMCS shop.",
        code="not_whmcs",
        advice="Give the address of the order page, often in a folder: "
        "https://shop.example/billing/cart.php.",
        status=answer.status,
        page_class="unknown",
    )


def network_failure(error: HttpError) -> SourceError:
    """What a failed request means for the website."""
    if isinstance(error, RedirectRefusedError):
        return BadAnswerError(
            error.message,
            code=error.code,
            advice=f"If it is your shop, set the address of this website to {error.location}."
            if error.location
            else "Look at the address in a browser and enter the one it ends at.",
        )
    if isinstance(error, BodyTooLargeError | InvalidUrlError | AddressRefusedError):
        return BadAnswerError(error.message, code=error.code, advice=error.advice)
    return UnreachableError(
        error.message, code=error.code, advice=error.advice or "Polling goes on by itself."
    )


def _retry_after(answer: Answer) -> float | None:
    """Seconds the shop asks to wait, None when it does not say."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return retry_after_seconds(headers.get("retry-after", ""))


def unreadable(answer: Answer) -> SourceError:
    return BadAnswerError(
        "A group that listed products does not list any: another page came instead.",
        code="unreadable_page",
        advice="Nothing was changed. Open the group in a browser; the command inspect_page says "
        "what is read of it.",
        status=answer.status,
        page_class="unknown",
    )
