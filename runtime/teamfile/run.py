"""One application of a file: where it is, what it found, what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from accounts.models import Team
from common.errors import ConflictError, InvalidInputError, ProductError
from monitoring.alerting import Author
from runtime.teamfile.references import SecretOf, opened
from runtime.teamfile.report import Report, Step, difference
from runtime.teamfile.shape import Problems

M = TypeVar("M", bound=Model)
Values = dict[str, Any]


@dataclass(slots=True)
class Run:
    """`secret_of` looks up what `env:NAME` names."""

    team: Team
    author: Author
    secret_of: SecretOf
    may_read_secrets: bool
    report: Report = field(default_factory=Report)
    problems: Problems = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    """Ids of the subscriptions that the file names."""
    touched_silences: set[int] = field(default_factory=set)

    def refuse(self, path: str, error: ProductError, places: Mapping[str, str]) -> None:
        """A complaint of a service. `places`: its field -> key of the file, where they differ."""
        fields = error.fields if isinstance(error, InvalidInputError) else {}
        for name, texts in (fields or {"": [error.message]}).items():
            key = places.get(name, name)
            self.problems.setdefault(f"{path}.{key}" if key else path, []).extend(texts)

    def settle(
        self,
        path: str,
        kind: str,
        stored: M | None,
        write: Callable[[], M],
        show: Callable[[M], Values],
        *,
        name: str,
        secret: Iterable[str] = (),
        places: Mapping[str, str] = {},
    ) -> M | None:
        """Writes one row by its service and notes what it changed. What changed nothing is taken
        back; the row, or None with a problem, is returned."""
        before = show(stored) if stored is not None else {}
        try:
            with transaction.atomic():
                row = write()
                changes = difference(before, show(row), secret)
                if stored is not None and not changes:
                    transaction.set_rollback(True)
        except (InvalidInputError, ConflictError) as error:
            self.refuse(path, error, places)
            return stored
        if stored is None:
            self.note(Step("created", kind, name, path))
        else:
            self.note(Step("changed" if changes else "unchanged", kind, name, path, changes))
        return row

    def note(self, step: Step) -> None:
        self.report.steps.append(step)

    def options(
        self, path: str, given: Mapping[str, Any], secret: frozenset[str], stored: Iterable[str]
    ) -> Values:
        """The options that are known. A secret whose name says nothing stays as it is stored; where
        there is none, the command complains."""
        known, unknown, wrong = opened(given, secret, self.secret_of)
        for option, text in wrong.items():
            self.problems.setdefault(f"{path}.{option}", []).append(text)
        if self.may_read_secrets:
            for option, name in unknown.items():
                if option not in set(stored):
                    told = f"{name} is not set in the environment."
                    self.problems.setdefault(f"{path}.{option}", []).append(told)
        return known


def differing(wanted: Mapping[str, Any], before: Mapping[str, Any]) -> Values:
    return {name: value for name, value in wanted.items() if before.get(name) != value}
