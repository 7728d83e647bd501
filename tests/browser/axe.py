"""Accessibility as axe-core judges it: https://github.com/dequelabs/axe-core (npm package, MPL-2.0).

It runs in the page, brought by the browser's driver: our content policy keeps scripts of others out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

# "rules" empty: all that axe has switched on; none of them asks for the style sheets once more (preload).
# Rows of a list are alike: the first dozen stands for all.
RUN = """async (rules) => {
  const place = {include: ["html"], exclude: ["#result_list tbody:nth-of-type(n+13)"]};
  const found = await axe.run(place, {
    preload: false,
    resultTypes: ["violations"],
    ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {}),
  });
  return found.violations.map(one => ({
    rule: one.id,
    impact: one.impact,
    places: one.nodes.map(node => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}"""
# The theme follows the system's colours when a page is opened; here they change in between.
DARKEN = """(dark) => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important }");
  document.adoptedStyleSheets = [still];
  document.documentElement.classList.toggle("dark", dark);
}"""


def faults(page: Any, *, also_dark: bool) -> list[str]:
    """What is wrong and grave in the page as it is, and in its dark colours; the first places of it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = _run(page, [], "")
    if also_dark:
        page.emulate_media(color_scheme="dark")
        page.evaluate(DARKEN, True)
        found += _run(page, ["color-contrast"], "dark, ")
        page.evaluate(DARKEN, False)
        page.emulate_media(color_scheme="light")
    return found


def _run(page: Any, rules: list[str], look: str) -> list[str]:
    return [
        f"axe, {look}{one['impact']}, {one['rule']} in {len(one['places'])} places: {one['places'][:3]}"
        for one in page.evaluate(RUN, rules)
        if one["impact"] in GRAVE
    ]
