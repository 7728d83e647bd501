"""Reads a Dockerfile and a `.dockerignore`, as far as ours go; touches nothing.

The check of the image runs the commands found here, so that they need no second copy.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: its word in capitals, its flags (`--from=build`), and the rest."""

    word: str
    flags: Mapping[str, str]
    rest: str

    def argv(self) -> list[str]:
        """The command of RUN, CMD or HEALTHCHECK; a line that is no JSON is for the shell."""
        text = self.rest.removeprefix("CMD").strip() if self.word == "HEALTHCHECK" else self.rest
        if text.startswith("["):
            return [str(part) for part in json.loads(text)]
        return ["sh", "-c", text]

    def pairs(self) -> dict[str, str]:
        """The names and values of ENV or LABEL."""
        return dict(word.split("=", 1) for word in shlex.split(self.rest))


@dataclass(slots=True)
class Stage:
    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def all(self, word: str) -> list[Step]:
        return [step for step in self.steps if step.word == word]

    def last(self, word: str) -> Step:
        """The one that counts. Raises IndexError when there is none."""
        return self.all(word)[-1]


def parse(text: str) -> list[Stage]:
    """The stages in order."""
    stages: list[Stage] = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        flags = {}
        while match := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            flags[match[1]] = match[2]
            rest = rest[match.end() :]
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base.strip(), name.strip()))
        else:
            stages[-1].steps.append(Step(word, flags, rest.strip()))
    return stages


def ignore_rules(text: str) -> Callable[[str], bool]:
    """Tells whether a path, relative and with slashes, stays out of the build."""
    patterns = [
        _pattern(line.strip().strip("/"))
        for line in text.splitlines()
        if line.strip() and not line.startswith("#")
    ]

    def is_ignored(path: str) -> bool:
        parts = path.split("/")
        ways = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        return any(pattern.fullmatch(way) for pattern in patterns for way in ways)

    return is_ignored


def _pattern(glob: str) -> re.Pattern[str]:
    """`**/` is any folder or none, `*` stays within a name."""
    made = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.compile(made.replace(r"\?", "[^/]"))


def moved(text: str, places: Iterable[str], root: str) -> str:
    """The text with every absolute path below one of the places put below `root`."""
    names = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
    return re.sub(rf"(?<![\w./-])({names})(?=[/:\s\"')]|$)", rf"{root}\1", text)
