"""Puts all gauges together and writes them down in the form the scraper asks for."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from runtime.metrics import definitions as d
from runtime.metrics.definitions import Family
from runtime.metrics.messages import message_metrics
from runtime.metrics.shops import shop_metrics
from runtime.metrics.system import system_metrics


class DatabaseCollector(Collector):
    """One scrape. `by_team`: with the label `team` (its short name) where that makes sense."""

    def __init__(self, *, by_team: bool = False) -> None:
        self.by_team = by_team

    def collect(self) -> Iterator[Metric]:
        started, now = time.monotonic(), timezone.now()
        yield from system_metrics(now)
        yield from shop_metrics(now, by_team=self.by_team)
        yield from message_metrics(now, by_team=self.by_team)
        took = Family(d.SCRAPE_SECONDS, False)
        took.add(time.monotonic() - started)
        yield took.gauge


def exposition(accept: str, *, by_team: bool = False) -> tuple[bytes, str]:
    """(body, content type): Prometheus text, or OpenMetrics where `accept` asks for it.

    Raises DatabaseError.
    """
    encode, content_type = choose_encoder(accept)
    return encode(DatabaseCollector(by_team=by_team)), content_type
