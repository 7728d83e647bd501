"""Nobody makes this server ask what only it can reach: over real sockets, in every spelling.

`outside` stands for a host on the internet: only its address (127.0.0.1) is allowed. `inside` is a
server at another loopback address that must never get a connection. More of the door's own
behaviour is in tests/common/test_http*.py.
"""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading

import pytest

from common.http import fetch
from common.http_errors import (
    AddressRefusedError,
    BodyTooLargeError,
    HttpError,
    InvalidUrlError,
    NameNotFoundError,
    TimedOutError,
)
from notifications.services.channels import channel_create, channel_test
from tests.common.raw_server import always, answer, read_request, serving
from tests.factories import make_team, make_website
from websites.services import website_check

pytestmark = pytest.mark.once

INSIDE = "127.0.0.2"
SPELLINGS = [
    INSIDE,
    "2130706434",
    "0x7f000002",
    "0x7f.0.0.2",
    "0177.0.0.2",
    "017700000002",
    "127.2",
    "127.0.2",
    "127.0.0.2.",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
    "１２７.0.0.2",
    "127。0。0。2",
    "outside.example@127.0.0.2",
    "outside.example:80@127.0.0.2",
    "127.0.0.1%40127.0.0.2",
]


@pytest.fixture(autouse=True)
def _one_address_is_outside(settings):
    settings.ALLOW_PRIVATE_NETWORKS = [ipaddress.ip_network("127.0.0.1/32")]


@pytest.fixture
def inside():
    """(port, connections it got) of a server that nobody may reach."""
    reached: list[socket.socket] = []
    with serving(reached.append, host=INSIDE) as port:
        yield port, reached


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_what_is_inside(inside, spelling):
    port, reached = inside
    with pytest.raises(HttpError) as error:
        fetch("GET", f"http://{spelling}:{port}/")
    assert isinstance(error.value, AddressRefusedError | InvalidUrlError | NameNotFoundError)
    assert reached == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_redirect_leads_inside(inside, spelling):
    port, reached = inside
    moving = answer(b"", f"Location: http://{spelling}:{port}/", status="302 Found")
    with serving(always(moving)) as outside, pytest.raises(HttpError):
        fetch("GET", f"http://127.0.0.1:{outside}/", redirects="any")
    assert reached == []


@pytest.mark.parametrize("location", [f"//{INSIDE}", f"\\\\{INSIDE}", f"/\\{INSIDE}", "/"])
def test_a_redirect_without_a_scheme_leads_nowhere_else(inside, location):
    port, reached = inside
    goal = f"{location}:{port}/" if INSIDE in location else location
    moving = answer(b"", f"Location: {goal}", status="302 Found")
    with serving(always(moving)) as outside, pytest.raises(HttpError):
        fetch("GET", f"http://127.0.0.1:{outside}/", redirects="any")
    assert reached == []


def names(monkeypatch, *answers):
    """Every look-up of a name gets the next of these answers, the last one for ever."""
    left = list(answers)

    def getaddrinfo(host, port, *args, **kwargs):
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_that_moves_inside_after_it_was_judged_is_not_followed(inside, monkeypatch):
    """Rebinding: whoever resolves twice, once to judge and once to connect, is led inside."""
    _, reached = inside
    names(monkeypatch, ["127.0.0.1"], [INSIDE])
    with serving(always(answer(b"outside"))) as port:
        assert fetch("GET", f"http://rebind.example:{port}/").body == b"outside"
    assert reached == []


def test_a_name_is_judged_anew_for_every_redirect(inside, monkeypatch):
    port, reached = inside
    names(monkeypatch, ["127.0.0.1"], [INSIDE])
    moving = answer(b"", f"Location: http://rebind.example:{port}/x", status="302 Found")
    with serving(always(moving)) as outside, pytest.raises(AddressRefusedError):
        fetch("GET", f"http://rebind.example:{outside}/", redirects="any")
    assert reached == []


def test_a_name_with_two_addresses_reaches_the_allowed_one_only(inside, monkeypatch):
    _, reached = inside
    names(monkeypatch, [INSIDE, "127.0.0.1"])
    with serving(always(answer(b"outside"))) as port:
        assert fetch("GET", f"http://both.example:{port}/").body == b"outside"
    assert reached == []


def test_what_the_environment_names_as_proxy_is_not_asked(inside, monkeypatch):
    port, reached = inside
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{INSIDE}:{port}")
    with serving(always(answer(b"outside"))) as outside:
        assert fetch("GET", f"http://127.0.0.1:{outside}/").body == b"outside"
    assert reached == []


def test_a_compressed_body_that_trickles_ends_at_the_deadline():
    packed, over = gzip.compress(b"\0" * 10_000_000), threading.Event()

    def handle(connection):
        read_request(connection)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for byte in packed:
            if over.wait(0.02):
                return
            connection.sendall(b"1\r\n" + bytes([byte]) + b"\r\n")

    with serving(handle) as port:
        with pytest.raises(TimedOutError):
            fetch("GET", f"http://127.0.0.1:{port}/", deadline=0.15)
        over.set()


def test_a_bomb_in_chunks_without_a_length_is_refused_while_it_unpacks():
    packed = gzip.compress(b"\0" * 50_000_000)
    reply = (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"{len(packed):x}\r\n".encode()
        + packed
        + b"\r\n0\r\n\r\n"
    )
    with serving(always(reply)) as port, pytest.raises(BodyTooLargeError):
        fetch("GET", f"http://127.0.0.1:{port}/", max_bytes=1_000_000)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("source", ["whmcs_api", "whmcs_rest", "whmcs_storefront", "auto"])
def test_no_website_of_a_team_reads_what_is_inside(inside, source):
    port, reached = inside
    website = make_website(source=source, url=f"http://{INSIDE}:{port}")
    result = website_check(website=website)
    assert not result.ok
    assert reached == []


@pytest.mark.django_db(transaction=True)
def test_no_webhook_of_a_team_posts_to_what_is_inside(inside):
    port, reached = inside
    channel, _ = channel_create(
        team=make_team(), name="Hook", kind="webhook", config={"url": f"http://{INSIDE}:{port}/"}
    )
    assert channel_test(channel=channel).status != "sent"
    assert reached == []
