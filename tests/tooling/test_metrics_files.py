"""The Grafana board and the alert rules: every metric and label they name is really told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from runtime.metrics.definitions import DEFINITIONS, PREFIX
from tests.docs.pages import ROOT, text_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

BOARD = "deploy/grafana/stock-monitor.json"
RULES = "deploy/prometheus/stock-monitor.rules.yaml"
OUTSIDE = {"job", "le"}
"""Labels that Prometheus adds itself, or that a function wants."""


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text_of(BOARD))["panels"]
    return found


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(text_of(RULES))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def expressions() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in rules())]


def named(text: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}\w+", text))


def selectors(text: str) -> list[tuple[str, set[str]]]:
    """Metrics with the labels that braces behind them name."""
    found = re.findall(rf"({PREFIX}\w+)\{{([^}}]*)\}}", text)
    return [(name, set(re.findall(r"(\w+)\s*(?:=|!)[=~]?", inner))) for name, inner in found]


def test_every_metric_that_is_shown_or_watched_is_told() -> None:
    assert set().union(*map(named, expressions())) - set(DEFINITIONS) == set()


def test_every_metric_is_on_the_board() -> None:
    assert set(DEFINITIONS) - named(text_of(BOARD)) == set()


@pytest.mark.parametrize("expression", expressions())
def test_every_label_is_one_of_its_metric(expression: str) -> None:
    for name, labels in selectors(expression):
        assert labels - OUTSIDE <= set(DEFINITIONS[name].labels), name
    grouped = re.findall(r"(?:by|without) \(([^)]*)\)", expression)
    known = {label for name in named(expression) for label in DEFINITIONS[name].labels}
    for words in grouped:
        assert set(words.replace(" ", "").split(",")) <= known | OUTSIDE


@pytest.mark.parametrize("expression", expressions())
def test_brackets_and_quotes_are_closed_and_gauges_have_no_rate(expression: str) -> None:
    for opened, closed in ("()", "{}", "[]"):
        assert expression.count(opened) == expression.count(closed)
    assert expression.count('"') % 2 == 0
    assert not re.search(r"\b(rate|irate|increase)\(", expression)


def test_the_panels_have_numbers_and_places_of_their_own() -> None:
    assert len({panel["id"] for panel in panels()}) == len(panels())
    cells: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells
        cells |= own


def test_every_rule_says_what_happened_and_how_bad_it_is() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    page = text_of("docs/metrics.md")
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["description"].endswith(".")
        assert f"`{rule['alert']}`" in page
        labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert labels <= {one for name in named(rule["expr"]) for one in DEFINITIONS[name].labels}


def test_the_files_are_where_the_page_says() -> None:
    for path in (BOARD, RULES):
        assert (ROOT / path).is_file()
        assert path in text_of("docs/metrics.md")
