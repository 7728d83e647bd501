"""Names of a room inside and of the API outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import InvalidInputError


@contextmanager
def renamed_fields(outside: Callable[[str], str]) -> Iterator[None]:
    """Problems of a service under the field names the caller used: `outside` tells them."""
    try:
        yield
    except InvalidInputError as error:
        fields = {outside(name): problems for name, problems in error.fields.items()}
        raise InvalidInputError(error.message, fields=fields) from None
