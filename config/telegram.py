"""How the Telegram bot hears what people write and press."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import Env

MODES = ("polling", "webhook")


class Hearing(NamedTuple):
    mode: str
    lease_seconds: int


def hearing(env: Env, *, public_url: str) -> Hearing:
    """It asks for it, or Telegram calls PUBLIC_URL. Of several machines one listens; when it falls
    silent another does after the lease."""
    mode = env.choice("TELEGRAM_MODE", "polling", MODES)
    if mode == "webhook" and urlsplit(public_url).scheme != "https":
        raise ImproperlyConfigured(
            "TELEGRAM_MODE=webhook needs a PUBLIC_URL that begins with https."
        )
    return Hearing(mode, env.integer("TELEGRAM_LEASE_SECONDS", 30, low=6, high=600))
