"""How a person wants to be told, set by that person."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Preferences, User
from accounts.signals import preferences_changed
from common.errors import InvalidInputError

EDITABLE = frozenset(
    {
        "is_enabled",
        "email",
        "phone",
        "alert_threshold",
        "time_zone",
        "language",
        "quiet_from",
        "quiet_until",
    }
)


def preferences_update(*, user: User, **changes: Any) -> Preferences:
    """Changes the given fields; the row is made with the first change.

    Raises InvalidInputError with the fields to mend; TypeError for a field that cannot be changed.
    """
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"preferences_update() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # the row may not exist yet
        row = Preferences.objects.filter(user=user).first() or Preferences(user=user)
        changed = {name for name, value in changes.items() if getattr(row, name) != value}
        for name in changed:
            setattr(row, name, changes[name])
        _refuse_wrong(row)
        row.save()
        preferences_changed.send(sender=Preferences, user_id=user.pk, changed=frozenset(changed))
    return row


def _refuse_wrong(row: Preferences) -> None:
    problems: dict[str, list[str]] = {}
    try:
        row.full_clean(exclude=["user"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems |= error.message_dict
    if row.time_zone and row.time_zone not in available_timezones():
        problems["time_zone"] = ["Give the IANA name of a zone, for example Europe/Berlin."]
    problems |= quiet_problems(row.quiet_from, row.quiet_until)
    if problems:
        raise InvalidInputError("The preferences are not valid.", fields=problems)


def quiet_problems(start: Any, end: Any) -> dict[str, list[str]]:
    """What is wrong with a pair of quiet hours, by field; both or none are given."""
    if (start is None) != (end is None):
        missing = "quiet_from" if start is None else "quiet_until"
        return {missing: ["Quiet hours need both a beginning and an end."]}
    if start is not None and start == end:
        return {"quiet_until": ["Must differ from the beginning."]}
    return {}
