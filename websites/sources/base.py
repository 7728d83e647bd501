"""The contract of a source: it reads what a shop says about its stock and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from common.plugin import ConfigField

if TYPE_CHECKING:
    from websites.sources.errors import SourceError


class Availability(StrEnum):
    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    UNKNOWN = "unknown"


class StockReading(NamedTuple):
    """What a source saw of one product. Unknown is None, never 0.

    `is_ambiguous_zero`: the shop said 0 and that may mean "sold out" or "stock control off";
    availability is then UNKNOWN and quantity None until somebody settles it.
    `is_conflict`: another source says the contrary; nothing is proved.
    `option_ids`: ids of the config options the product offers, None when the source cannot tell.
    `token`: the words or key that prove the reading (part of the evidence).
    """

    product_id: str
    name: str
    availability: Availability
    quantity: int | None = None
    stock_control: bool | None = None
    price: Decimal | None = None
    currency: str = ""
    url: str = ""
    group_id: str = ""
    group_name: str = ""
    slug: str = ""
    is_ambiguous_zero: bool = False
    is_conflict: bool = False
    option_ids: frozenset[str] | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The result of reading a Website once.

    `is_unchanged`: the body equals the one named by `known_hash`; readings are then empty and
    nothing has to be decoded. `body_hash` starts with the parser version, so that a new parser
    reads everything again. `is_complete`: the listing was read to its end. `template` names the
    look of the pages, "" where there is none. `unlisted`: ids that were asked for one by one and
    stand in no list. `source` is the kind that read, "" for the one that was asked;
    `stands_in_for` the better one that could not, because of `trouble`. `memory` is handed to the next read, None when it
    stays as it is.
    """

    readings: Sequence[StockReading] = ()
    is_complete: bool = True
    is_unchanged: bool = False
    body_hash: str = ""
    page_class: str = "listing"
    status: int = 200
    bytes_read: int = 0
    requests_made: int = 1
    template: str = ""
    unlisted: frozenset[str] = frozenset()
    source: str = ""
    stands_in_for: str = ""
    trouble: SourceError | None = None
    memory: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source may know: an address, its own configuration, its secrets, and what its last
    read wanted to be remembered."""

    url: str
    config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of a connection test. `advice` names the exact next step for the operator."""

    ok: bool
    code: str
    message: str
    advice: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """A source kind. Errors of reading are SourceError (websites.sources.errors), nothing else."""

    kind: ClassVar[str]
    label: ClassVar[str]
    is_polled: ClassVar[bool]
    """False for sources that are pushed to (manual)."""
    is_html: ClassVar[bool]
    """True when readings come from pages made for people: the guard is stricter then."""
    is_public: ClassVar[bool]
    """True when it asks what any visitor may ask. Such sources share the budget of their host, and
    equal addresses are read once for all who watch them."""
    read_seconds: ClassVar[float]
    """A read as a whole is over by then, come what may."""
    needs_refs: ClassVar[bool]
    """True when `read` wants to know which products are watched; it gets none otherwise."""
    CONFIG: ClassVar[Sequence[ConfigField]]

    def __init__(self, context: SourceContext) -> None: ...

    def read(self, refs: Sequence[str], *, known_hash: str = "") -> Snapshot:
        """Reads the shop once. `refs` are the product ids watched; no ORM, safe in a thread."""
        ...

    def check(self) -> CheckResult:
        """Connection test; never raises SourceError."""
        ...

    def discover(self) -> Sequence[StockReading]:
        """Everything the shop lists."""
        ...
