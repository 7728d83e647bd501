"""What the code is at, for every line it logs: the request, the task, the poll, the message.

The facts live in context variables, so libraries' lines carry them too. Ids only: a name or an
address of somebody has no place in a log.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

R = TypeVar("R")


@contextmanager
def log_context(**facts: str | int) -> Iterator[None]:
    """Lines logged inside carry these facts beside those of outside; outside it is as before."""
    before = get_contextvars()
    bind_contextvars(**facts)
    try:
        yield
    finally:
        log_context_begin(**before)


def log_context_begin(**facts: str | int) -> None:
    """These facts and no other from now on: at the start of something that ends elsewhere."""
    clear_contextvars()
    bind_contextvars(**facts)


def log_also(**facts: str | int) -> None:
    """These facts from now on, too, until the context they were learnt in ends."""
    bind_contextvars(**facts)


def log_facts() -> dict[str, Any]:
    """What is bound here and now."""
    return get_contextvars()


def carrying_context(work: Callable[[], R]) -> Callable[[], R]:
    """`work` for another thread, which would begin without any context."""
    context = contextvars.copy_context()
    return lambda: context.run(work)
