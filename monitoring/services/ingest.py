"""Stock that is told to us instead of read by us."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from common.errors import ConflictError
from monitoring.choices import ChangeType
from monitoring.models import Monitor, StockRecord
from monitoring.services.stepping import states_load, step_of
from monitoring.services.stockwriting import Step, write_steps
from monitoring.signals import history_recorded, recording_finished
from monitoring.state import MonitorState
from websites.models import Website
from websites.sources.base import Availability, StockReading
from websites.sources.registry import source_class


def stock_push(*, monitor: Monitor, quantity: int) -> StockRecord:
    """Takes a pushed number as a believed reading and returns its StockRecord.

    An equal number leaves a record of type "unchanged". Raises ConflictError when the website is
    polled (a push would be overwritten by the next poll) or the monitor is paused.
    """
    if source_class(monitor.website.source).is_polled:
        raise ConflictError(
            "This website is read by polling.", advice="Push stock to a website of source manual."
        )
    if not monitor.is_active:
        raise ConflictError("The monitor is paused.", advice="Resume it, then push.")
    now = timezone.now()
    proof = {"source": monitor.website.source, "page": "push"}
    with transaction.atomic():
        # First the website, then its monitors: everybody locks in this order.
        Website.objects.filter(pk=monitor.website_id).update(last_success_at=now, health="ok")
        locked = Monitor.objects.select_for_update(no_key=True).filter(pk=monitor.pk)
        state = states_load(locked, monitor.website_id)[0]
        step = step_of(state, _reading(state, quantity), source=monitor.website.source, proof=proof)
        if step is None or not step.change.is_stock_step:
            _write(monitor, step)
            return StockRecord.objects.create(
                monitor=monitor,
                quantity=quantity,
                available=state.available,
                stock_control_enabled=True,
                delta=0,
                change_type=ChangeType.UNCHANGED,
                price=state.price,
                currency=state.currency,
                metadata={"evidence": proof},
                created_at=now,
            )
        _write(monitor, step)
    return monitor.records.latest("id")


def _write(monitor: Monitor, step: Step | None) -> None:
    if step is None:
        return
    written = write_steps(
        website_id=monitor.website_id, run_id=None, steps=[step], now=timezone.now()
    )
    if written.event_ids:
        transaction.on_commit(
            lambda: history_recorded.send(sender=Monitor, event_ids=written.event_ids)
        )
        transaction.on_commit(lambda: recording_finished.send(sender=Monitor))


def _reading(state: MonitorState, quantity: int) -> StockReading:
    return StockReading(
        product_id=state.product_id,
        name=state.product_name,
        availability=Availability.IN_STOCK if quantity > 0 else Availability.OUT_OF_STOCK,
        quantity=quantity,
        stock_control=True,
        price=state.price,
        currency=state.currency,
        token="pushed",  # noqa: S106 - the proof of a reading, no password
    )
