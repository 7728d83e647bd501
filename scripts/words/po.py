"""Catalogues of words: reads and writes .po files, and makes the .mo files that Django reads.

Formats: GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files". Only what our
own catalogues hold: no obsolete and no fuzzy entries, one line for one text.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

Key = tuple[str, str, str]
"""(context, text, its plural); "" where there is none."""

_LINE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*(".*")$')


@dataclass
class Entry:
    key: Key
    places: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The translation: one text, or one for each plural form. Empty: not translated yet."""

    @property
    def is_done(self) -> bool:
        return bool(self.said) and all(self.said)


def read(text: str) -> dict[Key, Entry]:
    """The entries of a .po file, the header among them under the empty key. Raises ValueError."""
    return {entry.key: entry for entry in map(_entry, re.split(r"\n{2,}", text.strip())) if entry}


def _entry(block: str) -> Entry | None:
    parts: dict[str, str] = {}
    places: list[str] = []
    word = ""
    for line in block.splitlines():
        if line.startswith("#"):
            if line.startswith("#, fuzzy"):
                raise ValueError(f"fuzzy entries are not used: {block}")
            places += line[2:].split() if line.startswith("#:") else []
            continue
        found = _LINE.match(line)
        if found is None:
            raise ValueError(f"not a line of a catalogue: {line}")
        word = found[1] or word
        parts[word] = parts.get(word, "") + ast.literal_eval(found[2])
    if "msgid" not in parts:
        return None
    said = [parts[word] for word in sorted(parts) if word.startswith("msgstr")]
    key = (parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""))
    return Entry(key, places, said if any(said) else [])


def write(entries: Iterable[Entry], forms: int) -> str:
    """The text of a .po file. `forms`: how many plural forms the language has."""
    return "\n".join(_block(entry, forms) for entry in entries)


def _block(entry: Entry, forms: int) -> str:
    context, text, plural = entry.key
    lines = [f"#: {' '.join(entry.places)}"] if entry.places else []
    lines += ["#, python-format"] if "%(" in text + plural else []
    lines += [f"msgctxt {_quoted(context)}"] if context else []
    lines.append(f"msgid {_quoted(text)}")
    if plural:
        lines.append(f"msgid_plural {_quoted(plural)}")
        said = entry.said or [""] * forms
        lines += [f"msgstr[{number}] {_quoted(one)}" for number, one in enumerate(said)]
    else:
        lines.append(f"msgstr {_quoted(entry.said[0] if entry.said else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, written)
    return f'"{text}"'


def compiled(entries: Iterable[Entry]) -> bytes:
    """The bytes of the .mo file; what is not translated is left out, so English shows."""
    pairs = sorted(
        (_original(entry.key).encode(), "\0".join(entry.said).encode())
        for entry in entries
        if entry.is_done
    )
    start = 7 * 4
    data = start + 16 * len(pairs)
    tables: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), data + len(texts)))
            texts += pair[column] + b"\0"
    second = start + 8 * len(pairs)
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), start, second, 0, data)
    return head + b"".join(tables) + texts


def _original(key: Key) -> str:
    context, text, plural = key
    return (f"{context}\x04" if context else "") + text + (f"\0{plural}" if plural else "")
