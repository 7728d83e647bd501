"""Stock that is pushed to us (API, desk): there is nothing to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from common.plugin import ConfigField
from websites.sources.base import CheckResult, Snapshot, SourceContext, StockReading


class ManualSource:
    kind: ClassVar[str] = "manual"
    label: ClassVar[str] = "Manual stock"
    is_polled: ClassVar[bool] = False
    is_html: ClassVar[bool] = False
    is_public: ClassVar[bool] = False
    read_seconds: ClassVar[float] = 0.0
    needs_refs: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = ()

    def __init__(self, context: SourceContext) -> None:
        self.context = context

    def read(self, refs: Sequence[str], *, known_hash: str = "") -> Snapshot:
        """Nothing was seen, so nothing can be missing."""
        return Snapshot(is_complete=False, requests_made=0)

    def check(self) -> CheckResult:
        return CheckResult(
            ok=True,
            code="ok",
            message="OK: stock of this website is pushed, there is no shop to connect to.",
        )

    def discover(self) -> Sequence[StockReading]:
        return ()
