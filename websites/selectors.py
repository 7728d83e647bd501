"""Finding websites."""

from __future__ import annotations

from websites.models import Website


class WebsiteNotFoundError(LookupError):
    """No website, or more than one, answers to this name or id; the text says what to type."""


def website_by_name_or_id(text: str) -> Website:
    """For commands: an id, else a name that only one website has. Raises WebsiteNotFoundError."""
    rows = Website.objects.select_related("team")
    if text.isdecimal() and (found := rows.filter(pk=int(text)).first()):
        return found
    named = list(rows.filter(name__iexact=text).order_by("pk"))
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(f"{website.pk} (team {website.team.slug})" for website in named)
        raise WebsiteNotFoundError(
            f"Several websites are named {text!r}: give the id of one: {ids}."
        )
    raise WebsiteNotFoundError(f"There is no website with the id or name {text!r}.")
