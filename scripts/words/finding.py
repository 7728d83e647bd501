"""Finds every text that is to be translated: in code, in templates, in models, and borrowed ones.

Texts that rows keep or programs read stay English where they are made (common/texts.py): those that
errors, checks and options are made of are found by that, the rest by name (declared.py), sentences
with values by their patterns (sentences.py).

Borrowed (locale/borrowed.txt): what Django's admin, its theme or the queue show on our pages and do
not translate themselves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from common.modelwords import words_of_models
from scripts.words.declared import words_by_name, words_of_errors
from scripts.words.po import Key
from scripts.words.sentences import kept_words

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "locale"
ROOMS = ("accounts", "common", "config", "monitoring", "notifications", "runtime", "websites")

_NAMES = {"_": "gettext", "_n": "ngettext", "_noop": "gettext_noop"}
_SHAPES = {"gettext": "t", "ngettext": "tp", "pgettext": "ct", "npgettext": "ctp"}
"""How a call's first arguments are to be read: c(ontext), t(ext), p(lural)."""

# What `templatize` leaves of a template: calls whose arguments are literals, between fillers.
_LEFT = re.compile(r"\b(n?p?gettext)\((.*?)\)[ \n]", re.DOTALL)
_MARKED = re.compile(r"(?<![A-Za-z0-9])_\((.+?)\)(?=[ \n])")


def all_words() -> dict[Key, list[str]]:
    """Key -> the files it stands in, in the order in which a reader would meet them."""
    found: dict[Key, list[str]] = {}
    for place, key in _everywhere():
        places = found.setdefault(key, [])
        if place not in places:
            places.append(place)
    return found


def _everywhere() -> Iterator[tuple[str, Key]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for key in words_of_template(path.read_text(encoding="utf-8")):
            yield _name(path), key
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for key in words_of_code(text):
                yield _name(path), key
            for said in words_of_errors(_name(path), text):
                yield _name(path), ("", said, "")
    for place, text in (*words_by_name(), *kept_words(), *words_of_models()):
        yield place, ("", text, "")
    borrowed = LOCALE / "borrowed.txt"
    for line in borrowed.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            plain = line.replace("\\n", "\n").replace("\\s", " ")
            text, _, plural = plain.partition(" || ")
            yield _name(borrowed), ("", text, plural)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words_of_code(text: str) -> Iterator[Key]:
    """Texts given to gettext and its relatives, by the names they are imported under."""
    if "gettext" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        shape = _shape(name)
        said = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if shape and len(said) >= len(shape):
            yield _key(shape, [str(one) for one in said])


def _shape(name: str) -> str:
    plain = _NAMES.get(name, name)
    return _SHAPES.get(plain.removesuffix("_lazy").removesuffix("_noop"), "")


def words_of_template(text: str) -> Iterator[Key]:
    left = templatize(text) + " "
    for found in _LEFT.finditer(left):
        shape = _SHAPES[found[1]]
        yield _key(shape, _literals(found[2], len(shape)))
    for found in _MARKED.finditer(left):
        yield _key("t", _literals(found[1], 1))


def _literals(arguments: str, amount: int) -> list[str]:
    tree = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(tree, ast.Call)
    return [str(ast.literal_eval(one)) for one in tree.args[:amount]]


def _key(shape: str, said: Iterable[str]) -> Key:
    parts = dict(zip(shape, said, strict=False))
    return parts.get("c", ""), parts["t"], parts.get("p", "")
