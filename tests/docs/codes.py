"""The error codes that reading a shop can end with, collected from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.docs.pages import ROOT

SOURCE_FILES = (
    "common/http*.py",
    "websites/sources/**/*.py",
    "monitoring/services/polling.py",
    "monitoring/services/recording.py",
)
CODE_WORDS = ("code", "error_code", "last_error_code")
CHANNEL_FILES = ("common/http*.py", "notifications/channels/**/*.py", "notifications/services/*.py")


def codes_of(*patterns: str) -> set[str]:
    """Codes of the errors made in these files: given as `code=`, else the default of the class.

    A class that is never made without `code=` adds none; results of a check that is "ok" neither.
    """
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in _files(patterns)]
    defaults: dict[str, str] = {}
    for tree in trees:
        defaults |= _defaults(tree)
    return {code for tree in trees for code in _made(tree, defaults)} - {"ok"}


def _files(patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern)})


def _defaults(tree: ast.AST) -> dict[str, str]:
    """Class name -> its `code = "..."`."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            if isinstance(line, ast.Assign) and [ast.unparse(t) for t in line.targets] == ["code"]:
                found[node.name] = str(ast.literal_eval(line.value))
    return found


def _made(tree: ast.AST, defaults: dict[str, str]) -> Iterable[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [word.value for word in node.keywords if word.arg in CODE_WORDS]
        if given:
            yield from (
                value.value
                for value in given
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value
            )
        elif isinstance(node.func, ast.Name) and node.func.id in defaults:
            yield defaults[node.func.id]
