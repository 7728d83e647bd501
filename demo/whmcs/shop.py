"""One shop: its products, its switches, its faults, and the answer it gives right now."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from demo.journal import Call, Journal
from demo.script import Script
from demo.storefront_look import Look
from demo.whmcs.access import Access
from demo.whmcs.catalogue import Product
from demo.whmcs.dialects import DIALECTS, Style
from demo.whmcs.faults import FAULTS

STYLE_FIELDS = frozenset(f.name for f in fields(Style))
ACCESS_FIELDS = frozenset(f.name for f in fields(Access))
LOOK_FIELDS = frozenset(f.name for f in fields(Look)) - STYLE_FIELDS - ACCESS_FIELDS
StockChange = tuple[float, int, int | None, int | None]
"""When (seconds since the epoch), product id, from, to."""
SET_FIELDS = frozenset({"allowed_ips", "refused_actions"})


class Shop:
    """`version` rises with every change of products; `url` is the shop's root address."""

    def __init__(self, name: str, url: str, journal: Journal) -> None:
        self.name = name
        self.url = url
        self.journal = journal
        self.products: dict[int, Product] = {}
        self.style = Style(root=url)
        self.access = Access()
        self.look = Look()
        self.script = Script()
        self.version = 1
        self.lock = threading.RLock()
        self.bodies: dict[tuple[str, str, str], tuple[int, bytes]] = {}
        """Answers by filter, valid for one version."""
        self.changes: deque[StockChange] = deque(maxlen=500)
        """The latest changes of stock, oldest first."""

    @property
    def api_url(self) -> str:
        return f"{self.url}/includes/api.php"

    @property
    def has_rest(self) -> bool:
        """Programs need no credentials to read it, see rest.py."""
        return self.style.rules.has_rest and self.style.rest != "off"

    @property
    def credentials(self) -> dict[str, str]:
        return {"identifier": self.access.identifier, "secret": self.access.secret}

    def add_product(
        self,
        pid: int | None = None,
        name: str = "",
        stock: int | None = None,
        *,
        price: str = "",
        **values: Any,
    ) -> Product:
        """`price` is short for prices={"USD": {"monthly": price}}."""
        with self.lock:
            pid = pid or max(self.products, default=0) + 1
            if price:
                values["prices"] = {"USD": {"monthly": price}}
            product = Product(pid, name or f"VPS {pid}", stock, **values)
            self.products[pid] = product
            self.version += 1
        return product

    def add_products(self, count: int, *, stock: int | None = 10, **values: Any) -> None:
        """Plain products with the next ids."""
        with self.lock:
            first = max(self.products, default=0) + 1
            for pid in range(first, first + count):
                self.products[pid] = Product(pid, f"VPS {pid}", stock, **values)
            self.version += 1

    def set_stock(self, pid: int, stock: int | None) -> None:
        """None switches stock control off. Raises KeyError for an unknown product."""
        self.set_stocks({pid: stock})

    def set_stocks(self, stocks: Mapping[int, int | None]) -> None:
        """Many at once: callers of the API see all of them or none."""
        with self.lock:
            known = {pid: self.products[pid] for pid in stocks}
            for pid, stock in stocks.items():
                product = known[pid]
                if product.stock != stock:
                    self.changes.append((time.time(), pid, product.stock, stock))
                product.stock = stock
                product.fragment = None
            self.version += 1

    def update_product(self, pid: int, *, price: str = "", **values: Any) -> Product:
        """Renames, moves, reprices. Raises KeyError or AttributeError."""
        with self.lock:
            product = self.products[pid]
            if price:
                product.prices = {"USD": {"monthly": price}}
            for key, value in values.items():
                setattr(product, key, value)
            product.fragment = None
            self.version += 1
        return product

    def remove(self, *pids: int) -> None:
        with self.lock:
            for pid in pids:
                del self.products[pid]
            self.version += 1

    def configure(self, **values: Any) -> None:
        """Sets fields of Style, Access and Look by name; raises ValueError for anything else."""
        with self.lock:
            for key, value in values.items():
                if key in STYLE_FIELDS:
                    setattr(self.style, key, tuple(value) if key == "currencies" else value)
                elif key in ACCESS_FIELDS:
                    setattr(self.access, key, _as_set(value) if key in SET_FIELDS else value)
                elif key in LOOK_FIELDS:
                    setattr(self.look, key, value)
                else:
                    raise ValueError(f"unknown switch {key!r}")
            if self.style.dialect not in DIALECTS:
                raise ValueError(f"dialect is one of {', '.join(DIALECTS)}")
            for product in self.products.values():
                product.fragment = None
            self.version += 1

    def refuse_action(self, *actions: str) -> None:
        """The API role no longer lists these actions."""
        self.access.refused_actions |= {action.lower() for action in actions}

    def fault(
        self, name: str, *, times: int | None = 1, action: str = "", **options: Any
    ) -> Callable[[], None]:
        """The next `times` answers go wrong (None = all until cleared); names in faults.py."""
        if name not in FAULTS:
            raise ValueError(f"fault is one of {', '.join(sorted(FAULTS))}")
        return self.script.add(name, times=times, when=action.lower(), **options)

    def clear_faults(self) -> None:
        self.script.clear()

    def calls(self, action: str = "") -> list[Call]:
        return self.journal.calls(self.name, action)

    @property
    def request_count(self) -> int:
        return self.journal.count(self.name)

    @property
    def peak_in_flight(self) -> int:
        return self.journal.peak(self.name)


def _as_set(values: Iterable[str]) -> set[str]:
    return {str(value).lower() for value in values}
