"""Stored English sentences, told in another language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from common.sentences import FILE, MOST_SENTENCES, Patterns, shipped, told
from common.texts import joined, shown
from scripts.words import po
from scripts.words.sentences import is_sentence, kept_words, patterns_of, sentences_of

pytestmark = pytest.mark.once

CATALOGUE = {
    "No connection to {0} on port {1}.": "Hafen {1} von {0} schweigt.",
    "No connection to {0}.": "{0} schweigt.",
    "Check that the host is up.": "Sieh nach, ob er läuft.",
    "The shop failed with HTTP {0}.": "HTTP {0}, sagt der Laden.",
}
PATTERNS = Patterns([text for text in CATALOGUE if "{" in text])
LOCALE = Path(settings.LOCALE_PATHS[0])
SLOT = re.compile(r"\{\d+\}")


def german(text: str) -> str:
    return told(text, lambda one: CATALOGUE.get(one, one), PATTERNS)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("No connection to a.b on port 80.", "Hafen 80 von a.b schweigt."),
        ("No connection to a.b.", "a.b schweigt."),
        (
            "No connection to a.b on port 80. Check that the host is up.",
            "Hafen 80 von a.b schweigt. Sieh nach, ob er läuft.",
        ),
        ("The shop failed with HTTP 500. No one knows.", "HTTP 500, sagt der Laden. No one knows."),
        ("Something else. Check that the host is up.", "Something else. Check that the host is up."),
        ("The shop failed with HTTP {1}%s\\g<0>.", "HTTP {1}%s\\g<0>, sagt der Laden."),
        ("My shop", "My shop"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_found_again_with_its_values(english: str, said: str) -> None:
    assert german(english) == said


def test_sentences_stand_apart_where_a_language_wants_it() -> None:
    assert joined("It failed.", "", "Look at the log.") == "It failed. Look at the log."
    assert joined("失败了。", "请查看日志。") == "失败了。请查看日志。"
    assert joined() == ""


NO_END = ".  x."
HOSTILE = [
    "a.b redirects to another host: " + " redirects to : " * 55 + NO_END,
    "a.b redirects to another host: " + " redirects to : " * 4000 + NO_END,
    "Several websites are named " + ": give the id of one: " * 40 + NO_END,
    "OK: " + " products,  with stock numbers, " * 30 + NO_END,
    "OK: " + " groups; the first lists  products,  with stock numbers (order form: " * 900 + ".",
    "a has b." * 8000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_stranger_made_of_our_words_is_left_as_it_is(text: str) -> None:
    """With expressions that go back for another try this does not end."""
    with override("ru"):
        assert shown(text) == text


def test_a_text_of_many_sentences_is_read_once() -> None:
    asked: list[str] = []

    def known(text: str) -> str:
        asked.append(text)
        return {"A.": "B."}.get(text, text)

    text = " ".join(["A."] * 300)
    assert told(text, known, PATTERNS) == " ".join(["B."] * 300)
    assert len(asked) <= 3 * 300 + 1
    asked.clear()
    assert told(f"{text} C.", known, PATTERNS) == f"{' '.join(['B.'] * 300)} C."
    assert len(asked) <= 3 * 301 + 1


def test_no_text_of_ours_has_more_sentences_than_are_looked_up_at_a_time() -> None:
    for _, text in kept_words():
        assert len(re.findall(r"\. \S", text)) < MOST_SENTENCES, text


def test_a_value_takes_as_little_as_it_can_and_never_the_end_of_a_sentence() -> None:
    known = Patterns(["Of {0} to {1}: {2}.", "Write {0}{1}...", "{0} is late."])
    assert known.fit("Of a to b to c: d: e.") == ("Of {0} to {1}: {2}.", ("a", "b to c", "d: e"))
    assert known.fit("Write abc...") == ("Write {0}{1}...", ("a", "bc"))
    for text in ("Of a. B to c: d.", "Of  to c: d.", "Of a to b: .", "A. B is late.", "x. is late.",
                 "Write a...", "Of a to b.", " is late.", "Of a to .", ""):  # fmt: skip
        assert known.fit(text) is None, text


def test_in_english_nothing_is_looked_up() -> None:
    with override("en"):
        assert shown("No connection to a.b on port 80.") == "No connection to a.b on port 80."


def test_sentences_of_code_are_those_for_people() -> None:
    code = '''
"""A docstring that is a sentence."""
def f(host):
    raise HostError(f"No connection to {host.name!r} on " f"port {1 + 1:d}.", advice="Check it.")
    gettext("Translated already, it is.")
    logger.info("a_word other=%s")
    return ["At most 5 rows of it.", "no sentence", f"{host}: {1}."]
'''
    assert sorted(sentences_of(code)) == [
        "At most 5 rows of it.", "No connection to {0} on port {1}.",
    ]  # fmt: skip
    assert not is_sentence("{0} is {1}.")


def test_the_file_of_patterns_is_fresh() -> None:
    """`make words` writes it."""
    fresh = patterns_of(text for _, text in kept_words())
    assert (LOCALE / FILE).read_text(encoding="utf-8").splitlines() == fresh


def test_every_pattern_is_found_again_with_plain_words_in_it() -> None:
    for text in (LOCALE / FILE).read_text(encoding="utf-8").splitlines():
        said = text.format(*("one", "two", "three", "four"))
        found, values = shipped().fit(said) or ("", ())
        assert (found, found.format(*values)) == (text, said)


def test_no_pattern_has_a_whole_sentence_as_a_value() -> None:
    """A value never holds the end of one, so it would not be found again."""
    for text in (LOCALE / FILE).read_text(encoding="utf-8").splitlines():
        assert not re.match(r"\{0\} [A-Z][a-z]", text), text


@pytest.mark.parametrize("language", ["ru", "zh_Hans"])
def test_a_translated_pattern_has_no_value_of_its_own(language: str) -> None:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    for (_, text, _), entry in po.read(path.read_text(encoding="utf-8")).items():
        for said in entry.said if SLOT.search(text) else []:
            assert set(SLOT.findall(said)) <= set(SLOT.findall(text)), text
