"""Requests by way of a proxy, over real sockets."""

from __future__ import annotations

import base64

import pytest

from common.http import fetch
from common.http_errors import AddressRefusedError, HttpError, InvalidUrlError
from common.http_proxy import proxy_parts, through_proxy
from tests.proxy import Proxy, running_proxy


@pytest.fixture
def proxy():
    with running_proxy() as address:
        yield address


@pytest.fixture(autouse=True)
def _no_private_networks(settings):
    """The proxy is on loopback all the same: whoever names it decides where it may be."""
    settings.ALLOW_PRIVATE_NETWORKS = ()


def test_a_plain_address_is_asked_of_the_proxy_as_a_whole(proxy):
    with through_proxy(f"http://{proxy}"):
        answer = fetch("GET", "http://shop.example/cart.php?gid=1")
    assert answer.body == b"by proxy"
    assert Proxy.asked == [("GET", "http://shop.example/cart.php?gid=1", "")]


def test_an_encrypted_one_goes_through_a_tunnel_with_the_login_of_the_proxy(proxy):
    with through_proxy(f"http://me:pa%40ss@{proxy}"), pytest.raises(HttpError) as caught:
        fetch("GET", "https://shop.example/")
    ((method, target, login),) = Proxy.asked
    assert (method, target) == ("CONNECT", "shop.example:443")
    assert base64.b64decode(login.removeprefix("Basic ")) == b"me:pa@ss"
    assert "pa@ss" not in str(caught.value)


def test_without_it_requests_go_straight_again(proxy):
    with through_proxy(f"http://{proxy}"):
        pass
    with pytest.raises(HttpError):
        fetch("GET", "http://127.0.0.1:9/")
    assert Proxy.asked == []


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://[::1]/", "http://10.0.0.1/"])
def test_an_address_that_names_a_private_network_is_refused_here_too(proxy, target):
    with through_proxy(f"http://{proxy}"), pytest.raises(AddressRefusedError):
        fetch("GET", target)
    assert Proxy.asked == []


@pytest.mark.parametrize(
    "bad", ["proxy.example:3128", "socks5://proxy.example:1", "http://proxy.example",
            "https://proxy.example:3128", "http://proxy.example:3128/path", "http://"],
)  # fmt: skip
def test_what_is_no_proxy_is_refused(bad):
    with pytest.raises(InvalidUrlError):
        proxy_parts(bad)
