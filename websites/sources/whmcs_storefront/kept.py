"""Pure: answers that are kept, as every poll meets the same texts again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Concatenate, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 1000
"""Longer texts are asked about anew: a page of megabytes must not stay in memory."""


def kept(
    most: int,
) -> Callable[[Callable[Concatenate[str, P], R]], Callable[Concatenate[str, P], R]]:
    """Keeps up to `most` answers of a function of a text."""

    def keeping(function: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
        remembered = cast("Callable[Concatenate[str, P], R]", lru_cache(most)(function))

        def ask(text: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
            known = remembered if len(text) <= LONGEST else function
            return known(text, *args, **kwargs)

        update_wrapper(ask, function)
        return ask

    return keeping
