"""Writes about who owns what: teams, members, API keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.choices import Role, Scope
from accounts.models import ApiKey, Membership, Team, User
from common.errors import ConflictError, InvalidInputError

KEY_PREFIX = "sm_"
SHOWN_CHARACTERS = 11
USE_NOTED_EVERY = timedelta(minutes=1)


def team_create(*, name: str, slug: str | None = None, owner: User | None = None) -> Team:
    """A team, with its first owner where one is given. Raises InvalidInputError for a taken slug."""
    chosen = slug or slugify(name)[:60] or "team"
    with transaction.atomic():
        if Team.objects.filter(slug=chosen).exists():
            raise InvalidInputError(
                f"A team with the short name {chosen} exists.", fields={"slug": ["Already taken."]}
            )
        team = Team.objects.create(name=name, slug=chosen)
        if owner is not None:
            membership_set(team=team, user=owner, role=Role.OWNER)
    return team


def membership_set(*, team: Team, user: User, role: Role) -> Membership:
    """Adds the user or changes the role. Raises ConflictError when no owner would be left."""
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(team, user)
        membership, _ = Membership.objects.update_or_create(
            team=team, user=user, defaults={"role": role}
        )
    return membership


def membership_remove(*, membership: Membership) -> None:
    """Raises ConflictError when no owner would be left."""
    with transaction.atomic():
        _keep_an_owner(membership.team, membership.user)
        membership.delete()


def _keep_an_owner(team: Team, leaving: User) -> None:
    owners = set(
        team.memberships.select_for_update()
        .filter(role=Role.OWNER)
        .values_list("user_id", flat=True)
    )
    if owners == {leaving.pk}:
        raise ConflictError("A team needs an owner.", advice="Make another member owner first.")


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


def api_key_authenticate(plain: str) -> ApiKey | None:
    """The usable key of this text, None for any other; notes its use at most once a minute."""
    key = ApiKey.objects.select_related("team").filter(key_hash=_hash(plain)).first()
    if key is None or not key.is_usable:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now
    return key


def _hash(plain: str) -> str:
    """A key is 256 random bits: one round is enough, there is nothing to guess."""
    return hashlib.sha256(plain.encode()).hexdigest()
