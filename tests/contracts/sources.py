"""What the suites over all source kinds share. No test of them may touch the database: sources are
read in threads, where there is none."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest

from demo.whmcs import Shop
from websites.sources.base import CheckResult, Source, SourceContext
from websites.sources.errors import SourceError
from websites.sources.registry import SOURCES, build

KINDS = SOURCES.kinds()
POLLED = [kind for kind in KINDS if SOURCES.get(kind).is_polled]
IDENTIFIER = "contract-name"
PLANTED = {"secret": "planted-word", "accesskey": "planted-key"}


def context_of(kind: str, shop: Shop, **memory: Any) -> SourceContext:
    """What a website of this kind would hand over, secrets included where the kind has any."""
    known = {field.name for field in SOURCES.get(kind).CONFIG}
    given = {"identifier": IDENTIFIER, **PLANTED}
    credentials = {name: value for name, value in given.items() if name in known}
    return SourceContext(url=shop.url, credentials=credentials, memory=memory)


def source_of(kind: str, shop: Shop, **memory: Any) -> Source:
    return build(kind, context_of(kind, shop, **memory))


def failure(kind: str, shop: Shop, **memory: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source_of(kind, shop, **memory).read(["1", "2", "3"])
    return caught.value


def learnt(kind: str, shop: Shop) -> dict[str, Any]:
    """What a good read wants to be remembered, as it comes back from the database."""
    snapshot = source_of(kind, shop).read(["1", "2", "3"])
    return dict(json.loads(json.dumps(dict(snapshot.memory or {}))))


def assert_silent(error: SourceError | CheckResult) -> None:
    """Secrets are in nothing that people, logs or messages see."""
    shown = repr(error) + error.message + error.advice
    if isinstance(error, SourceError):
        shown += "".join(traceback.format_exception(error))
    assert not [value for value in PLANTED.values() if value in shown]
