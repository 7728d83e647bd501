"""Several tickers and workers at once, each with a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.services.leases import due_claim, take
from tests.factories import make_team, make_website

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, work):
    """Runs `work` in `count` threads that start together; returns what they came to."""
    barrier, results, failures = threading.Barrier(count), [], []

    def run():
        try:
            barrier.wait(timeout=5)
            results.append(work())
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    return results


def test_four_tickers_claim_each_due_website_once():
    team = make_team()
    ids = {make_website(team).pk for _ in range(40)}
    now = timezone.now()
    claimed = Counter(pk for won in at_once(4, lambda: due_claim(now)) for pk in won)
    assert set(claimed) == ids
    assert set(claimed.values()) == {1}


def test_four_workers_lease_each_website_once():
    team = make_team()
    ids = [make_website(team).pk for _ in range(20)]
    now = timezone.now()
    taken = at_once(4, lambda: take(ids, now, only_queued=False))
    leased = Counter(lease.website_id for leases in taken for lease in leases)
    assert set(leased) == set(ids)
    assert set(leased.values()) == {1}
