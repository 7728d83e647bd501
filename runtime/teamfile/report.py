"""What applying a file did, or would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from common.redaction import MASK, redact

Action = Literal["created", "changed", "unchanged", "deleted", "kept"]
"""`kept`: it is there, and the file does not name it."""
SIGNS: dict[Action, str] = {"created": "+", "changed": "~", "unchanged": "=", "deleted": "-",
                            "kept": " "}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One row. `changes`: field -> (old, new), secrets masked."""

    action: Action
    kind: str
    name: str
    path: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def line(self) -> str:
        told = ", ".join(f"{name}: {_word(old)} → {_word(new)}"
                         for name, (old, new) in self.changes.items())  # fmt: skip
        return f"{SIGNS[self.action]} {self.kind} {self.name}{f' ({told})' if told else ''}"


@dataclass(slots=True)
class Report:
    steps: list[Step] = field(default_factory=list)
    made_secrets: dict[str, str] = field(default_factory=dict)
    """Path -> a value that was made just now and is shown this once."""
    notes: list[str] = field(default_factory=list)

    def count(self, action: Action) -> int:
        return sum(step.action == action for step in self.steps)

    def effective(self) -> list[Step]:
        return [step for step in self.steps if step.action in ("created", "changed", "deleted")]

    def summary(self) -> str:
        words: tuple[Action, ...] = ("created", "changed", "deleted", "unchanged", "kept")
        told = {"kept": "not in the file and left alone"}
        return ", ".join(
            f"{self.count(word)} {told.get(word, word)}"
            for word in words
            if self.count(word) or word in ("created", "changed", "unchanged")
        )


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any], secret: Iterable[str] = ()
) -> dict[str, tuple[Any, Any]]:
    """What differs, for people: secrets masked, addresses without passwords."""
    hidden = set(secret)
    return {
        name: (MASK, MASK) if name in hidden else (_shown(before.get(name)), _shown(value))
        for name, value in after.items()
        if before.get(name) != value
    }


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    return redact(str(value))[:200]


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "–" if value in (None, "") else str(value)
