"""`make words`: takes every text that pages show into the catalogues and compiles those.

Translations that are there stay; what is no longer shown goes. Needs no gettext tools.
"""

from __future__ import annotations

import os
from pathlib import Path

import django

PLURALS = {
    "zh_Hans": "nplurals=1; plural=0;",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    from common.sentences import FILE
    from scripts.words.finding import LOCALE, all_words  # the apps come first
    from scripts.words.sentences import patterns_of

    words = all_words()
    patterns = patterns_of(text for _, text, _ in words)
    (LOCALE / FILE).write_text("".join(f"{one}\n" for one in patterns), encoding="utf-8")
    for name, plural in PLURALS.items():
        folder = LOCALE / name / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{name}: {renew(folder, name, plural, words)}")


def renew(
    folder: Path, name: str, plural: str, words: dict[tuple[str, str, str], list[str]]
) -> str:
    """Writes both files of one language; says how far it is."""
    from scripts.words import po

    path = folder / "django.po"
    kept = po.read(path.read_text(encoding="utf-8")) if path.exists() else {}
    head = (
        "Content-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nLanguage: {name}\nPlural-Forms: {plural}\n"
    )
    entries = [po.Entry(("", "", ""), said=[head])]
    for key, places in words.items():
        said = kept[key].said if key in kept else []
        entries.append(po.Entry(key, places, said))
    forms = int(plural.partition("nplurals=")[2].partition(";")[0])
    fresh = path.with_suffix(".fresh")
    fresh.write_text(po.write(entries, forms), encoding="utf-8")
    fresh.replace(path)
    (folder / "django.mo").write_bytes(po.compiled(entries))
    missing = sum(not entry.is_done for entry in entries)
    return f"{len(entries) - 1} texts, {missing} without a translation"


if __name__ == "__main__":
    main()
