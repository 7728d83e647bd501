"""Limits of requests, counted in the shared cache. Without the cache there are none."""

from __future__ import annotations

import hashlib
import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, Throttled

from common.rates import Rate, Used, take


class TooManyRequestsError(Throttled):
    """429 with the limit and the wait in words; Retry-After is made of `wait` (seconds)."""

    def __init__(self, rate: Rate, whose: str, wait: int) -> None:
        seconds = "second" if wait == 1 else "seconds"
        super().__init__(wait=wait)
        words = f"At most {rate} {whose}. Try again in {wait} {seconds}."
        self.detail = ErrorDetail(words, "throttled")


def request_count(*, rate: Rate | None, whose: str, who: str) -> None:
    """Takes one request off the budget of `who`; `whose` says in words which budget that is
    ("with this API key"). Raises TooManyRequestsError when there is none left."""
    if rate is None:
        return
    # Hashed: user names are typed by strangers, and no cache key may hold what they type.
    name = hashlib.sha256(f"{whose}:{who}".encode()).hexdigest()[:32]
    key = f"rate:{name}"
    kept = cache.get(key)
    used, wait = take(rate, Used(*kept) if kept else None, time.time())
    if wait:
        raise TooManyRequestsError(rate, whose, wait)
    cache.set(key, tuple(used), timeout=2 * rate.seconds)


def address_count(request: HttpRequest, rate: Rate | None) -> None:
    """As `request_count`, for whoever has shown nothing but an address."""
    request_count(rate=rate, whose="from this address", who=client_network(request))


def client_network(request: HttpRequest) -> str:
    """The address a request came from, an IPv6 one with its whole /64: that is one customer.

    Forwarding headers of strangers are gone by now (config/middleware.py). Of those that trusted
    proxies wrote the last address that is no proxy counts; what stands before it anyone can claim.
    """
    said = request.META.get("HTTP_X_FORWARDED_FOR", "")
    found = "unknown"
    for hop in reversed([*said.split(","), request.META.get("REMOTE_ADDR", "")]):
        try:
            address = ipaddress.ip_address(hop.strip())
        except ValueError:
            break
        network = ipaddress.ip_network((address, 64 if address.version == 6 else 32), strict=False)
        found = str(network)
        if not any(address in proxies for proxies in settings.TRUSTED_PROXIES):
            break
    return found
