"""Where requests may go: judged on the resolved address, at every connection."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from pytest_django import Settings

from common.http import fetch
from common.http_address import is_public, may_connect, parse_address
from common.http_errors import AddressRefusedError, RedirectRefusedError
from tests.common.raw_server import always, answer, serving

pytestmark = pytest.mark.once


@pytest.fixture
def public_only(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_NETWORKS = []


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_public_is_known(text: str) -> None:
    assert not is_public(parse_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(parse_address(text))


def test_ports_count_for_public_addresses_only() -> None:
    allowed = [ipaddress.ip_network("10.0.0.0/8")]
    public, private = ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("10.1.2.3")
    assert may_connect(public, 443, allowed_networks=allowed, ports=[443])
    assert not may_connect(public, 6379, allowed_networks=allowed, ports=[443])
    assert may_connect(private, 6379, allowed_networks=allowed, ports=[443])
    assert not may_connect(private, 443, allowed_networks=[], ports=[443])


@pytest.mark.usefixtures("public_only")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ],
)
def test_no_spelling_of_loopback_is_reached(host: str) -> None:
    reached: list[socket.socket] = []
    with serving(reached.append) as port, pytest.raises(AddressRefusedError) as error:
        fetch("GET", f"http://{host}:{port}/")
    assert not reached
    assert "ALLOW_PRIVATE_NETWORKS" in error.value.advice


@pytest.mark.usefixtures("public_only")
def test_the_refusal_of_a_name_does_not_tell_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, "10.11.12.13")
    with pytest.raises(AddressRefusedError) as error:
        fetch("GET", "https://inside.example/")
    assert "10.11" not in error.value.message + error.value.advice


def test_an_unusual_port_of_a_public_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, "8.8.8.8")
    with pytest.raises(AddressRefusedError, match="port 6379"):
        fetch("GET", "http://shop.example:6379/")


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name has these addresses, in this order; returns the names that were asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_resolved_once_and_the_judged_address_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(always(answer())) as port:
        asked = _resolve_to(monkeypatch, "127.0.0.1")
        assert fetch("GET", f"http://rebind.example:{port}/").status == 200
    assert asked == ["rebind.example"]


def test_refused_addresses_of_a_name_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(answer())) as port:
        _resolve_to(monkeypatch, "10.0.0.1", "64:ff9b::7f00:1", "127.0.0.1")
        assert fetch("GET", f"http://mixed.example:{port}/").status == 200


def test_the_next_address_is_tried_when_ipv6_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(always(answer())) as port:
        _resolve_to(monkeypatch, "::1", "127.0.0.1")
        assert fetch("GET", f"http://both.example:{port}/").status == 200


@pytest.mark.parametrize(
    "goal", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::]/"]
)
def test_a_redirect_to_a_refused_address_is_not_followed(goal: str) -> None:
    moving = always(answer(b"", f"Location: {goal}", status="302 Found"))
    with serving(moving) as port, pytest.raises(AddressRefusedError):
        fetch("GET", f"http://127.0.0.1:{port}/", redirects="any")


def test_a_kept_connection_is_not_used_after_its_network_was_closed(
    settings: Settings,
) -> None:
    with serving(always(answer())) as port:
        assert fetch("GET", f"http://127.0.0.1:{port}/").status == 200
        settings.ALLOW_PRIVATE_NETWORKS = []
        with pytest.raises(AddressRefusedError):
            fetch("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/", "http://["]
)
def test_a_redirect_to_something_else_than_a_web_address_is_refused(location: str) -> None:
    reply = answer(b"", f"Location: {location}", status="302 Found")
    with serving(always(reply)) as port, pytest.raises(RedirectRefusedError) as error:
        fetch("GET", f"http://127.0.0.1:{port}/", redirects="any")
    assert error.value.location == ""
