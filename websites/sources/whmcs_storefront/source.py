"""Any WHMCS shop without credentials: its public pages, and only what they prove."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import ClassVar

from common.plugin import ConfigField
from websites.sources.base import (
    Availability,
    CheckResult,
    Snapshot,
    SourceContext,
    StockReading,
)
from websites.sources.errors import EmptyCatalogueError, SourceError
from websites.sources.whmcs_storefront.addresses import shop_root
from websites.sources.whmcs_storefront.config import FIELDS, StorefrontConfig
from websites.sources.whmcs_storefront.memory import GroupMemory, Listed, Memory
from websites.sources.whmcs_storefront.page import PARSER_VERSION
from websites.sources.whmcs_storefront.probing import probe, probe_url
from websites.sources.whmcs_storefront.readings import carried_over, checked_advice, readings_of
from websites.sources.whmcs_storefront.result import LISTING
from websites.sources.whmcs_storefront.survey import Survey
from websites.sources.whmcs_storefront.visitor import Visitor

READ_SECONDS = 40.0
"""For all requests of one read; well under the lease of a website."""

CHECKED_GROUPS = 5
"""The connection test reads on until a group lists something, so many at most."""


class WhmcsStorefrontSource:
    kind: ClassVar[str] = "whmcs_storefront"
    label: ClassVar[str] = "WHMCS public pages"
    is_polled: ClassVar[bool] = True
    is_html: ClassVar[bool] = True
    is_public: ClassVar[bool] = True
    read_seconds: ClassVar[float] = READ_SECONDS
    needs_refs: ClassVar[bool] = True
    CONFIG: ClassVar[Sequence[ConfigField]] = FIELDS

    def __init__(self, context: SourceContext) -> None:
        self.config = StorefrontConfig.of(context.url, context.config)
        self.memory = Memory.of(context.memory)

    def read(self, refs: Sequence[str], *, known_hash: str = "") -> Snapshot:
        """Reads every group; opens order links of watched products that show nothing.

        Groups that do not fit into the time take turns: those not read this time list what they
        listed before, with unknown stock. The hash is one of what was read, as every page differs.
        """
        visitor = Visitor(budget_seconds=READ_SECONDS)
        survey = self._survey(visitor)
        survey.run()
        readings = self._readings(survey)
        survey.remember()
        self._list(survey, readings)
        if not readings:
            raise EmptyCatalogueError(
                "The shop lists no products.",
                advice="If it sells any, look at the page with the command inspect_page. "
                "Stock stays as it was.",
                page_class="empty",
            )
        unlisted = self._probe(readings, refs, survey, visitor)
        found_hash = _hash_of([*readings.values(), *unlisted.values()])
        common = {
            "body_hash": found_hash,
            "status": survey.status,
            "bytes_read": visitor.bytes_read,
            "requests_made": visitor.requests_made,
            "template": ",".join(sorted({one.form for one in self.memory.groups.values()} - {""})),
            "memory": self.memory.as_json(),
        }
        if found_hash == known_hash:
            return Snapshot(is_unchanged=True, **common)  # type: ignore[arg-type]
        return Snapshot(
            readings=[*readings.values(), *unlisted.values()],
            unlisted=frozenset(unlisted),
            page_class=LISTING,
            **common,  # type: ignore[arg-type]
        )

    def check(self) -> CheckResult:
        """Finds the shop and reads its first group; says what its pages show, or the exact fix."""
        try:
            survey = self._survey(Visitor(budget_seconds=READ_SECONDS))
            for size in range(1, CHECKED_GROUPS + 1):
                survey.run(max_groups=size)
                if survey.is_finished or any(page.items for page in survey.pages.values()):
                    break
        except SourceError as error:
            return CheckResult(False, error.code, error.message, error.advice)
        items = [item for page in survey.pages.values() for item in page.items]
        counted = sum(item.quantity is not None for item in items)
        forms = sorted({page.order_form or "unknown" for page in survey.pages.values()})
        return CheckResult(
            ok=bool(items),
            code="ok" if items else "empty_catalogue",
            message=f"OK: {len(survey.groups)} groups; the first lists {len(items)} products, "
            f"{counted} with stock numbers (order form: {', '.join(forms)})."
            if items
            else "The shop lists no products.",
            advice=checked_advice(items),
            details={"groups": len(survey.groups), "products": len(items), "with_numbers": counted},
        )

    def discover(self) -> Sequence[StockReading]:
        """Everything the shop lists; hidden products are not among it."""
        return self.read(()).readings

    def _survey(self, visitor: Visitor) -> Survey:
        return Survey(self.config.url, visitor, self.memory, is_previewed=self.config.is_previewed)

    def _readings(self, survey: Survey) -> dict[str, StockReading]:
        """By product id. A product in two groups counts where more is proved."""
        found: dict[str, StockReading] = {}
        for key, group in survey.groups.items():
            known = survey.memory.groups.get(key) or GroupMemory.of(group)
            page = survey.pages.get(key)
            readings = (
                carried_over(known, group) if page is None else readings_of(page, group, known)
            )
            for one in readings:
                old = found.get(one.product_id)
                if old is None or old.availability is Availability.UNKNOWN:
                    found[one.product_id] = one
        return found

    def _list(self, survey: Survey, readings: dict[str, StockReading]) -> None:
        """Remembers which products stand in the groups that were read."""
        listed: dict[str, dict[str, Listed]] = {}
        for one in readings.values():
            products = listed.setdefault(one.group_id, {})
            products[one.product_id] = Listed(one.name, str(one.price or ""), one.currency, one.url)
        for key in survey.pages:
            if key in self.memory.groups:
                self.memory.groups[key].products = listed.get(survey.groups[key].ref.key, {})

    def _probe(
        self,
        readings: dict[str, StockReading],
        refs: Iterable[str],
        survey: Survey,
        visitor: Visitor,
    ) -> dict[str, StockReading]:
        """Puts proofs into `readings`; returns watched products that stand in no list (hidden
        ones), as far as they are proved."""
        if not self.config.is_probed:
            return {}
        root = shop_root(next((one.url for one in survey.groups.values()), self.config.url))
        wanted: list[StockReading] = []
        for ref in refs:
            known = readings.get(ref)
            if known is None and ref.isdecimal() and survey.is_finished:
                wanted.append(StockReading(ref, "", Availability.UNKNOWN, url=probe_url(root, ref)))
            elif known is not None and known.availability is Availability.UNKNOWN:
                wanted.append(known)
        hidden: dict[str, StockReading] = {}
        proofs = probe(wanted, root=root, visitor=visitor, memory=self.memory)
        for one in wanted:
            item = proofs.get(one.product_id)
            if item is None:
                continue
            proved = one._replace(
                availability=item.availability,
                name=one.name or item.name,
                token=f"order link: {item.evidence}"[:200],
            )
            (readings if one.product_id in readings else hidden)[one.product_id] = proved
        return hidden


def _hash_of(readings: Sequence[StockReading]) -> str:
    text = "\n".join(repr(tuple(one)) for one in readings)
    return (
        f"{PARSER_VERSION}:{blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
    )
