"""Pure: which network addresses may be talked to, and what an address in text form means."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from common.http_errors import InvalidUrlError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_SHOWN = 200

# What `is_global` of Python 3.11 does not say. IANA special-purpose registries, RFC 6890 and later.
_NEVER_PUBLIC: tuple[Network, ...] = (
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments, metadata of one cloud
    ipaddress.ip_network("168.63.129.16/32"),  # platform address of one cloud
    ipaddress.ip_network("::/96"),  # IPv4-compatible, an IPv4 address in disguise
    ipaddress.ip_network("::ffff:0:0:0/96"),  # IPv4-translated
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64: leads to any IPv4 address
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2001::/23"),  # Teredo, ORCHID and other assignments
    ipaddress.ip_network("2002::/16"),  # 6to4: carries an IPv4 address
    ipaddress.ip_network("3fff::/20"),  # documentation
    ipaddress.ip_network("5f00::/16"),  # segment routing
    ipaddress.ip_network("fec0::/10"),  # site-local
)


def parse_address(text: str) -> Address:
    """The address a socket would talk to: without zone, IPv4 where it is mapped into IPv6."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NEVER_PUBLIC)
    )


def may_connect(
    address: Address, port: int, *, allowed_networks: Iterable[Network], ports: Iterable[int]
) -> bool:
    """Public addresses on the allowed ports; any port inside a network the operator allows."""
    if any(address in network for network in allowed_networks):
        return True
    return is_public(address) and port in ports


@lru_cache(maxsize=1024)
def parse_url_strictly(text: str) -> Url:
    """An absolute http or https address without user info. Raises InvalidUrlError."""
    try:
        url = parse_url(text)
    except LocationParseError:
        raise InvalidUrlError("The address cannot be read.") from None
    if url.scheme not in DEFAULT_PORTS:
        raise InvalidUrlError("The address must start with https:// or http://.")
    if not url.host:
        raise InvalidUrlError("The address has no host name.")
    if url.auth is not None:
        raise InvalidUrlError("The address must not contain a user name or password.")
    return url


def shortened(address: str) -> str:
    """For sentences: an address that a stranger names may be as long as a page."""
    return address if len(address) <= MOST_SHOWN else f"{address[: MOST_SHOWN - 1]}…"


def port_of(url: Url) -> int:
    return url.port or DEFAULT_PORTS[url.scheme or "https"]
