"""Settings of an e-mail channel."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.plugin import ConfigField

MAX_RECIPIENTS = 10
"""A server may take its time for each of them, and all must fit into the time of one mail."""


def clean_recipients(addresses: list[str]) -> list[str]:
    if len(addresses) > MAX_RECIPIENTS:
        raise ValueError(f"At most {MAX_RECIPIENTS} addresses.")
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            raise ValueError(f"{address} is not an e-mail address.") from None
    return list(dict.fromkeys(addresses))


CONFIG = (
    ConfigField(
        name="to",
        label="Recipients",
        help="E-mail addresses, separated by commas. They all see each other.",
        type="list",
        is_required=True,
        clean=clean_recipients,
    ),
)
