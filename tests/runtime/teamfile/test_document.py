"""The YAML of a team: read with limits, complained about by its places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InvalidInputError
from runtime.teamfile import document
from runtime.teamfile.document import document_read, document_write
from runtime.teamfile.references import References, of_environment, opened
from runtime.teamfile.shape import checked

pytestmark = [pytest.mark.unit, pytest.mark.once]


def refusal(text: str) -> str:
    with pytest.raises(InvalidInputError) as caught:
        document_read(text)
    return caught.value.message


def complaints(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidInputError) as caught:
        checked(document_read(text))
    return caught.value.fields


def test_only_null_truth_and_whole_numbers_are_more_than_text() -> None:
    text = "a: 22:00\nb: no\nc: 012\nd: 12\ne: '12'\nf: true\ng: ~\nh: 1.50\ni: 2026-05-01\nj:\n"
    assert document_read(text) == {
        "a": "22:00", "b": "no", "c": "012", "d": 12, "e": "12", "f": True, "g": None, "h": "1.50",
        "i": "2026-05-01", "j": None,
    }  # fmt: skip


_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
_plain = st.sampled_from(["null", "~", "true", "no", "12", "012", "1e3", "22:00", "=1", "", "- a"])
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _words | _plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | _plain, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_words, _values, min_size=1, max_size=4))
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    assert document_read(document_write(value)) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("a: [1, 2\n", "not YAML"),
        ("a: 1\na: 2\n", "line 2: The key a is there twice."),
        ("a: &x [1]\nb: *x\n", "line 2: Aliases"),
        ("? [1]\n: 2\n", "A key must be a word."),
        ("a: " + "[" * 20 + "]" * 20, "nested too deeply"),
        ("a: \x00", "not YAML"),
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_its_line(text: str, told: str) -> None:
    assert told in refusal(text)


def test_tags_build_nothing() -> None:
    assert document_read("a: !!python/object/apply:os.system ['true']\n") == {"a": ["true"]}


def test_a_bomb_of_aliases_and_a_huge_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert "Aliases" in refusal(bomb)
    monkeypatch.setattr(document, "MOST_BYTES", 1024 * 1024)
    assert "larger than 1 MB" in refusal("a: " + "x" * 1024 * 1024)


def test_every_complaint_names_its_place() -> None:
    found = complaints(
        """
        version: 2
        team: {time_zone: 3, reminder_hour: nine}
        websites:
          - name: A
            poll_interval: often
            monitors:
              - {threshold_low: x}
              - product_id: 1
                treshold_low: 3
          - url: https://b.example
        channels: {}
        silences:
          - {starts_at: 2026-05-01, ends_at: 2026-05-01T12:00:00}
        """
    )
    assert set(found) == {
        "version", "team.reminder_hour", "websites[0].poll_interval",
        "websites[0].monitors[0].threshold_low", "websites[0].monitors[0].product_id",
        "websites[0].monitors[1].treshold_low", "websites[1].name", "channels",
        "silences[0].starts_at", "silences[0].ends_at",
    }  # fmt: skip


def test_values_have_the_type_of_their_key() -> None:
    found = checked(
        document_read(
            "version: 1\nwebsites: [{name: 24, labels: [eu, 7], config: {a: ~, b: 1}, monitors: ~}]\n"
            "channels: [{name: C, kind: email, quiet_from: 22:00, quiet_until: ~, is_active: false}]\n"
        )
    )
    (website,) = found["websites"]
    assert website == {
        "name": "24", "labels": ["eu", "7"], "config": {"b": 1}, "monitors": [],
    }  # fmt: skip
    assert str(found["channels"][0]["quiet_from"]) == "22:00:00"
    assert found["channels"][0]["quiet_until"] is None


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("version: 1\nwebsites: x\n", "websites"),
        ("version: 1\nwebsites: [x]\n", "websites[0]"),
        ("version: 1\nwebsites: [{name: [a]}]\n", "websites[0].name"),
        ("version: 1\nwebsites: [{name: A, labels: eu}]\n", "websites[0].labels"),
        ("version: 1\nwebsites: [{name: A, config: eu}]\n", "websites[0].config"),
        ("version: 1\nwebsites: [{name: A, is_active: 'yes'}]\n", "websites[0].is_active"),
        ("version: 1\nwebsites: [{name: A, is_active: ~}]\n", "websites[0].is_active"),
        ("version: 1\nchannels: [{name: A, kind: x, quiet_from: noon}]\n", "channels[0].quiet_from"),
        ("version: 1\nchannels: [{name: A, kind: x, quiet_from: '25:00'}]\n",
         "channels[0].quiet_from"),
        ("team: {}\n", "version"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_told_at_its_place(value: str, place: str) -> None:
    assert list(complaints(value)) == [place]


# --- Secrets -------------------------------------------------------------------------------------


def test_names_of_secrets_are_made_of_whose_they_are_and_none_twice() -> None:
    names = References()
    assert names.made("Nimbus Hosting", "secret") == "env:CONFIG_SECRET_NIMBUS_HOSTING_SECRET"
    assert names.made("Nimbus-Hosting", "secret") == "env:CONFIG_SECRET_NIMBUS_HOSTING_SECRET_2"
    assert names.made("中文", "secret") == "env:CONFIG_SECRET_ROW_SECRET"


def test_no_file_reads_another_variable_than_those_made_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "the key of the server")
    monkeypatch.setenv("CONFIG_SECRET_A", "good")
    given = {
        "open": "env:SECRET_KEY", "a": "env:CONFIG_SECRET_A", "b": "env:SECRET_KEY",
        "c": "in clear", "d": "env:CONFIG_SECRET_/../X", "e": "env:CONFIG_SECRET_MISSING", "f": 7,
    }  # fmt: skip
    known, unknown, wrong = opened(given, frozenset("abcdef"), of_environment)
    assert known == {"open": "env:SECRET_KEY", "a": "good"}
    assert unknown == {"e": "CONFIG_SECRET_MISSING"}
    assert set(wrong) == {"b", "c", "d", "f"}
    assert "in clear" not in str(wrong)


def test_a_secret_may_stand_in_a_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("CONFIG_SECRET_A_FILE", str(tmp_path / "secret"))
    assert of_environment("CONFIG_SECRET_A") == "from a file"
    monkeypatch.setenv("CONFIG_SECRET_A_FILE", str(tmp_path / "gone"))
    _, _, wrong = opened({"a": "env:CONFIG_SECRET_A"}, frozenset("a"), of_environment)
    assert wrong == {"a": "CONFIG_SECRET_A_FILE names a file that cannot be read."}
