"""Spans of time in which nobody wants to hear: made, and ended early."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Team
from common.errors import ConflictError, InvalidInputError
from monitoring.alerting import Author
from monitoring.choices import EventType
from monitoring.models import Monitor, Silence
from websites.models import Website

LONGEST = timedelta(days=366)
LABEL_LENGTH = 60
REASON_LENGTH = 250
NO_REASON = "No reason given"


def silence_create(
    *,
    team: Team,
    author: Author,
    ends_at: datetime,
    starts_at: datetime | None = None,
    website: Website | None = None,
    monitor: Monitor | None = None,
    event_types: Iterable[str] = (),
    label: str = "",
    reason: str = "",
) -> Silence:
    """Matching events are recorded but not announced; what is left out matches any.

    It begins at once unless `starts_at` says otherwise. Raises InvalidInputError.
    """
    now = timezone.now()
    begins = starts_at or now
    kinds = list(dict.fromkeys(event_types))
    problems = _problems(team, begins, ends_at, now, website, monitor, kinds)
    if len(label) > LABEL_LENGTH:
        problems["label"] = [f"At most {LABEL_LENGTH} characters."]
    if problems:
        raise InvalidInputError("The silence is not valid.", fields=problems)
    return Silence.objects.create(
        team=team,
        website=website,
        monitor=monitor,
        event_types=kinds,
        label=label.strip(),
        starts_at=begins,
        ends_at=ends_at,
        reason=reason.strip()[:REASON_LENGTH] or NO_REASON,
        author=author.name[:150],
        created_by_id=author.id,
    )


def silence_end(*, silence: Silence) -> Silence:
    """From now on events are announced again; one that has not begun never does. Raises
    ConflictError when it is over already."""
    now = timezone.now()
    rows = Silence.objects.filter(pk=silence.pk, ends_at__gt=now)
    begins = min(silence.starts_at, now - timedelta(microseconds=1))
    if not rows.update(starts_at=begins, ends_at=now, updated_at=now):
        raise ConflictError("The silence is over already.")
    silence.starts_at, silence.ends_at = begins, now
    return silence


def _problems(
    team: Team,
    begins: datetime,
    ends: datetime,
    now: datetime,
    website: Website | None,
    monitor: Monitor | None,
    kinds: list[str],
) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if ends <= begins:
        problems["ends_at"] = ["Must be later than the beginning."]
    elif ends <= now:
        problems["ends_at"] = ["Is over already."]
    elif ends - begins > LONGEST:
        problems["ends_at"] = [f"At most {LONGEST.days} days."]
    unknown = sorted(set(kinds) - set(EventType.values))
    if unknown:
        problems["event_types"] = [f"Unknown: {', '.join(unknown)}."]
    rows: dict[str, Any] = {"website": website, "monitor": monitor}
    if website is not None and website.team_id != team.pk:
        problems["website"] = ["Must be of the team."]
    if monitor is not None and monitor.website.team_id != team.pk:
        problems["monitor"] = ["Must be of the team."]
    if all(rows.values()) and monitor is not None and monitor.website_id != rows["website"].pk:
        problems["monitor"] = ["Is not of this website."]
    return problems
