"""From an address to the plugin that sends there, or a sentence why not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from apprise import AppriseAsset, NotifyBase
from apprise.common import OverflowMode
from django.conf import settings

from notifications.channels.apprise.door import DOOR, listening
from notifications.channels.apprise.masking import mask
from notifications.channels.apprise.schemes import BY_NAME, REFUSED, SCHEMES, Scheme

MAX_LENGTH = 1000
_PREFIXED = ("qsd+", "qsd-", "qsd:")
"""Options like `?+header=`: they set headers or fill templates."""


@dataclass(frozen=True, slots=True)
class Service:
    """A plugin that is ready to send to one place."""

    scheme: Scheme
    plugin: NotifyBase


def read(url: str) -> Service:
    """Raises ValueError with a sentence for people that repeats no secret. Connects to nothing."""
    if not url or len(url) > MAX_LENGTH or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise ValueError(f"Must be one address without blanks, up to {MAX_LENGTH} characters.")
    with listening(may_connect=False) as call:
        scheme, parts = _parsed(url)
        _refuse_options(scheme, parts)
        try:
            plugin = _plugin(scheme)(asset=_asset(), **parts)
        except (TypeError, ValueError, AttributeError, LookupError):
            said = mask(" ".join(call.log), url)
            raise ValueError(f"{scheme.label} cannot use this address. {said}".strip()) from None
    if len(plugin) != 1:
        raise ValueError("Must name exactly one receiver: make a channel for each.")
    return Service(scheme, _tamed(plugin))


def _parsed(url: str) -> tuple[Scheme, dict[str, Any]]:
    name, separator, _ = url.partition("://")
    name = name.lower()
    if name == "https":
        return _parsed_native(url)
    scheme = BY_NAME.get(name)
    if not separator or scheme is None:
        reason = REFUSED.get(name, "Look up the services that are offered in the documentation.")
        shown = f"{name}://" if separator and name.isalnum() and len(name) <= 20 else "This address"
        raise ValueError(f"{shown} is not offered. {reason}")
    parts = _plugin(scheme).parse_url(url)
    if not parts:
        raise ValueError(f"Must look like {scheme.example}.")
    return scheme, dict(parts)


def _parsed_native(url: str) -> tuple[Scheme, dict[str, Any]]:
    """The https address that the service itself shows for an incoming webhook."""
    for scheme in SCHEMES:
        read_native = getattr(_plugin(scheme), "parse_native_url", None)
        parts = read_native(url) if read_native is not None else None
        if parts:
            return scheme, dict(parts)
    raise ValueError("Not the https address of a service that is offered; see the documentation.")


def _refuse_options(scheme: Scheme, parts: dict[str, Any]) -> None:
    named = {str(key).lower() for key in parts.get("qsd") or {}}
    named |= {f"{p[-1]}{key}" for p in _PREFIXED for key in parts.get(p) or {}}
    if unknown := sorted(named - scheme.options):
        allowed = ", ".join(sorted(scheme.options)) or "none"
        shown = unknown[0] if len(unknown[0]) <= 30 else "This one"
        raise ValueError(f"The option {shown!r} is not offered; {scheme.label} has: {allowed}.")


@lru_cache(maxsize=len(SCHEMES))
def _plugin(scheme: Scheme) -> type[NotifyBase]:
    """The class of a plugin, with our door in its module. Only modules of the list are loaded."""
    path, _, name = scheme.plugin.partition(":")
    module = import_module(f"apprise.plugins.{path}")
    vars(module)["requests"] = DOOR
    found: type[NotifyBase] = getattr(module, name)
    return found


def _asset() -> AppriseAsset:
    """No pictures of somebody else's server, nothing kept on disk, our name on the message."""
    return AppriseAsset(
        app_id=settings.APP_NAME,
        app_desc=settings.APP_NAME,
        app_url=settings.PUBLIC_URL,
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        async_mode=False,
        default_service_retry=0,
        pem_autogen=False,
        pgp_autogen=False,
    )


def _tamed(plugin: NotifyBase) -> NotifyBase:
    """One request per message: too long a text is cut, nothing is split, repeated or waited for."""
    plugin.overflow_mode = OverflowMode.TRUNCATE
    plugin.request_rate_per_sec = 0
    vars(plugin)["throttle"] = _no_wait
    if hasattr(plugin, "e2ee"):
        plugin.e2ee = False  # keeps keys in files
    return plugin


def _no_wait(*_: Any, **__: Any) -> None:
    return None
