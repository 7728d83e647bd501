"""One suite over every registered source kind, against the fake shop over real sockets: what a kind
says about itself, and what it reads when all is well."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.whmcs import Shop
from tests.contracts.sources import (
    KINDS,
    PLANTED,
    POLLED,
    assert_silent,
    context_of,
    learnt,
    source_of,
)
from websites.sources import registry
from websites.sources.base import Availability
from websites.sources.registry import SOURCES, build, choices, polled_kinds

pytestmark = [pytest.mark.integration, pytest.mark.once]

# --- What a kind says about itself ---------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_describes_itself(kind: str) -> None:
    source = SOURCES.get(kind)
    assert source.kind == kind
    assert (kind, source.label) in choices()
    assert (kind in polled_kinds()) == source.is_polled
    assert kind != registry.AUTO


@pytest.mark.parametrize("kind", KINDS)
def test_its_options_are_described_for_forms_and_docs(kind: str) -> None:
    fields = SOURCES.get(kind).CONFIG
    assert all(field.label and field.help for field in fields)
    assert len({field.name for field in fields}) == len(fields)


@pytest.mark.parametrize("kind", KINDS)
def test_a_public_source_has_no_secrets(kind: str) -> None:
    source = SOURCES.get(kind)
    assert not source.is_public or not any(field.is_secret for field in source.CONFIG)


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_are_not_in_the_representation(kind: str, shop: Shop) -> None:
    context = context_of(kind, shop)
    shown = repr(context) + repr(build(kind, context)) + repr(vars(build(kind, context)))
    assert not [value for value in PLANTED.values() if value in shown]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plug_in_knows_its_family_and_nobody_else(kind: str) -> None:
    family = Path(registry.__file__).parent
    folder = SOURCES.get(kind).__module__.split(".")[2]
    for path in (family / folder).glob("**/*.py"):
        for name in _imported(path):
            if name.startswith("websites."):
                is_own = f"{name}.".startswith(f"websites.sources.{folder}.")
                assert is_own or (family / f"{name.removeprefix('websites.sources.')}.py").exists()
            assert not name.startswith(("django.db", "accounts", "monitoring", "notifications"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


# --- When all is well -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", POLLED)
def test_it_reads_what_the_shop_sells_and_claims_nothing_else(kind: str, shop: Shop) -> None:
    snapshot = source_of(kind, shop).read(["1", "2", "3"])
    found = {one.product_id: one for one in snapshot.readings}
    assert snapshot.is_complete
    assert {pid: one.name for pid, one in found.items()} == {
        "1": "VPS S",
        "2": "VPS M",
        "3": "VPS L",
    }
    assert (found["1"].availability, found["1"].quantity) == (Availability.IN_STOCK, 5)
    assert found["2"].availability is not Availability.IN_STOCK
    assert found["3"].availability is not Availability.OUT_OF_STOCK
    assert found["3"].quantity is None


@pytest.mark.parametrize("kind", POLLED)
def test_the_same_answer_is_recognised_and_another_one_is_not(kind: str, shop: Shop) -> None:
    first = source_of(kind, shop).read(["1"])
    again = source_of(kind, shop, **(first.memory or {})).read(["1"], known_hash=first.body_hash)
    assert again.is_unchanged
    assert not again.readings
    assert again.body_hash == first.body_hash
    shop.set_stock(1, 4)
    changed = source_of(kind, shop, **(first.memory or {})).read(["1"], known_hash=first.body_hash)
    assert not changed.is_unchanged
    assert {one.quantity for one in changed.readings if one.product_id == "1"} == {4}


@pytest.mark.parametrize("kind", POLLED)
def test_what_it_remembers_survives_the_database_and_holds_no_secret(kind: str, shop: Shop) -> None:
    memory = learnt(kind, shop)
    assert not [value for value in PLANTED.values() if value in json.dumps(memory)]
    snapshot = source_of(kind, shop, **memory).read(["1", "2", "3"])
    assert len(snapshot.readings) == 3


@pytest.mark.parametrize("kind", POLLED)
@pytest.mark.parametrize("memory", [{"version": 1}, {"base": 5, "pages": "x"}, {"groups": []}])
def test_a_memory_that_makes_no_sense_is_forgotten(
    kind: str, shop: Shop, memory: dict[str, Any]
) -> None:
    assert len(source_of(kind, shop, **memory).read(["1"]).readings) == 3


@pytest.mark.parametrize("kind", POLLED)
def test_it_discovers_the_catalogue_and_passes_its_own_check(kind: str, shop: Shop) -> None:
    found = source_of(kind, shop).discover()
    assert {one.product_id for one in found} == {"1", "2", "3"}
    result = source_of(kind, shop).check()
    assert (result.ok, result.code) == (True, "ok")
    assert result.message.startswith("OK")
    json.dumps(dict(result.details))
    assert_silent(result)


@pytest.mark.parametrize("kind", POLLED)
def test_it_asks_for_nothing_that_changes_the_shop(kind: str, shop: Shop) -> None:
    before = shop.version
    source_of(kind, shop).read(["1", "2", "3"])
    source_of(kind, shop).check()
    reading = {"getproducts", "whmcsdetails", "getcurrencies", "rest", "store"}
    assert {call.action for call in shop.calls()} <= reading
    assert shop.version == before


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in POLLED])
def test_a_kind_that_is_pushed_to_reads_nothing_and_misses_nothing(kind: str, shop: Shop) -> None:
    snapshot = source_of(kind, shop).read(["1"])
    assert (list(snapshot.readings), snapshot.is_complete) == ([], False)
    assert source_of(kind, shop).check().ok
    assert not shop.calls()
