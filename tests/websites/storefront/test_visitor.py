"""One polite visitor: a gap between requests, a jar of its own, no redirect to strangers."""

from __future__ import annotations

import socket

import pytest

from common.http_errors import RedirectRefusedError
from tests.common.raw_server import answer, read_request, serving
from websites.sources.whmcs_storefront.visitor import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.once]


class Site:
    """Answers by path; remembers what it was asked."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        while request := read_request(connection):
            self.asked.append(request)
            path = request.split(b" ", 2)[1].decode()
            connection.sendall(self.pages.get(path) or answer(b"ok"))

    def cookies(self) -> list[str]:
        lines = [line for one in self.asked for line in one.decode().split("\r\n")]
        return [line.partition(": ")[2] for line in lines if line.lower().startswith("cookie:")]


def test_cookies_are_kept_until_they_are_forgotten():
    set_them = (
        "Set-Cookie: a=1; path=/",
        "Set-Cookie: b=2",
        "Set-Cookie: =x",
        "Set-Cookie: c=\xff",
    )
    site = Site({
        "/1": answer(b"", *set_them),
        "/2": answer(b"", "Set-Cookie: a=deleted; Max-Age=0"),
    })  # fmt: skip
    with serving(site) as port:
        visitor = Visitor(budget_seconds=10)
        for path in ("/1", "/2", "/3"):
            visitor.get(f"http://127.0.0.1:{port}{path}")
        visitor.forget()
        visitor.get(f"http://127.0.0.1:{port}/4")
    assert site.cookies() == ["a=1; b=2", "b=2"]
    assert visitor.requests_made == 4


def test_a_redirect_on_the_same_host_is_followed_with_the_cookie_it_set():
    moved = answer(
        b"", "Location: /cart.php?a=confproduct&i=0", "Set-Cookie: s=1", status="302 Found"
    )
    site = Site({"/add": moved})
    with serving(site) as port:
        found = Visitor(budget_seconds=10).get(f"http://127.0.0.1:{port}/add")
    assert found.url == f"http://127.0.0.1:{port}/cart.php?a=confproduct&i=0"
    assert found.asked == f"http://127.0.0.1:{port}/add"
    assert site.cookies() == ["s=1"]


@pytest.mark.parametrize(
    ("goal", "said"),
    [("http://other.example/x?secret=1", "http://other.example/x"), ("http://[::1", "cannot be used"),
     ("http://127.0.0.1:1/", "another host")],
)  # fmt: skip
def test_a_redirect_to_a_stranger_is_not_followed(goal, said):
    site = Site({"/": answer(b"", f"Location: {goal}", status="302 Found")})
    with serving(site) as port, pytest.raises(RedirectRefusedError) as caught:
        Visitor(budget_seconds=10).get(f"http://127.0.0.1:{port}/")
    assert said in caught.value.message
    assert "secret" not in caught.value.message


def test_a_long_address_is_cut_where_it_is_told():
    goal = f"http://other.example/{'x/' * 5000}"
    site = Site({"/": answer(b"", f"Location: {goal}", status="302 Found")})
    with serving(site) as port, pytest.raises(RedirectRefusedError) as caught:
        Visitor(budget_seconds=10).get(f"http://127.0.0.1:{port}/")
    assert len(caught.value.location) == 200
    assert goal.startswith(caught.value.location.removesuffix("…"))
    assert caught.value.message.endswith(f": {caught.value.location}.")


def test_a_circle_of_redirects_ends():
    site = Site({"/": answer(b"", "Location: /", status="302 Found")})
    with serving(site) as port, pytest.raises(RedirectRefusedError, match="Too many"):
        Visitor(budget_seconds=10).get(f"http://127.0.0.1:{port}/")
    assert len(site.asked) == 6


def test_requests_follow_each_other_with_a_gap_and_redirects_at_once(settings):
    settings.HOST_MIN_GAP_SECONDS = 2.0
    slept: list[float] = []
    site = Site({"/": answer(b"", "Location: /there", status="302 Found")})
    with serving(site) as port:
        visitor = Visitor(budget_seconds=10, sleep=slept.append)
        for _ in range(3):
            visitor.get(f"http://127.0.0.1:{port}/")
    assert len(slept) == 2
    assert all(1.5 < pause <= 3.0 for pause in slept)
