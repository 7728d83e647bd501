"""What the storefront source can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.plugin import ConfigField

FIELDS = (
    ConfigField(
        "preview",
        "Ask for the standard order form",
        help="Reads the groups with the preview parameters carttpl and systpl of WHMCS, which turns "
        "many themed shops into pages that show numbers. Used only where the shop really answers "
        "in that form.",
        type="boolean",
        default=False,
    ),
    ConfigField(
        "probe",
        "Open order links where a group page proves nothing",
        help="A watched product that shows neither number nor mark is put into an empty cart, "
        "which tells whether it can be ordered. Nothing is ordered or reserved.",
        type="boolean",
        default=True,
    ),
)


@dataclass(frozen=True, slots=True)
class StorefrontConfig:
    url: str
    is_previewed: bool = False
    is_probed: bool = True

    @classmethod
    def of(cls, url: str, values: Mapping[str, Any]) -> StorefrontConfig:
        return cls(url.strip(), bool(values.get("preview")), bool(values.get("probe", True)))
