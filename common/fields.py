"""Model fields that are encrypted at rest. A wrong key is loud, never a garbled value.

A stored value is opened when somebody looks into it, not when its row is read: a row that no key
opens stops neither the rows read beside it nor the pages it stands on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

PREFIX = "enc1:"


class DecryptionError(Exception):
    """No key in FIELD_ENCRYPTION_KEYS opens this value."""


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty: set at least one Fernet key")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Encrypts with the first key of FIELD_ENCRYPTION_KEYS."""
    return PREFIX + _box(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(plain.encode()).decode()


def decrypt(stored: str) -> str:
    """Raises DecryptionError for a value that is not ours or needs a key we do not have."""
    if not stored.startswith(PREFIX):
        raise DecryptionError("value is not encrypted by this application")
    try:
        token = stored.removeprefix(PREFIX).encode()
        return _box(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token).decode()
    except InvalidToken:
        raise DecryptionError("no key in FIELD_ENCRYPTION_KEYS opens this value") from None


class Sealed(Mapping[str, Any]):
    """A stored object that is decrypted at the first look into it. `dict(sealed)` opens it.

    Whatever looks inside raises DecryptionError when no key opens the value.
    """

    def __init__(self, stored: str) -> None:
        self.stored = stored

    @cached_property
    def _plain(self) -> dict[str, Any]:
        opened: dict[str, Any] = json.loads(decrypt(self.stored))
        return opened

    def __getitem__(self, name: str) -> Any:
        return self._plain[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __repr__(self) -> str:
        return "<sealed>"


def opened_or_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """For pages and forms, where a person enters anew what no key opens any more."""
    try:
        return dict(values)
    except DecryptionError:
        return {}


if TYPE_CHECKING:
    _Base = models.TextField[Any, Any]
else:
    _Base = models.TextField


class EncryptedJSONField(_Base):
    """A JSON object kept as one Fernet token. It cannot be searched; `isnull` is the only lookup.

    Reads as a mapping (Sealed), is written from one; an empty one is stored as "". One that cannot be opened is written back as
    it is: a change of other fields destroys nothing.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError("an encrypted field cannot be searched")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return Sealed(value) if value else {}

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Mapping) or value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str:
        try:
            return encrypt(json.dumps(dict(value))) if value else ""
        except DecryptionError:
            return str(value.stored)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialisers and dumps never show the content."""
        return "{}"
