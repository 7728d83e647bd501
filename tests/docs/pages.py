"""The documentation as data: its pages, their links, code blocks and generated parts.

A generated part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
_PART = re.compile(r"(<!-- begin ([\w.-]+) -->\n)(.*?)(<!-- end \2 -->)", re.DOTALL)


def pages() -> list[Path]:
    """README and every page below docs/."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code_blocks(text: str, language: str = "") -> list[str]:
    """Contents of the fenced blocks, of one language or all."""
    return [body for found, body in _FENCE.findall(text) if language in ("", found)]


def marked_block(text: str, name: str) -> str:
    """The block behind `<!-- run NAME -->`: a test runs it."""
    found = re.search(rf"<!-- run {name} -->\n```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"no block is marked {name}"
    return found[1]


def without_code(text: str) -> str:
    return _FENCE.sub("", text)


def ticked(text: str) -> set[str]:
    """What stands between backticks in the running text."""
    return set(re.findall(r"`([^`\n]+)`", without_code(text)))


def links(text: str) -> list[str]:
    return _LINK.findall(without_code(text))


def anchors(text: str) -> set[str]:
    """The anchors that a forge makes of the headings."""
    found = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in found}


def table_rows(text: str) -> Iterator[list[str]]:
    """Cells of every table row but the rules under the headings."""
    for line in without_code(text).splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def parts(text: str) -> dict[str, str]:
    """Name -> content of the generated parts."""
    return {name: body for _, name, body, _ in _PART.findall(text)}


def with_parts(text: str, made: Mapping[str, str]) -> str:
    """The page with its generated parts made anew. Raises KeyError for a name nobody makes."""
    return _PART.sub(lambda match: f"{match[1]}{made[match[2]]}{match[4]}", text)
