"""Source kinds. A new kind is a folder and a line here."""

from __future__ import annotations

from common.registry import Registry
from websites.sources.base import Source, SourceContext

AUTO = "auto"
AUTO_LABEL = "Automatic"

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


def resolve(kind: str) -> str:
    """The kind that really reads: `auto` is the best one this version has."""
    return "whmcs_api" if kind == AUTO else kind


def source_class(kind: str) -> type[Source]:
    """Raises UnknownKindError."""
    return SOURCES.get(resolve(kind))


def build(kind: str, context: SourceContext) -> Source:
    """Raises UnknownKindError."""
    return source_class(kind)(context)
