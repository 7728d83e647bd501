"""Catalogues hold every text of the pages, translated, and templates hold none outside of them."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

from scripts.words.__main__ import PLURALS
from scripts.words.finding import LOCALE, ROOT, all_words, words_of_code, words_of_template
from scripts.words.po import Entry, Key, compiled, read, write

pytestmark = [pytest.mark.unit, pytest.mark.once]

HEAD: Key = ("", "", "")
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>|&\w+;")
LANGUAGES = pytest.mark.parametrize("name", sorted(PLURALS))


@cache
def catalogue(name: str) -> dict[Key, Entry]:
    return read((LOCALE / name / "LC_MESSAGES/django.po").read_text(encoding="utf-8"))


@cache
def shown_words() -> frozenset[Key]:
    return frozenset(all_words())


def translated(name: str) -> list[Entry]:
    return [entry for key, entry in catalogue(name).items() if key != HEAD and entry.said]


@LANGUAGES
def test_what_django_reads_is_made_of_what_translators_write(name: str) -> None:
    made = (LOCALE / name / "LC_MESSAGES/django.mo").read_bytes()
    assert made == compiled(catalogue(name).values()), "run `make words`"


@LANGUAGES
def test_every_text_of_the_pages_is_translated_and_nothing_else(name: str) -> None:
    words, held = shown_words(), catalogue(name)
    assert words - set(held) == set(), "run `make words`"
    assert set(held) - words == {HEAD}, "run `make words`"
    assert [entry.key for entry in held.values() if not entry.is_done] == []


@LANGUAGES
def test_a_translation_keeps_placeholders_markup_and_ends(name: str) -> None:
    """Attributes are written between double quotes, so a translation brings none of its own."""
    wrong = []
    for entry in translated(name):
        _, text, plural = entry.key
        for said in entry.said:
            is_like = [
                Counter(KEPT.findall(said)) == Counter(KEPT.findall(one))
                for one in filter(None, (text, plural))
            ]
            brings = {mark for mark in '"<>' if mark in said and mark not in text + plural}
            ends = said[:1].isspace() == text[:1].isspace() and said.endswith(
                "\n"
            ) == text.endswith("\n")
            if not any(is_like) or brings or not ends:
                wrong.append((text, said))
    assert wrong == []


@LANGUAGES
def test_a_translation_has_all_the_plural_forms_of_its_language(name: str) -> None:
    forms = int(re.search(r"nplurals=(\d)", PLURALS[name])[1])  # type: ignore[index]
    plurals = [entry for entry in translated(name) if entry.key[2]]
    assert [entry.key for entry in plurals if len(entry.said) != forms] == []
    assert [e.key for e in translated(name) if not e.key[2] and len(e.said) != 1] == []


def test_a_file_that_is_written_reads_the_same_and_python_reads_what_is_compiled(
    tmp_path: Path,
) -> None:
    head = Entry(
        HEAD, said=[f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {PLURALS['ru']}\n"]
    )
    entries = [
        head,
        Entry(("", 'a "b"\n\\c', ""), ["one.html"], ["а «б»\n\\в"]),
        Entry(("menu", "Open", ""), [], ["Открыть"]),
        Entry(("", "%(n)s row", "%(n)s rows"), [], ["%(n)s строка", "%(n)s строки", "%(n)s строк"]),
        Entry(("", "Nothing yet", "")),
    ]
    assert list(read(write(entries, 3)).values()) == entries
    path = tmp_path / "x.mo"
    path.write_bytes(compiled(entries))
    with path.open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext('a "b"\n\\c') == "а «б»\n\\в"
    assert spoken.pgettext("menu", "Open") == "Открыть"
    assert spoken.ngettext("%(n)s row", "%(n)s rows", 22) == "%(n)s строки"
    assert spoken.gettext("Nothing yet") == "Nothing yet"


def test_texts_are_found_in_code_and_in_templates() -> None:
    code = 'gettext("a" " b"); _(x); ngettext("1 c", "%d c", n); pgettext_lazy("on a page", "d")'
    assert list(words_of_code(code)) == [
        ("", "a b", ""), ("", "1 c", "%d c"), ("on a page", "d", ""),
    ]  # fmt: skip
    template = """{% load i18n %}{% translate "a (b)" %}{{ x|default:_("c d") }}
      {% blocktranslate trimmed count n=all|length with y=z.name %}
        one {{ y }}
      {% plural %}
        {{ n }} of
        {{ y }}
      {% endblocktranslate %}{% include "x.html" with text=_("e") %}
      {% translate "f" context "on a page" %}"""
    assert sorted(words_of_template(template)) == [
        ("", "a (b)", ""), ("", "c d", ""), ("", "e", ""), ("", "one %(y)s", "%(n)s of %(y)s"),
        ("on a page", "f", ""),
    ]  # fmt: skip


FOREIGN = ("board", "notifications", "drf_spectacular")
"""Folders of templates that speak by dictionaries of their own, or not at all."""
TAKEN = re.compile(
    r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|\{% blocktrans.*?\{% endblocktrans\w* %\}"
    r"|<(script|style|code|pre)\b.*?</\1>|<span class=\"material-symbols[^>]*>.*?</span>|<!DOCTYPE html>",
    re.DOTALL,
)
SPOKEN = re.compile(r'\b(?:title|aria-label|placeholder|alt|data-confirm|data-busy)="([^"]*)"')
ICON = re.compile(r"[a-z_]+")


def left_over(template: str) -> list[str]:
    """Texts that no tag takes through a catalogue."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "¦", TAKEN.sub("¦", template), flags=re.DOTALL)
    shown = [*SPOKEN.findall(text), *re.split(r"<[^>]*>|¦", text)]
    return [one.strip() for one in shown if re.search(r"[A-Za-z]{3}", one.replace("¦", ""))]


def test_no_text_of_a_template_is_left_out() -> None:
    allowed = {"HTML", "openapi.json", "http://name:password@proxy.example:3128"}
    found = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = path.relative_to(ROOT / "templates")
        if name.parts[0] not in FOREIGN:
            found[name.as_posix()] = set(left_over(path.read_text(encoding="utf-8"))) - allowed
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert left_over('<p title="All">Not {% translate "this" %}</p> but') == ["All", "Not", "but"]


def test_every_language_speaks() -> None:
    for code in ("zh-hans", "ru"):
        with translation.override(code):
            assert translation.gettext("Overview") != "Overview"
