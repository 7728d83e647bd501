"""Redirects: returned, followed on the same host, never with a body to another one."""

from __future__ import annotations

import socket

import pytest
from django.utils.translation import override

from common.http import Redirects, _is_same_host, _refuse_redirect, fetch
from common.http_address import parse_url_strictly
from common.http_errors import RedirectRefusedError
from common.texts import shown
from tests.common.raw_server import Handler, always, answer, read_request, serving

pytestmark = pytest.mark.once


def _moving(location: str, status: str, seen: list[bytes]) -> Handler:
    """Redirects everything but /new."""

    def handle(connection: socket.socket) -> None:
        while request := read_request(connection):
            seen.append(request)
            if b" /new" in request.partition(b"\r\n")[0]:
                connection.sendall(answer(b"arrived"))
            else:
                connection.sendall(answer(b"", f"Location: {location}", status=status))

    return handle


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_by_default(status: int) -> None:
    seen: list[bytes] = []
    with serving(_moving("/new", f"{status} Moved", seen)) as port:
        response = fetch("POST", f"http://127.0.0.1:{port}/old", data={"a": "b"})
    assert response.status == status
    assert response.headers["Location"] == "/new"
    assert len(seen) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_on_the_same_host_method_and_body_go_along(status: int) -> None:
    seen: list[bytes] = []
    with serving(_moving("/new", f"{status} Moved", seen)) as port:
        url = f"http://127.0.0.1:{port}/old"
        response = fetch("POST", url, data={"a": "b"}, redirects="same_host")
    assert (response.body, response.url) == (b"arrived", f"http://127.0.0.1:{port}/new")
    assert seen[1].startswith(b"POST /new")
    assert seen[1].endswith(b"a=b")


def test_see_other_becomes_a_plain_get() -> None:
    seen: list[bytes] = []
    with serving(_moving("/new", "303 See Other", seen)) as port:
        fetch("POST", f"http://127.0.0.1:{port}/", data={"a": "b"}, redirects="same_host")
    assert seen[1].startswith(b"GET /new")
    assert b"a=b" not in seen[1]
    assert b"Content-Type" not in seen[1]


@pytest.mark.parametrize("redirects", ["same_host", "any"])
def test_a_body_never_goes_to_another_host(redirects: Redirects) -> None:
    stolen: list[socket.socket] = []
    with serving(stolen.append) as other:
        goal = f"http://localhost:{other}/new/api.php?token=x#y"
        moving = _moving(goal, "307 Moved", [])
        with serving(moving) as port, pytest.raises(RedirectRefusedError) as error:
            fetch("POST", f"http://127.0.0.1:{port}/", data={"a": "b"}, redirects=redirects)
    assert not stolen
    assert error.value.location == f"http://localhost:{other}/new/api.php"
    assert f"localhost:{other}" in error.value.message


def test_a_long_address_is_cut_where_it_is_told() -> None:
    goal = f"http://other.example/{'x/' * 5000}"
    moving = _moving(goal, "302 Found", [])
    with serving(moving) as port, pytest.raises(RedirectRefusedError) as error:
        fetch("GET", f"http://127.0.0.1:{port}/", redirects="same_host")
    assert len(error.value.location) == 200
    assert goal.startswith(error.value.location.removesuffix("…"))
    assert error.value.message.endswith(f": {error.value.location}.")


def test_a_get_follows_anywhere_without_its_credentials() -> None:
    seen: list[bytes] = []
    with serving(_moving("/", "200 OK", seen)) as other:
        goal = f"Location: http://localhost:{other}/new"
        with serving(always(answer(b"", goal, status="302 Found"))) as port:
            response = fetch(
                "GET",
                f"http://127.0.0.1:{port}/",
                headers={"Authorization": "Bearer abc", "Cookie": "a=b", "X-Other": "1"},
                redirects="any",
            )
    assert response.body == b"arrived"
    assert b"Authorization" not in seen[0]
    assert b"Cookie" not in seen[0]
    assert b"X-Other: 1" in seen[0]


def test_a_circle_ends() -> None:
    seen: list[bytes] = []
    moving = _moving("/old", "302 Found", seen)
    with serving(moving) as port, pytest.raises(RedirectRefusedError, match="Too many"):
        fetch("GET", f"http://127.0.0.1:{port}/old", redirects="any")
    assert len(seen) == 6


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("http://shop.example/", "https://shop.example/x", True),
        ("https://shop.example/", "https://www.shop.example/", True),
        ("https://www.shop.example/", "https://shop.example/", True),
        ("https://shop.example/", "https://SHOP.example./", True),
        ("https://shop.example/", "http://shop.example/", False),
        ("http://shop.example/", "http://shop.example:8080/", False),
        ("https://shop.example/", "https://shop.example.evil/", False),
        ("https://shop.example/", "https://pay.shop.example/", False),
    ],
)
def test_what_counts_as_the_same_host(one: str, other: str, is_same: bool) -> None:
    assert _is_same_host(parse_url_strictly(one), parse_url_strictly(other)) is is_same


def test_a_body_does_not_go_from_https_to_http() -> None:
    source = parse_url_strictly("https://shop.example/")
    goal = parse_url_strictly("http://shop.example/")
    for redirects in ("same_host", "any"):
        with pytest.raises(RedirectRefusedError, match="unencrypted"):
            _refuse_redirect("POST", source, goal, redirects, has_body=True)


@pytest.mark.parametrize("goal", ["http://shop.example/", "https://other.example/"])
def test_where_it_leads_is_said_in_the_language_of_the_page(goal: str) -> None:
    source = parse_url_strictly("https://shop.example/")
    with pytest.raises(RedirectRefusedError) as error:
        _refuse_redirect("POST", source, parse_url_strictly(goal), "same_host", has_body=True)
    assert error.value.message.endswith(f": {goal}.")
    for language in ("ru", "zh-hans"):
        with override(language):
            said = shown(error.value.message)
        assert said.count(" redirects ") + said.count("address") + said.count("host") == 0
        assert goal in said
