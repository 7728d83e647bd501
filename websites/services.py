"""Making, changing and testing websites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit import audit_note
from accounts.models import Team
from common.errors import InvalidInputError
from common.fields import opened_or_empty
from common.http_errors import InvalidUrlError
from common.http_proxy import proxy_parts, through_proxy
from websites.choices import Health
from websites.connection import host, known_only, refuse_moving_secrets, set_connection
from websites.links import cleaned_template
from websites.models import Website
from websites.signals import shop_moved
from websites.sources.base import CheckResult, SourceContext
from websites.sources.registry import (
    AUTO,
    WITH_CREDENTIALS,
    auto_kinds,
    build,
    source_class,
)

EDITABLE = frozenset(
    {"name", "source", "url", "credentials", "config", "region", "labels", "link_template",
     "poll_interval", "is_active", "is_on_board"}
)  # fmt: skip
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
    is_on_board: bool = True,
) -> Website:
    """A website that is due at once. Raises InvalidInputError with the fields to mend."""
    website = Website(team=team, name=name.strip(), source=source, url=url, region=region)
    website.is_active, website.is_on_board = is_active, is_on_board
    website.labels = _cleaned_labels(labels or ())
    website.link_template = cleaned_template(link_template)
    if poll_interval is not None:
        website.poll_interval = poll_interval
    set_connection(website, url=url, credentials=credentials or {}, config=config or {})
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
        if stored["url"] and host(website.url) != host(stored["url"]):
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
    set_connection(
        website,
        url=changes.get("url", website.url),
        credentials=known_only(website, credentials, given),
        config=known_only(website, website.config, {}) if config is None else config,
    )
    refuse_moving_secrets(website, stored_url, stored, given)


def _forget_connection(website: Website) -> None:
    """A poll under way asks the shop as it was: its fence is taken, so its result is dropped."""
    Website.objects.filter(pk=website.pk).update(
        fence=F("fence") + 1,
        lease_expires_at=None,
        applied_template="",
        memory={},
        resolved_source="",
    )
    website.applied_template, website.memory, website.resolved_source = "", {}, ""


def website_proxy_set(*, website: Website, url: str) -> Website:
    """All requests for this website go by way of the proxy; "" takes it away. For administrators:
    a proxy reaches what we refuse to. Raises InvalidInputError."""
    address = url.strip()
    if address:
        try:
            proxy_parts(address)
        except InvalidUrlError as error:
            raise InvalidInputError(error.message, fields={"proxy": [error.message]}) from None
    website.proxy = {"url": address} if address else {}
    website.next_poll_at = timezone.now()
    with transaction.atomic():
        website.save(update_fields=["proxy", "next_poll_at", "updated_at"])
        website.forget_applied_hash()
        Website.objects.filter(pk=website.pk).update(fence=F("fence") + 1, lease_expires_at=None)
    return website


def proxy_shown(website: Website) -> str:
    """Host and port of its proxy, "" without one; never its password."""
    url = opened_or_empty(website.proxy).get("url", "")
    parts = proxy_parts(url) if url else None
    return f"{parts.host}:{parts.port}" if parts else ""


def website_pause(*, website: Website) -> Website:
    """Nothing is read until it is resumed."""
    with transaction.atomic():
        Website.objects.filter(pk=website.pk).update(is_active=False, updated_at=timezone.now())
        audit_note(website, {"is_active": [True, False]})
    website.is_active = False
    return website


def website_resume(*, website: Website) -> Website:
    """Due at once; what changed meanwhile is announced by the next poll."""
    now = timezone.now()
    with transaction.atomic():
        Website.objects.filter(pk=website.pk).update(
            is_active=True, next_poll_at=now, updated_at=now
        )
        audit_note(website, {"is_active": [False, True]})
    website.forget_applied_hash()
    website.is_active, website.next_poll_at = True, now
    return website


def website_check(*, website: Website) -> CheckResult:
    """Connection test over the network; call it outside of any transaction.

    An `auto` website is read by the best source found from now on. A website that was given up on
    (credentials, firewall) and works again is polled at once.
    """
    result = _best_check(website) if website.source == AUTO else _check(website, website.source)
    if result.ok:
        now = timezone.now()
        given_up = Website.objects.filter(
            pk=website.pk, health__in=[Health.AUTH_FAILED, Health.BLOCKED]
        )
        if given_up.update(next_poll_at=now):
            website.next_poll_at = now
    return result


def _check(website: Website, kind: str) -> CheckResult:
    with through_proxy(website.proxy.get("url", "")):
        return build(kind, source_context(website)).check()


def _best_check(website: Website) -> CheckResult:
    """Tries what the settings allow, best first. When nothing works the source that was set up
    with credentials speaks, else the last one. `details` say what each of them came to."""
    failed: dict[str, CheckResult] = {}
    for kind in auto_kinds(website.credentials, website.config):
        result = _check(website, kind)
        if result.ok:
            _remember_kind(website, kind)
            return _found(kind, result, failed)
        failed[kind] = result
    told = failed.get(WITH_CREDENTIALS, result)
    tried = {kind: one.code for kind, one in failed.items()}
    return replace(told, details={**told.details, "tried": tried})


def _found(kind: str, result: CheckResult, failed: Mapping[str, CheckResult]) -> CheckResult:
    """Credentials that were given and do not work are told all the same."""
    advice = result.advice
    if wrong := failed.get(WITH_CREDENTIALS):
        label = source_class(WITH_CREDENTIALS).label
        advice = " ".join(filter(None, [f"{label}: {wrong.message}", wrong.advice, advice]))
    tried = {**{one: other.code for one, other in failed.items()}, kind: result.code}
    return replace(
        result,
        message=f"{result.message} Found: {source_class(kind).label}.",
        advice=advice,
        details={**result.details, "source": kind, "tried": tried},
    )


def _remember_kind(website: Website, kind: str) -> None:
    """What another source remembered or compared is nothing to the new one. A website that was
    changed during the test is left as it is."""
    if kind == website.resolved_source:
        return
    same = Website.objects.filter(pk=website.pk, updated_at=website.updated_at)
    is_other = kind != website.kind
    columns = {"memory": {}, "applied_template": ""} if is_other else {}
    fence = F("fence") + 1 if is_other else F("fence")
    lease = {"lease_expires_at": None} if is_other else {}
    if same.update(resolved_source=kind, fence=fence, **columns, **lease):
        website.resolved_source = kind
        website.memory = {} if is_other else website.memory
        website.forget_applied_hash()


def source_context(website: Website) -> SourceContext:
    """What its source may know of a website."""
    return SourceContext(
        url=website.url,
        config=website.config,
        credentials=website.credentials,
        memory=website.memory,
    )


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
