"""What the code is at, for every line it logs: the request, the task, the poll, the message.

The facts live in context variables, so libraries' lines carry them too. Ids only: a name or an
address of somebody has no place in a log.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, TypeVar

R = TypeVar("R")

_facts: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar(
    "log_facts", default=MappingProxyType({})
)
"""Replaced, never changed: contexts share it."""


@contextmanager
def log_context(**facts: str | int) -> Iterator[None]:
    """Lines logged inside carry these facts beside those of outside; outside it is as before."""
    before = _facts.get()
    _facts.set({**before, **facts})
    try:
        yield
    finally:
        _facts.set(before)


def log_context_begin(**facts: str | int) -> None:
    """These facts and no other from now on: at the start of something that ends elsewhere."""
    _facts.set(facts)


def log_also(**facts: str | int) -> None:
    """These facts from now on, too, until the context they were learnt in ends."""
    _facts.set({**_facts.get(), **facts})


def log_facts() -> dict[str, Any]:
    """What is bound here and now."""
    return dict(_facts.get())


def carrying_context(work: Callable[[], R]) -> Callable[[], R]:
    """`work` for another thread, which would begin without any context."""
    context = contextvars.copy_context()
    return lambda: context.run(work)
