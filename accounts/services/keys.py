"""Writes about API keys: what programs come in with, ours (bot, workers) as well as others'."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.choices import Scope
from accounts.models import ApiKey, Team, User
from common.errors import ConflictError

KEY_PREFIX = "sm_"
SHOWN_CHARACTERS = 11
ROTATION_GRACE = timedelta(days=7)
"""How long a rotated key still works, so that programs can be changed over one by one."""

USE_NOTED_EVERY = timedelta(minutes=1)


def api_key_create(
    *,
    team: Team,
    name: str,
    scope: Scope | str = Scope.READ,
    created_by: User | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """(row, the key in plain text): the key is not kept and cannot be shown again."""
    plain = KEY_PREFIX + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        team=team,
        name=name,
        scope=Scope(scope),
        prefix=plain[:SHOWN_CHARACTERS],
        key_hash=_hash(plain),
        created_by=created_by,
        expires_at=expires_at,
    )
    return row, plain


def api_key_revoke(*, api_key: ApiKey) -> None:
    """It opens nothing from now on; the row stays for the record."""
    if api_key.revoked_at is None:
        api_key.revoked_at = timezone.now()
        api_key.save(update_fields=["revoked_at", "updated_at"])


def api_key_rotate(*, api_key: ApiKey, created_by: User | None = None) -> tuple[ApiKey, str]:
    """(new row, new key in plain text) of the same name and scope; the old key works for
    ROTATION_GRACE more. Raises ConflictError for a key that is revoked or expired."""
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=api_key.pk)
        if not old.is_usable:
            raise ConflictError("The key works no more.", advice="Make a new one instead.")
        made = api_key_create(
            team=api_key.team,
            name=old.name,
            scope=old.scope,
            created_by=created_by,
            expires_at=old.expires_at,
        )
        ends = timezone.now() + ROTATION_GRACE
        old.expires_at = min(old.expires_at or ends, ends)
        old.save(update_fields=["expires_at", "updated_at"])
    return made


def api_key_authenticate(plain: str) -> ApiKey | None:
    """The usable key of this text, None for any other; notes its use at most once a minute."""
    key = ApiKey.objects.select_related("team").filter(key_hash=_hash(plain)).first()
    if key is None or not key.is_usable:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(
            last_used_at=now, minutes_used=F("minutes_used") + 1
        )
        key.last_used_at = now
    return key


def _hash(plain: str) -> str:
    """A key is 256 random bits: one round is enough, there is nothing to guess."""
    return hashlib.sha256(plain.encode()).hexdigest()
