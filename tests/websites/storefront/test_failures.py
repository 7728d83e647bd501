"""Pages that prove nothing are errors with advice, never a shorter list."""

from __future__ import annotations

import pytest

from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    EmptyCatalogueError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)

pytestmark = [pytest.mark.integration, pytest.mark.once]

WATCHED = ["11", "12", "13", "14", "15"]
FAILURES = {
    "login_wall": (AuthError, "login_required"),
    "ip_banned": (BlockedError, "blocked"),
    "cloudflare_1020": (BlockedError, "blocked"),
    "cloudflare": (BlockedError, "blocked"),
    "forbidden_html": (BlockedError, "blocked"),
    "waf_wait": (BlockedError, "blocked"),
    "sucuri": (BlockedError, "blocked"),
    "rate_limited": (RateLimitedError, "rate_limited"),
    "rate_limit_page": (RateLimitedError, "rate_limited"),
    "maintenance_page": (UnreachableError, "maintenance"),
    "html": (UnreachableError, "maintenance"),
    "security_warning": (UnreachableError, "server_error"),
    "licence_error": (UnreachableError, "server_error"),
    "php_error": (UnreachableError, "server_error"),
    "empty": (UnreachableError, "server_error"),
    "truncated": (BadAnswerError, "truncated"),
    "reset": (UnreachableError, "connect_failed"),
    "page_not_found": (BadAnswerError, "page_not_found"),
    "redirect": (BadAnswerError, "redirected"),
}


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("name", FAILURES)
def test_a_page_that_proves_nothing_is_an_error_with_advice(front, reader, name, is_known):
    again = reader(front)
    if is_known:
        again.read()
    front.fault(name, action="store", times=None)
    kind, code = FAILURES[name]
    with pytest.raises(SourceError) as caught:
        again.read(WATCHED)
    assert isinstance(caught.value, kind)
    assert caught.value.code == code
    assert caught.value.advice
    check = again.source.check()
    assert (check.ok, check.code) == (False, code)


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("name", ["login_wall", "truncated", "rate_limit_page", "store_not_found"])
def test_a_failure_in_the_middle_of_a_read_is_no_shorter_list(front, reader, name, place):
    again = reader(front)
    again.read()
    for _ in range(place - 1):
        front.fault("delay", action="store", seconds=0.001)
    front.fault(name, action="store", times=5 if name == "store_not_found" else 1)
    with pytest.raises(SourceError):
        again.read()


def test_a_rate_limit_says_how_long_to_wait(front, reader):
    front.fault("rate_limited", action="store", retry_after="120")
    with pytest.raises(RateLimitedError) as caught:
        reader(front).read()
    assert caught.value.retry_after == 120


def test_a_page_of_another_software_is_no_shop(front, reader):
    page = "<html><body><h1>Blog</h1></body></html>"
    front.fault("html", action="store", body=page, times=None)
    with pytest.raises(BadAnswerError) as caught:
        reader(front).read()
    assert caught.value.code == "not_whmcs"


def test_a_shop_without_products_is_not_sold_out(world, reader):
    with pytest.raises(EmptyCatalogueError):
        reader(world.shop("bare")).read()


def test_a_group_that_suddenly_lists_nothing_is_not_believed(front, reader):
    """The page is WHMCS's own, but not the group: a home page, an error in the theme."""
    again = reader(front)
    again.read()
    page = "<html><body><script>var csrfToken=1</script><h1>Welcome</h1></body></html>"
    front.fault("delay", action="store", seconds=0.001)
    front.fault("text", action="store", body=page, content_type="text/html")
    with pytest.raises(BadAnswerError) as caught:
        again.read()
    assert caught.value.code == "unreadable_page"
