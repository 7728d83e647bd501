"""Making, changing and testing websites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Team
from common.errors import InvalidInputError
from common.fields import opened_or_empty
from common.http_address import parse_url_strictly
from common.http_errors import InvalidUrlError
from common.plugin import clean_config
from common.registry import UnknownKindError
from websites.choices import Health
from websites.links import cleaned_template
from websites.models import Website
from websites.signals import shop_moved
from websites.sources.base import CheckResult, Source, SourceContext
from websites.sources.registry import AUTO, build, source_class

EDITABLE = frozenset(
    {
        "name",
        "source",
        "url",
        "credentials",
        "config",
        "region",
        "labels",
        "link_template",
        "poll_interval",
        "is_active",
    }
)
CONNECTION = frozenset({"source", "url", "credentials", "config"})
"""What decides which shop is asked, and how."""

MAX_LABELS = 20
LABEL_LENGTH = 60


def website_create(
    *,
    team: Team,
    name: str,
    source: str = AUTO,
    url: str = "",
    credentials: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    region: str = "",
    poll_interval: int | None = None,
    labels: Iterable[str] | None = None,
    link_template: str = "",
    is_active: bool = True,
) -> Website:
    """A website that is due at once. Raises InvalidInputError with the fields to mend."""
    website = Website(team=team, name=name.strip(), source=source, url=url, region=region)
    website.is_active = is_active
    website.labels = _cleaned_labels(labels or ())
    website.link_template = cleaned_template(link_template)
    if poll_interval is not None:
        website.poll_interval = poll_interval
    _set_connection(website, url=url, credentials=credentials or {}, config=config or {})
    _save(website)
    return website


def website_update(*, website: Website, **changes: Any) -> Website:
    """Changes the given fields; the website is due at once and compared anew.

    Credentials are merged: a missing or empty secret keeps the stored one, unless the address now
    leads to another host: whoever may edit an address must not learn a secret by it.
    Raises InvalidInputError; TypeError for a field that cannot be changed.
    """
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"website_update() cannot change {', '.join(sorted(unknown))}")
    if "labels" in changes:
        changes["labels"] = _cleaned_labels(changes["labels"] or ())
    if "link_template" in changes:
        changes["link_template"] = cleaned_template(changes["link_template"] or "")
    if changes.get("poll_interval", 0) is None:
        changes["poll_interval"] = Website._meta.get_field("poll_interval").get_default()
    stored = _connection(website)
    for name in changes.keys() - CONNECTION:
        setattr(website, name, changes[name])
    if changes.keys() & CONNECTION:
        _change_connection(website, changes)
    website.next_poll_at = timezone.now()
    is_reconnected = _connection(website) != stored
    touched = {*changes, *CONNECTION} if is_reconnected else set(changes)
    with transaction.atomic():
        _save(website, update_fields=[*touched, "next_poll_at", "updated_at"])
        website.forget_applied_hash()
        if is_reconnected:
            _forget_connection(website)
        if stored["url"] and _host(website.url) != _host(stored["url"]):
            shop_moved.send(sender=Website, website_id=website.pk)
    return website


def _connection(website: Website) -> dict[str, Any]:
    values = {name: getattr(website, name) for name in CONNECTION}
    return values | {"credentials": opened_or_empty(website.credentials)}


def _change_connection(website: Website, changes: Mapping[str, Any]) -> None:
    given: dict[str, Any] = dict(changes.get("credentials") or {})
    stored_url, stored = website.url, opened_or_empty(website.credentials)
    website.source = changes.get("source", website.source)
    config = changes.get("config")
    credentials = {**stored, **{k: v for k, v in given.items() if v not in ("", None)}}
    _set_connection(
        website,
        url=changes.get("url", website.url),
        credentials=_known_only(website, credentials, given),
        config=_known_only(website, website.config, {}) if config is None else config,
    )
    _refuse_moving_secrets(website, stored_url, stored, given)


def _forget_connection(website: Website) -> None:
    """A poll under way asks the shop as it was: its fence is taken, so its result is dropped."""
    Website.objects.filter(pk=website.pk).update(
        fence=F("fence") + 1, lease_expires_at=None, applied_template="", memory={}
    )
    website.applied_template, website.memory = "", {}


def website_pause(*, website: Website) -> Website:
    """Nothing is read until it is resumed."""
    Website.objects.filter(pk=website.pk).update(is_active=False, updated_at=timezone.now())
    website.is_active = False
    return website


def website_resume(*, website: Website) -> Website:
    """Due at once; what changed meanwhile is announced by the next poll."""
    now = timezone.now()
    Website.objects.filter(pk=website.pk).update(is_active=True, next_poll_at=now, updated_at=now)
    website.forget_applied_hash()
    website.is_active, website.next_poll_at = True, now
    return website


def website_check(*, website: Website) -> CheckResult:
    """Connection test over the network; call it outside of any transaction.

    A website that was given up on (credentials, firewall) and works again is polled at once.
    """
    result = build(website.source, source_context(website)).check()
    if result.ok:
        now = timezone.now()
        given_up = Website.objects.filter(
            pk=website.pk, health__in=[Health.AUTH_FAILED, Health.BLOCKED]
        )
        if given_up.update(next_poll_at=now):
            website.next_poll_at = now
    return result


def source_context(website: Website) -> SourceContext:
    """What its source may know of a website."""
    return SourceContext(
        url=website.url,
        config=website.config,
        credentials=website.credentials,
        memory=website.memory,
    )


def _source_class(kind: str) -> type[Source]:
    try:
        return source_class(kind)
    except UnknownKindError:
        raise InvalidInputError(
            "The website is not valid.", fields={"source": [f"There is no source {kind!r}."]}
        ) from None


def _set_connection(
    website: Website,
    *,
    url: str,
    credentials: Mapping[str, Any],
    config: Mapping[str, Any],
) -> None:
    """Checks address and options against the source. What came as a credential, and every
    secret, is stored encrypted; the rest is plain configuration."""
    source = _source_class(website.source)
    problems: dict[str, list[str]] = {}
    try:
        website.url = _cleaned_url(url, is_required=source.is_polled)
    except InvalidUrlError as error:
        problems["url"] = [error.message]
    try:
        values = clean_config(source.CONFIG, {**config, **credentials})
    except InvalidInputError as error:
        problems.update(error.fields)
    if problems:
        raise InvalidInputError("The website is not valid.", fields=problems)
    hidden = {field.name for field in source.CONFIG if field.is_secret} | set(credentials)
    website.credentials = {name: value for name, value in values.items() if name in hidden}
    website.config = {name: value for name, value in values.items() if name not in hidden}


def _cleaned_url(text: str, *, is_required: bool) -> str:
    """With a scheme and without a slash at its end. Raises InvalidUrlError. Looks nothing up."""
    address = text.strip()
    if not address:
        if is_required:
            raise InvalidUrlError("The address of the shop is required.")
        return ""
    if "://" not in address:
        address = f"https://{address}"
    parse_url_strictly(address)
    return address.rstrip("/")


def _cleaned_labels(labels: Iterable[str]) -> list[str]:
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise InvalidInputError(
            "The website is not valid.", fields={"labels": ["Must be a list of texts."]}
        )
    cleaned = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
    if len(cleaned) > MAX_LABELS or any(len(label) > LABEL_LENGTH for label in cleaned):
        message = f"At most {MAX_LABELS} labels of {LABEL_LENGTH} characters."
        raise InvalidInputError("The website is not valid.", fields={"labels": [message]})
    return cleaned


def _known_only(
    website: Website, values: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Stored values that another source kind does not know are dropped, given ones are not."""
    known = {field.name for field in _source_class(website.source).CONFIG}
    return {name: value for name, value in values.items() if name in known or name in given}


def _refuse_moving_secrets(
    website: Website, stored_url: str, stored: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    if _host(website.url) == _host(stored_url):
        return
    secrets = [field.name for field in _source_class(website.source).CONFIG if field.is_secret]
    kept = [name for name in secrets if stored.get(name) and not given.get(name)]
    if kept:
        message = "The address leads to another host now: enter this again."
        raise InvalidInputError(
            "The website is not valid.", fields={name: [message] for name in kept}
        )


def _host(url: str) -> str:
    if not url:
        return ""
    return (parse_url_strictly(url).host or "").removeprefix("www.")


def _save(website: Website, update_fields: list[str] | None = None) -> None:
    """Raises InvalidInputError for what the database or a validator refuses."""
    try:
        website.full_clean(exclude=["team", "credentials"])
        with transaction.atomic():
            website.save(update_fields=update_fields)
    except ValidationError as error:
        fields = {
            "name" if name == "__all__" else name: list(messages)
            for name, messages in error.message_dict.items()
        }
        raise InvalidInputError("The website is not valid.", fields=fields) from None
    except IntegrityError:
        raise InvalidInputError(
            "The website is not valid.",
            fields={"name": ["Another website of this team has this name."]},
        ) from None
