"""Model fields that are encrypted at rest. A wrong key is loud, never a garbled value."""

from __future__ import annotations

import json
from functools import lru_cache
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


if TYPE_CHECKING:
    _Base = models.TextField[Any, Any]
else:
    _Base = models.TextField


class EncryptedJSONField(_Base):
    """A JSON object kept as one Fernet token. It cannot be searched; `isnull` is the only lookup."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError("an encrypted field cannot be searched")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return {} if not value else json.loads(decrypt(value))

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, dict) or value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str:
        return encrypt(json.dumps(value or {}))

    def value_to_string(self, obj: models.Model) -> str:
        """Serialisers and dumps never show the content."""
        return "{}"
