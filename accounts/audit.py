"""The audit log: who changed which setting, from what to what. Secrets are masked.

One place sees what admin, API and services write: Django's signals. Who does it is known from the
request at hand, or from the management command; what workers write is no decision of a person and
is not kept. A change and its entry are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.choices import AuditAction
from accounts.models import ApiKey, AuditEntry, User
from accounts.querysets import TeamScopedQuerySet
from common.acting import acting
from common.fields import DecryptionError, EncryptedJSONField
from common.redaction import MASK, redact
from common.texts import in_english

LONGEST = 500
SECRET_FIELDS = frozenset({"password"})

Changes = dict[str, list[Any]]

_watched: dict[type[Model], list[Field[Any, Any]]] = {}
_personal: dict[type[Model], frozenset[str]] = {}
"""Fields that are masked in rows of a person (`user`): the owners of the team read the log."""


class AuditMiddleware:
    """Knows the request while it is answered. Whoever turns out to ask is looked up when needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = acting.set(request)
        try:
            return self.get_response(request)
        finally:
            acting.reset(token)


def watch(rules: Mapping[str, Any]) -> None:
    """Connects the models of `AUDITED` (config/audit.py)."""
    for label, rule in rules.items():
        model = apps.get_model(label)
        _watched[model] = [
            field
            for field in model._meta.local_concrete_fields
            if field.name in rule.also
            or isinstance(field, EncryptedJSONField)
            or (field.editable and not field.primary_key and field.name not in rule.without)
        ]
        _personal[model] = frozenset(rule.personal)
        pre_save.connect(_before, sender=model, dispatch_uid=f"audit:{label}")
        post_save.connect(_saved, sender=model, dispatch_uid=f"audit:{label}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"audit:{label}")
        for relation in model._meta.local_many_to_many:
            through = relation.remote_field.through
            m2m_changed.connect(_related, sender=through, dispatch_uid=f"audit:{relation}")


@in_english
def audit_note(row: Model, changes: Changes, action: str = AuditAction.CHANGED) -> None:
    """For a service that writes without signals: {field: [old, new]}. Nothing for a machine."""
    who = _who()
    if who is None or not (changes or action == AuditAction.DELETED):
        return
    user, name = who
    AuditEntry.objects.create(
        team_id=_team_id(row, action),
        user=user,
        actor=name[:200],
        action=action,
        kind=str(row._meta.verbose_name),
        object_id=str(row.pk),
        object_name=redact(str(row))[:200],
        changes=changes,
    )


def audit_prune() -> int:
    """Forgets entries older than AUDIT_DAYS; returns how many."""
    limit = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    return AuditEntry.objects.filter(created_at__lt=limit).delete()[0]


def _who() -> tuple[User | None, str] | None:
    """(the person, how the log names whoever acts); None when nobody does."""
    found = acting.get()
    if found is None or isinstance(found, str):
        return (None, found) if found else None
    key = getattr(found, "auth", None)
    if isinstance(key, ApiKey):
        return None, f"API key {key}"
    user = getattr(found, "user", None)
    if isinstance(user, User) and user.pk:
        return user, user.get_username()
    return None, "somebody who is not logged in"


def _before(sender: type[Model], instance: Model, **signal: Any) -> None:
    """Remembers what is stored, on the row itself, where a person is about to change it."""
    instance.__dict__.pop("_audit_before", None)
    fields = _fields(sender, signal.get("update_fields"))
    if signal.get("raw") or not fields or acting.get() is None:
        return
    stored = None if instance._state.adding else sender._base_manager.filter(pk=instance.pk).first()
    instance.__dict__["_audit_before"] = _values(stored, fields) if stored else {}


@in_english
def _saved(sender: type[Model], instance: Model, created: bool, **signal: Any) -> None:
    before = instance.__dict__.pop("_audit_before", None)
    if before is None:
        return
    after = _values(instance, _fields(sender, signal.get("update_fields")))
    hidden = _personal[sender] if getattr(instance, "user_id", None) else frozenset()
    changes = _diff(before, after, hidden)
    audit_note(instance, changes, AuditAction.CREATED if created else AuditAction.CHANGED)


def _deleted(sender: type[Model], instance: Model, **signal: Any) -> None:
    """Only what somebody chose to delete; rows that go with it are not named one by one."""
    origin = signal.get("origin")
    chosen = getattr(origin, "model", type(origin))  # a queryset or a row
    if chosen is sender and acting.get() is not None:
        audit_note(instance, {}, AuditAction.DELETED)


@in_english
def _related(
    sender: Any, instance: Model, action: str, reverse: bool, model: Any, pk_set: Any, **_: Any
) -> None:
    if reverse or action not in {"post_add", "post_remove", "pre_clear"} or acting.get() is None:
        return
    name = next(one.name for one in instance._meta.local_many_to_many
                if one.remote_field.through is sender)  # fmt: skip
    rows = getattr(instance, name).all() if pk_set is None else model._base_manager.filter(
        pk__in=pk_set
    )  # fmt: skip
    names = ", ".join(redact(str(row)) for row in rows[:20])
    if names:
        audit_note(instance, {name: [None, names] if action == "post_add" else [names, None]})


def _fields(model: type[Model], update_fields: Iterable[str] | None) -> list[Field[Any, Any]]:
    if update_fields is None:
        return _watched[model]
    return [field for field in _watched[model] if field.name in set(update_fields)]


def _values(row: Model, fields: list[Field[Any, Any]]) -> dict[str, Any]:
    """Field -> value; objects fall apart into `field.key`. Secrets stay for the comparison only."""
    found: dict[str, Any] = {}
    for field in fields:
        value = getattr(row, field.attname)
        if isinstance(value, Mapping):
            try:
                found |= {f"{field.name}.{key}": one for key, one in value.items()}
            except DecryptionError:
                found[field.name] = repr(value)
        else:
            found[field.name] = value
    return found


def _diff(before: dict[str, Any], after: dict[str, Any], hidden: frozenset[str]) -> Changes:
    """What differs, ready to be kept: [old, new]. An empty value that stays empty is no change."""
    hidden |= _secret_names() | SECRET_FIELDS
    changes: Changes = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new and not (old in (None, "", []) and new in (None, "", [])):
            changes[name] = [_shown(name, old, hidden), _shown(name, new, hidden)]
    return changes


def _shown(name: str, value: Any, hidden: frozenset[str]) -> Any:
    if value in (None, ""):
        return None
    if name.partition(".")[0] in hidden:
        return MASK
    if isinstance(value, bool | int | float):
        return value
    return redact(str(value))[:LONGEST]


def _secret_names() -> frozenset[str]:
    return frozenset(
        field.name
        for fields in _watched.values()
        for field in fields
        if isinstance(field, EncryptedJSONField)
    )


def _team_id(row: Model, action: str) -> int | None:
    """The team that sees the entry; none for a person, and for a team that is gone."""
    rows = type(row)._default_manager.all()
    if not isinstance(rows, TeamScopedQuerySet) or (
        action == AuditAction.DELETED and rows.team_path == "id"
    ):
        return None
    value: Any = row
    for step in rows.team_path.split("__"):
        value = getattr(value, step)
    return int(value) if value is not None else None
