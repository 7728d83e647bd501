"""Settings of a channel for any other service."""

from __future__ import annotations

from importlib import import_module

from common.plugin import ConfigField


def clean_url(url: str) -> str:
    """Raises ValueError for an address that is not offered or cannot be used."""
    # Imported late, as in transport.py: Apprise itself is asked.
    import_module("notifications.channels.apprise.address").read(url)
    return url


CONFIG = (
    ConfigField(
        name="url",
        label="Service address",
        help="One address such as discord://WEBHOOK_ID/TOKEN, ntfys://TOPIC or pover://USER@TOKEN; "
        "the https address of a Discord, Slack, Teams or Google Chat webhook works too.",
        is_secret=True,
        is_required=True,
        clean=clean_url,
    ),
)
