from __future__ import annotations

from typing import Generic, TypeVar, cast

from django.utils.module_loading import import_string

T = TypeVar("T")


class UnknownKindError(LookupError):
    """Nobody registered this kind."""


class Registry(Generic[T]):
    """Kind -> dotted path of a plug-in, imported when first asked for."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._paths: dict[str, str] = {}
        self._loaded: dict[str, T] = {}

    def register(self, kind: str, path: str) -> None:
        """Raises ValueError when the kind is taken."""
        if kind in self._paths:
            raise ValueError(f"{self._what} kind {kind!r} is registered twice")
        self._paths[kind] = path

    def kinds(self) -> list[str]:
        return list(self._paths)

    def get(self, kind: str) -> T:
        """The plug-in of a kind. Raises UnknownKindError."""
        if kind not in self._loaded:
            if kind not in self._paths:
                raise UnknownKindError(f"no {self._what} of kind {kind!r}")
            self._loaded[kind] = cast(T, import_string(self._paths[kind]))
        return self._loaded[kind]
