"""A list of monitors with their last week as a small line: one more statement for the whole page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.base import OneCountList
from monitoring.sampling import stock_samples


class SparkList(OneCountList):
    """Every row gets `stock_line`, as `sparkline` takes it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        lines = stock_samples([row.pk for row in rows], now=timezone.now()) if rows else {}
        for row in rows:
            row.stock_line = lines.get(row.pk, [])
