"""Whose changes the audit log keeps. Fields that people can edit, and encrypted ones masked."""

from __future__ import annotations

from typing import NamedTuple


class Audited(NamedTuple):
    """`also`: fields no form shows that people change by buttons; `without`: the machine's own;
    `personal`: masked in rows that belong to a person."""

    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


AUDITED: dict[str, Audited] = {
    "accounts.Team": Audited(),
    "accounts.Membership": Audited(),
    "accounts.ApiKey": Audited(also=("revoked_at",)),
    "accounts.User": Audited(also=("two_factor_at",), without=("last_login", "date_joined")),
    "websites.Website": Audited(),
    "monitoring.Monitor": Audited(),
    "notifications.Channel": Audited(personal=("config",)),
    "notifications.Subscription": Audited(),
    "notifications.MessageTemplate": Audited(),
}
