"""Source kinds. A new kind is a folder and a line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from common.fields import DecryptionError
from common.plugin import ConfigField
from common.registry import Registry
from websites.sources.base import Source, SourceContext

AUTO = "auto"
AUTO_LABEL = "Automatic"
AUTO_KINDS = ("whmcs_rest", "whmcs_api", "whmcs_storefront")
"""What `auto` may read with, best first. Product ids are the same in all of them."""
PAGES = "whmcs_storefront"
ALLOW_PAGES = ConfigField(
    "allow_pages",
    "Read public pages where nothing better answers",
    help="While the API of the shop fails, and to find out what a 0 of it means, public pages are "
    "read like a visitor does.",
    type="boolean",
    default=True,
)

WITH_CREDENTIALS, WITHOUT = "whmcs_api", "whmcs_rest"
"""What `auto` reads with while no connection test has found anything better."""

SOURCES: Registry[type[Source]] = Registry("source")
SOURCES.register("whmcs_rest", "websites.sources.whmcs_rest.source.WhmcsRestSource")
SOURCES.register("whmcs_api", "websites.sources.whmcs_api.source.WhmcsApiSource")
SOURCES.register(
    "whmcs_storefront", "websites.sources.whmcs_storefront.source.WhmcsStorefrontSource"
)
SOURCES.register("manual", "websites.sources.manual.source.ManualSource")


def choices() -> list[tuple[str, str]]:
    """(kind, label) for forms and the model field; `auto` first."""
    return [(AUTO, AUTO_LABEL), *((kind, SOURCES.get(kind).label) for kind in SOURCES.kinds())]


def polled_kinds() -> list[str]:
    """Kinds that are read by us; stock of the others is pushed."""
    return [AUTO, *(kind for kind in SOURCES.kinds() if SOURCES.get(kind).is_polled)]


def resolve(kind: str, resolved: str = "", credentials: Mapping[str, Any] | None = None) -> str:
    """The kind that really reads. For `auto` the one the last connection test found (`resolved`),
    before any test the one that fits the credentials."""
    if kind != AUTO:
        return kind
    if resolved in AUTO_KINDS:
        return resolved
    return WITH_CREDENTIALS if credentials is None or _opens(credentials) else WITHOUT


def auto_kinds(credentials: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """What a connection test of an `auto` website tries, best first: what credentials open and the
    operator allows."""
    barred = {WITH_CREDENTIALS} if not _opens(credentials) else set()
    if not config.get(ALLOW_PAGES.name, True):
        barred |= {PAGES}
    return [kind for kind in AUTO_KINDS if kind not in barred]


def chain_of(
    kind: str, resolved: str, credentials: Mapping[str, Any], config: Mapping[str, Any]
) -> tuple[str, ...]:
    """The kinds that may read a website: the one that does, then those that may stand in for it.
    REST is no stand-in where a connection test did not find it."""
    first = resolve(kind, resolved, credentials)
    if kind != AUTO:
        return (first,)
    others = [one for one in auto_kinds(credentials, config) if one != first]
    return (first, *(one for one in others if one != WITHOUT or not resolved))


def _opens(credentials: Mapping[str, Any]) -> bool:
    """True also for credentials that no key opens: reading says so then, instead of going on
    without them."""
    needed = [field.name for field in SOURCES.get(WITH_CREDENTIALS).CONFIG if field.is_required]
    try:
        return all(credentials.get(name) for name in needed)
    except DecryptionError:
        return True


def config_of(kind: str) -> Sequence[ConfigField]:
    """The options of a kind; those of all its sources for `auto`, none of them required.
    Raises UnknownKindError."""
    if kind != AUTO:
        return SOURCES.get(kind).CONFIG
    fields = {field.name: field for one in AUTO_KINDS for field in SOURCES.get(one).CONFIG}
    fields |= {field.name: field for field in SOURCES.get(WITH_CREDENTIALS).CONFIG}
    return (*(replace(field, is_required=False) for field in fields.values()), ALLOW_PAGES)


def required_together(kind: str) -> frozenset[str]:
    """Options of which all are given or none."""
    if kind != AUTO:
        return frozenset()
    fields = SOURCES.get(WITH_CREDENTIALS).CONFIG
    return frozenset(field.name for field in fields if field.is_required)


def source_class(kind: str) -> type[Source]:
    """Raises UnknownKindError."""
    return SOURCES.get(resolve(kind))


def build(kind: str, context: SourceContext) -> Source:
    """Raises UnknownKindError."""
    return source_class(kind)(context)
