"""`env:NAME` stands for a secret. Only the command looks it up, and only names made for it.

A file may come from somebody else than the operator of the machine. So it names no variable but
CONFIG_SECRET_*: `env:SECRET_KEY` as the password of a shop would send our own key there. The admin
looks none up at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify

START = "env:"
PREFIX = "CONFIG_SECRET_"
_NAME = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,120}}")

SecretOf = Callable[[str], str | None]
"""The value of a name, None where there is none. Raises ValueError with a sentence for people."""


class References:
    """Makes a name for each secret of a file, none twice."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def made(self, owner: str, field: str) -> str:
        words = [slugify(owner) or "row", field]
        base = PREFIX + re.sub(r"[^A-Z0-9]+", "_", "_".join(words).upper())[:100]
        name, number = base, 1
        while name in self._used:
            number += 1
            name = f"{base}_{number}"
        self._used.add(name)
        return f"{START}{name}"


def of_environment(name: str) -> str | None:
    """The variable, or the content of the file that NAME_FILE names."""
    if value := os.environ.get(name, "").strip():
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name}_FILE names a file that cannot be read.") from None


def of_nowhere(name: str) -> str | None:
    """For pages: nobody reads the server's environment by a file they bring."""
    return None


def opened(
    options: Mapping[str, Any], secret_names: frozenset[str], secret_of: SecretOf
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """(values that are known, option -> name of a secret that is not, option -> complaint)."""
    known, unknown, wrong = {}, {}, {}
    for option, value in options.items():
        if option not in secret_names:
            known[option] = value
            continue
        name = value.removeprefix(START) if isinstance(value, str) else ""
        if not isinstance(value, str) or not value.startswith(START) or not _NAME.fullmatch(name):
            wrong[option] = f"A secret does not belong in this file. Write {START}{PREFIX}..."
            continue
        try:
            found = secret_of(name)
        except ValueError as error:
            wrong[option] = str(error)
            continue
        if found is None:
            unknown[option] = name
        else:
            known[option] = found
    return known, unknown, wrong
