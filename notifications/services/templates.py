"""A team's own words: stored only when they can be filled, and found when a message is made."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from accounts.choices import Language
from accounts.models import Team
from common.errors import InvalidInputError
from common.prepared import Prepared, among
from monitoring.choices import EventType
from notifications.manner import Manner
from notifications.models import MessageTemplate
from notifications.wording.own import OwnWords, fill, own_values, problems_of, sample

OwnByKey = dict[tuple[int, str, str], OwnWords]
"""(team id, event type, language) -> words."""


def template_create(
    *, team: Team, event_type: str, language: str, words: OwnWords
) -> MessageTemplate:
    """Raises InvalidInputError, naming what is not known."""
    problems = {}
    if event_type not in EventType.values:
        problems["event_type"] = ["There is no such kind of event."]
    if language not in Language.values:
        problems["language"] = [f"Must be one of {', '.join(Language.values)}."]
    words = _checked(event_type, language, words, problems)
    try:
        with transaction.atomic():
            return MessageTemplate.objects.create(
                team=team, event_type=event_type, language=language, **words._asdict()
            )
    except IntegrityError:
        raise InvalidInputError(
            "The words are not valid.",
            fields={"event_type": ["The team has words for it in this language already."]},
        ) from None


def template_update(*, template: MessageTemplate, words: OwnWords) -> MessageTemplate:
    """Raises InvalidInputError."""
    words = _checked(template.event_type, template.language, words, {})
    template.subject, template.text, template.html = words
    template.save(update_fields=["subject", "text", "html", "updated_at"])
    return template


def template_reset(*, template: MessageTemplate) -> MessageTemplate:
    """The shipped words are sent again."""
    template.subject = template.text = template.html = ""
    template.save(update_fields=["subject", "text", "html", "updated_at"])
    return template


_WORDS = Prepared(
    lambda team_ids: MessageTemplate.objects.filter(team_id__in=among(team_ids)).values_list(
        "team_id", "event_type", "language", "subject", "text", "html"
    )
)


def own_words(team_ids: Iterable[int]) -> OwnByKey:
    rows = _WORDS.rows(set(team_ids))
    return {(team, kind, language): OwnWords(*words) for team, kind, language, *words in rows}


def _checked(
    event_type: str, language: str, words: OwnWords, problems: dict[str, list[str]]
) -> OwnWords:
    words = OwnWords(words.subject.strip(), words.text.strip(), words.html.strip())
    problems = {**problems, **problems_of(words)}
    if problems:
        raise InvalidInputError("The words are not valid.", fields=problems)
    values = own_values(sample(event_type), Manner(language, ZoneInfo("UTC")))
    try:
        filled = fill(words, values)
    except ValueError as error:
        raise InvalidInputError("The words are not valid.", fields={"text": [str(error)]}) from None
    empty = [name for name, text in words._asdict().items() if text and not getattr(filled, name)]
    if empty:
        said = "Nothing would be left of it at this kind of event."
        raise InvalidInputError("The words are not valid.", fields={one: [said] for one in empty})
    return words
