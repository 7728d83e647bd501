"""Which requests a batch of taken websites needs: who is read, with whom, and who must wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from common.fields import opened_or_empty
from common.http_proxy import through_proxy
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.services.hosts import Permit, hosts_take
from monitoring.services.leases import Lease, postpone
from websites.hosts import host_of
from websites.sources.base import Snapshot, Source, SourceContext
from websites.sources.chain import Chain, wants_others
from websites.sources.registry import build, source_class


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a shop, for every lease that asks the same of it."""

    leases: tuple[Lease, ...]
    refs: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Watched products by website."""
    permit: Permit | None = None

    def share_of(self, lease: Lease, snapshot: Snapshot) -> Snapshot:
        """Without what was only asked for because others watch it."""
        foreign = snapshot.unlisted - set(self.refs.get(lease.website_id, ()))
        if not foreign:
            return snapshot
        kept = [one for one in snapshot.readings if one.product_id not in foreign]
        return replace(snapshot, readings=kept)

    def read(self) -> Snapshot:
        """Runs in a thread: network only, no ORM. Raises SourceError."""
        first = self.leases[0]
        memory = next((one.memory for one in self.leases if one.memory), {})
        hashes = {one.applied_hash for one in self.leases}
        known = hashes.pop() if len(hashes) == 1 else ""
        refs = sorted({ref for watched in self.refs.values() for ref in watched})
        # One that cannot be opened is an error: the shop must not see who asks.
        with through_proxy(first.proxy.get("url", "")):
            return self._read(first, refs, memory, known)

    def _read(
        self, first: Lease, refs: Sequence[str], memory: Mapping[str, Any], known: str
    ) -> Snapshot:
        if len(first.kinds) == 1:
            return _built(first, first.kind, memory).read(refs, known_hash=known)
        return Chain(
            kinds=first.kinds,
            build=partial(_built, first),
            refs=refs,
            may_use_others=self.permit is not None,
            memory=memory,
            now=time.time(),
        ).read(known)


def _built(lease: Lease, kind: str, memory: Mapping[str, Any]) -> Source:
    return build(
        kind,
        SourceContext(
            url=lease.url, config=lease.config, credentials=lease.credentials, memory=memory
        ),
    )


def readings_plan(leases: Sequence[Lease], now: datetime) -> list[Reading]:
    """Credentials are asked for each website alone. Public addresses are read once for all who
    watch them, one address of a host at a time; the others come back when the host is free."""
    shared = [one for one in leases if _asks_in_public(one)]
    own = [one for one in leases if not _asks_in_public(one)]
    refs = _refs([one for one in shared if any(source_class(k).needs_refs for k in one.kinds)])
    groups = _groups(shared)
    permits, later = hosts_take((host for host, _ in groups), now)
    readings = [Reading((one,)) for one in own]
    waiting: list[tuple[Lease, datetime]] = []
    for (host, _), group in groups.items():
        permit = permits.pop(host, None)
        if permit is None:
            waiting += [(one, later[host]) for one in group]
            continue
        readings.append(Reading(tuple(group), _part(refs, group), permit))
    postpone(waiting)
    return readings


def _asks_in_public(lease: Lease) -> bool:
    """Also a website whose own source failed or left a doubt: then public pages may be read."""
    if source_class(lease.kind).is_public:
        return True
    is_in_doubt = lease.health.failure_count > 0 or wants_others(lease.memory, time.time())
    return is_in_doubt and any(source_class(kind).is_public for kind in lease.kinds)


def _part(refs: Mapping[int, list[str]], leases: Iterable[Lease]) -> dict[int, list[str]]:
    return {one.website_id: refs.get(one.website_id, []) for one in leases}


def _groups(leases: Iterable[Lease]) -> dict[tuple[str, str], list[Lease]]:
    """Leases by (host, everything the request depends on)."""
    groups: dict[tuple[str, str], list[Lease]] = {}
    for one in leases:
        asked = [
            one.kinds,
            one.url,
            dict(one.config),
            opened_or_empty(one.credentials),
            opened_or_empty(one.proxy),
        ]
        key = json.dumps(asked, sort_keys=True, default=str)
        groups.setdefault((host_of(one.url), key), []).append(one)
    return groups


def _refs(leases: Sequence[Lease]) -> dict[int, list[str]]:
    """Watched products by website, in one statement; none when no source wants to know."""
    found: dict[int, list[str]] = {}
    if leases:
        rows = Monitor.objects.filter(website_id__in=[one.website_id for one in leases])
        watched = rows.exclude(status=MonitorStatus.PAUSED).order_by("product_id").distinct()
        for website_id, product_id in watched.values_list("website_id", "product_id"):
            found.setdefault(website_id, []).append(product_id)
    return found
