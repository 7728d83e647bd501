"""What a shop sells."""

from __future__ import annotations

from dataclasses import dataclass, field

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
OFF = "-1.00"
"""How WHMCS prints a billing cycle that is not offered."""


@dataclass(slots=True)
class Option:
    """A configurable option. WHMCS options carry no stock.

    `kind`: "1" dropdown, "2" radio, "3" yes/no, "4" quantity. `choices` are (id, name, monthly).
    """

    id: int
    name: str
    choices: list[tuple[int, str, str]] = field(default_factory=list)
    kind: str = "1"


@dataclass(slots=True)
class Product:
    """One product. `stock` None = stock control is off; below 0 = oversold.

    `stale_quantity` is what the API shows while stock control is off: 0, or the last number from
    the time when it was on. `prices`: currency -> cycle -> "4.99"; a cycle left out is off.
    """

    pid: int
    name: str
    stock: int | None = None
    gid: int = 1
    group: str = "vps"
    """Slug of the group, part of the order address."""
    slug: str = ""
    description: str = ""
    kind: str = "server"
    module: str = "proxmox"
    paytype: str = "recurring"
    prices: dict[str, dict[str, str]] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    custom_fields: list[str] = field(default_factory=list)
    allowqty: int = 0
    stale_quantity: int = 0
    is_hidden: bool = False
    """Hidden products are in the API all the same, with no flag; so are retired ones."""
    is_retired: bool = False
    fragment: bytes | None = field(default=None, repr=False, compare=False)
    """Its part of the answer, kept until something about it changes."""

    def __post_init__(self) -> None:
        if not self.slug:
            words = "".join(c if c.isascii() and c.isalnum() else " " for c in self.name.lower())
            self.slug = "-".join(words.split()) or f"product-{self.pid}"
        if not self.prices and self.paytype != "free":
            self.prices = {"USD": {"monthly": "4.99", "annually": "49.90"}}
