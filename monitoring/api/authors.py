"""Who acts through the API, as the history remembers it."""

from __future__ import annotations

from accounts.models import ApiKey, User
from monitoring.alerting import Author


def author_of(actor: object) -> Author:
    """A key is no person: it acts by its name only."""
    if isinstance(actor, ApiKey):
        return Author(kind="key", name=f"API key {actor.name}"[:150])
    if isinstance(actor, User):
        return Author(kind="user", id=actor.pk, name=actor.get_username())
    raise TypeError(f"{type(actor).__name__} cannot act")


def user_of(actor: object) -> User | None:
    """The person who asks; None for a key."""
    return actor if isinstance(actor, User) else None
