"""Websites that the settings name: made once, kept up to date, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import Team
from common.errors import InvalidInputError
from websites.models import Website
from websites.services import website_create, website_update
from websites.sources.registry import config_of, source_class

SOURCE = "whmcs_api"
PARTS = ("NAME", "URL", "API_ID", "API_SECRET")
SINGLE_LABEL = "WHMCS_API"
SINGLE = ("WHMCS_API_URL", "WHMCS_API_IDENTIFIER", "WHMCS_API_SECRET")


@dataclass(frozen=True, slots=True)
class NamedWebsite:
    """One website of the settings. `label` is the start of the names of its settings."""

    label: str
    name: str
    url: str
    credentials: Mapping[str, str]

    def __repr__(self) -> str:
        return f"NamedWebsite({self.label})"


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of it; `changed` names fields, never values."""

    label: str
    website_id: int | None
    name: str
    action: Literal["created", "updated", "unchanged"]
    changed: tuple[str, ...] = ()


def websites_named() -> list[NamedWebsite]:
    """WHMCS_API_* first, then WEBSITE_<n>_* in order.

    Raises InvalidInputError that names every setting that is missing or means nothing.
    """
    problems: dict[str, list[str]] = {}
    found: list[NamedWebsite] = []
    single = {name: getattr(settings, name) for name in SINGLE}
    if any(single.values()):
        _refuse_missing(single, "the others", problems)
        host = urlsplit(single["WHMCS_API_URL"]).hostname or "WHMCS"
        found.append(_named(SINGLE_LABEL, host, *single.values()))
    for number, given in sorted(settings.WEBSITES_FROM_ENV.items()):
        if number == 0:
            shape = ", ".join(f"WEBSITE_1_{part}" for part in PARTS)
            problems |= {name: [f"Is not known; expected {shape}, ..."] for name in given}
            continue
        label = f"WEBSITE_{number}"
        values = {f"{label}_{part}": given.get(part, "") for part in PARTS}
        _refuse_missing(values, f"the rest of {label}", problems)
        found.append(_named(label, *values.values()))
    for one in found:
        if [other.name.lower() for other in found].count(one.name.lower()) > 1 and one.name:
            problems.setdefault(f"{one.label}_NAME", []).append("Another one has this name.")
    if problems:
        raise InvalidInputError("The settings of the websites are not complete.", fields=problems)
    return found


def websites_sync(*, team: Team, dry_run: bool = False) -> list[Synced]:
    """Makes the websites that the settings name and updates what changed, all or nothing.

    A website is recognised by its name, else by its address. Its name, source, interval and pause
    are a person's business and stay. Raises InvalidInputError.
    """
    named = websites_named()
    with transaction.atomic():
        existing = list(Website.objects.filter(team=team).order_by("pk"))
        matches = _matches(named, existing)
        synced = [_sync(team, one, matches.get(one.label)) for one in named]
        if dry_run:
            transaction.set_rollback(True)
            return [replace(s, website_id=None) if s.action == "created" else s for s in synced]
    return synced


def _refuse_missing(
    values: Mapping[str, str], because: str, problems: dict[str, list[str]]
) -> None:
    for name, value in values.items():
        if not value:
            problems[name] = [f"Is missing; {because} is set."]


def _named(label: str, name: str, url: str, identifier: str, secret: str) -> NamedWebsite:
    return NamedWebsite(
        label, name.strip(), url.strip(), {"identifier": identifier, "secret": secret}
    )


def _matches(named: Iterable[NamedWebsite], existing: Iterable[Website]) -> dict[str, Website]:
    """Label -> website. A name counts before an address; no website is taken twice."""
    found: dict[str, Website] = {}
    for is_same in (_has_name, _has_address):
        for one in named:
            if one.label in found:
                continue
            taken = {website.pk for website in found.values()}
            match = next((w for w in existing if w.pk not in taken and is_same(w, one)), None)
            if match is not None:
                found[one.label] = match
    return found


def _has_name(website: Website, one: NamedWebsite) -> bool:
    return website.name.lower() == one.name.lower()


def _has_address(website: Website, one: NamedWebsite) -> bool:
    return bool(website.url) and _plain(website.url) == _plain(one.url)


def _plain(url: str) -> str:
    address = url.strip().rstrip("/")
    return address if "://" in address else f"https://{address}"


def _sync(team: Team, one: NamedWebsite, website: Website | None) -> Synced:
    try:
        if website is None:
            made = website_create(
                team=team, name=one.name, source=SOURCE, url=one.url, credentials=one.credentials
            )
            return Synced(one.label, made.pk, made.name, "created")
        return _update(one, website)
    except InvalidInputError as error:
        fields = {f"{one.label} {name}": texts for name, texts in error.fields.items()}
        raise InvalidInputError(f"{one.label}: {error.message}", fields=fields) from None


def _update(one: NamedWebsite, website: Website) -> Synced:
    source = source_class(website.source)
    if not source.is_polled:
        raise InvalidInputError(
            f"A website named {website.name} is kept by hand.",
            fields={"NAME": ["Give another name, or delete that website."]},
        )
    known = {field.name for field in config_of(website.source)}
    given = {name: value for name, value in one.credentials.items() if name in known}
    changed = [name for name, value in given.items() if website.credentials.get(name) != value]
    changes: dict[str, Any] = {"credentials": given} if changed else {}
    if _plain(website.url) != _plain(one.url):
        changes |= {"url": one.url, "credentials": given}
        changed.append("url")
    if not changes:
        return Synced(one.label, website.pk, website.name, "unchanged")
    website_update(website=website, **changes)
    return Synced(one.label, website.pk, website.name, "updated", tuple(sorted(changed)))
