"""How a website is reached: address, options and secrets, checked against its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import InvalidInputError
from common.http_address import parse_url_strictly
from common.http_errors import InvalidUrlError
from common.plugin import clean_config
from common.registry import UnknownKindError
from websites.models import Website
from websites.sources.base import Source
from websites.sources.registry import config_of, required_together, source_class


def _class_of(kind: str) -> type[Source]:
    try:
        return source_class(kind)
    except UnknownKindError:
        raise InvalidInputError(
            "The website is not valid.", fields={"source": [f"There is no source {kind!r}."]}
        ) from None


def set_connection(
    website: Website,
    *,
    url: str,
    credentials: Mapping[str, Any],
    config: Mapping[str, Any],
) -> None:
    """Checks address and options against the source. What came as a credential, and every
    secret, is stored encrypted; the rest is plain configuration."""
    source, fields = _class_of(website.source), config_of(website.source)
    problems: dict[str, list[str]] = {}
    try:
        website.url = _cleaned_url(url, is_required=source.is_polled)
    except InvalidUrlError as error:
        problems["url"] = [error.message]
    try:
        values = clean_config(fields, {**config, **credentials})
    except InvalidInputError as error:
        problems.update(error.fields)
    for name in _left_out(website.source, {**config, **credentials}):
        problems.setdefault(name, ["Give both or neither."])
    if problems:
        raise InvalidInputError("The website is not valid.", fields=problems)
    hidden = {field.name for field in fields if field.is_secret} | set(credentials)
    website.credentials = {name: value for name, value in values.items() if name in hidden}
    website.config = {name: value for name, value in values.items() if name not in hidden}


def _left_out(kind: str, values: Mapping[str, Any]) -> frozenset[str]:
    """Options that are missing beside others that are of no use without them."""
    together = required_together(kind)
    given = {name for name in together if values.get(name) not in (None, "")}
    return together - given if given else frozenset()


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


def known_only(
    website: Website, values: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Stored values that another source kind does not know are dropped, given ones are not."""
    known = {field.name for field in config_of(website.source)}
    return {name: value for name, value in values.items() if name in known or name in given}


def refuse_moving_secrets(
    website: Website, stored_url: str, stored: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    if host(website.url) == host(stored_url):
        return
    secrets = [field.name for field in config_of(website.source) if field.is_secret]
    kept = [name for name in secrets if stored.get(name) and not given.get(name)]
    if kept:
        message = "The address leads to another host now: enter this again."
        raise InvalidInputError(
            "The website is not valid.", fields={name: [message] for name in kept}
        )


def host(url: str) -> str:
    if not url:
        return ""
    return (parse_url_strictly(url).host or "").removeprefix("www.")
