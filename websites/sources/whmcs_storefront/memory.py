"""Pure: what a read of a shop leaves for the next one. JSON values; losing it costs requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from websites.sources.whmcs_storefront.addresses import GroupRef
from websites.sources.whmcs_storefront.sidebar import Group

VERSION = 1


class Listed(NamedTuple):
    name: str
    price: str = ""
    currency: str = ""
    url: str = ""


@dataclass(slots=True)
class GroupMemory:
    """`products`: product id -> name, price, currency and address as last listed. `read_at`: seconds since the epoch, kept only while
    the groups have to take turns."""

    url: str
    name: str
    gid: str = ""
    slug: str = ""
    form: str = ""
    products: dict[str, Listed] = field(default_factory=dict)
    read_at: int = 0

    @property
    def group(self) -> Group:
        return Group(GroupRef(self.gid, self.slug), self.name, self.url, is_current=False)

    @classmethod
    def of(cls, group: Group) -> GroupMemory:
        return cls(group.url, group.name, group.ref.gid, group.ref.slug)

    @classmethod
    def stored(cls, row: Mapping[str, Any]) -> GroupMemory:
        """Raises KeyError, TypeError or ValueError for anything that was not stored by us."""
        products = {str(key): Listed(*map(str, one)) for key, one in row["products"].items()}
        url, name, gid, slug, form = (
            str(row[key]) for key in ("url", "name", "gid", "slug", "form")
        )
        return cls(url, name, gid, slug, form, products, int(row["read_at"]))

    def as_json(self) -> dict[str, Any]:
        products = {key: list(one) for key, one in self.products.items()}
        return {
            "url": self.url,
            "name": self.name,
            "gid": self.gid,
            "slug": self.slug,
            "form": self.form,
            "products": products,
            "read_at": self.read_at,
        }


@dataclass(slots=True)
class Memory:
    """`probes`: product -> when its order link was last opened. `pause_until`: the shop refused
    that; the listing is read all the same. `no_preview`: it does not answer in the other form."""

    groups: dict[str, GroupMemory] = field(default_factory=dict)
    probes: dict[str, int] = field(default_factory=dict)
    pause_until: int = 0
    no_preview: bool = False

    def keep_probes(self, products: Iterable[str]) -> None:
        wanted = set(products)
        self.probes = {key: at for key, at in self.probes.items() if key in wanted}

    def as_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "groups": {key: one.as_json() for key, one in self.groups.items()},
            "probes": dict(self.probes),
            "pause_until": self.pause_until,
            "no_preview": self.no_preview,
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Memory:
        """Whatever was stored; anything unreadable is forgotten."""
        if value.get("version") != VERSION:
            return cls()
        try:
            groups = {str(key): GroupMemory.stored(row) for key, row in value["groups"].items()}
            probes = {str(key): int(at) for key, at in value["probes"].items()}
            return cls(groups, probes, int(value["pause_until"]), bool(value["no_preview"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            return cls()
