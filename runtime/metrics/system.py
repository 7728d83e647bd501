"""Gauges of what keeps the system alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django_q.models import Failure
from prometheus_client.metrics_core import Metric

from common.queues import short_names, waiting
from runtime import heartbeats
from runtime.metrics import definitions as d
from runtime.metrics.definitions import Family
from runtime.metrics.messages import HOUR
from runtime.models import ProcessEvent


def system_metrics(now: datetime) -> Iterator[Metric]:
    build = Family(d.BUILD, False)
    build.add(1, settings.APP_VERSION)
    yield build.gauge
    yield _beats(now)
    yield _queues()
    yield from _trouble(now)


def _beats(now: datetime) -> Metric:
    ages = heartbeats.ages_seconds(now)
    family = Family(d.BEAT_AGE, False)
    for part, name in {heartbeats.TICKER: heartbeats.TICKER, **short_names()}.items():
        if part in ages:
            family.add(max(0.0, ages[part]), name)
    return family.gauge


def _queues() -> Metric:
    family = Family(d.QUEUE_TASKS, False)
    for cluster, name in short_names().items():
        if (count := waiting(cluster)) is not None:
            family.add(count, name)
    return family.gauge


def _trouble(now: datetime) -> Iterator[Metric]:
    failed = Family(d.FAILED_TASKS, False)
    failed.add(Failure.objects.filter(stopped__gt=now - HOUR).count())
    yield failed.gauge
    family = Family(d.PROCESS_EVENTS, False)
    rows = ProcessEvent.objects.filter(created_at__gt=now - HOUR).order_by()
    for row in rows.values("process", "what").annotate(total=Count("pk")):
        family.add(row["total"], row["process"], row["what"])
    yield family.gauge
