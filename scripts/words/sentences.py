"""Finds sentences that are stored and answered in English and shown by `common.texts.shown`.

A sentence with values becomes a pattern, "No connection to {0} on port {1}.". Patterns stand in
locale/patterns.txt too, by which pages find a finished sentence again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLACES = (
    "common/http*.py", "common/plugin.py", "common/sheets/*.py", "accounts/services/*.py",
    "monitoring/diffing.py", "monitoring/guard.py", "monitoring/selectors.py",
    "monitoring/services/**/*.py",
    "notifications/channels/**/*.py", "notifications/services/*.py", "notifications/choices.py",
    "notifications/grouping.py", "notifications/timelines.py",
    "notifications/telegram_bot/linking.py", "notifications/telegram_bot/naming.py",
    "notifications/wording/own.py", "runtime/teamfile/*.py", "websites/*.py",
    "websites/sources/**/*.py",
)  # fmt: skip
"""Files whose sentences reach people on a page."""
_NOT_OURS = {"websites/envsync.py", "websites/sources/whmcs_storefront/strings.py"}
"""What commands and shops say."""
LEAST_LETTERS = 10
"""Of a pattern, besides its values: a shorter one would fit sentences it does not mean."""
_SLOT = re.compile(r"\{\d+\}")


def kept_words() -> Iterator[tuple[str, str]]:
    """(where it stands, the text in English)."""
    for place in PLACES:
        for path in sorted(ROOT.glob(place)):
            name = path.relative_to(ROOT).as_posix()
            if name not in _NOT_OURS:
                for text in sentences_of(path.read_text(encoding="utf-8")):
                    yield name, text


def patterns_of(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if _SLOT.search(text)})


def sentences_of(code: str) -> Iterator[str]:
    """Every sentence in the code that is no docstring and is not given to gettext already."""
    tree = ast.parse(code)
    passed = {id(part) for node in ast.walk(tree) for part in _left_out(node)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = _pattern(node)
        else:
            continue
        if is_sentence(text):
            yield text


def is_sentence(text: str) -> bool:
    begins = text[:1].isupper() or text.startswith("{0}")
    letters = sum(map(str.isalpha, _SLOT.sub("", text)))
    return begins and text.endswith(".") and " " in text and letters >= LEAST_LETTERS


def _left_out(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, pieces of f-strings, what gettext is given."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from (one for one in ast.walk(node) if one is not node)
    if isinstance(node, ast.Call) and "gettext" in ast.unparse(node.func):
        yield from node.args


def _pattern(node: ast.JoinedStr) -> str:
    text, number = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{number}}}"
            number += 1
    return text
