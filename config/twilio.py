"""The Twilio account of the installation: SMS and WhatsApp messages go through it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.env import Env

REAL_API = "https://api.twilio.com"
CALLBACK_PATH = "/api/v1/callbacks/twilio/"


@dataclass(frozen=True, slots=True)
class Twilio:
    """`callback_url` is "" where Twilio could not call us: it refuses messages that name an
    address of a private network. `auth_token` signs its calls, also where a key pair sends."""

    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    sender: str = ""
    messaging_service_sid: str = ""
    whatsapp_sender: str = ""
    template_sid: str = ""
    api_url: str = REAL_API
    callback_url: str = ""


def build(env: Env, *, public_url: str) -> Twilio:
    api_url = env.url("TWILIO_API_URL", REAL_API)
    token = env.secret("TWILIO_AUTH_TOKEN")
    is_callable = bool(token) and (is_public(public_url) or not is_public(api_url))
    return Twilio(
        account_sid=env.text("TWILIO_ACCOUNT_SID"),
        auth_token=token,
        api_key=env.text("TWILIO_API_KEY"),
        api_secret=env.secret("TWILIO_API_SECRET"),
        sender=env.text("TWILIO_FROM"),
        messaging_service_sid=env.text("TWILIO_MESSAGING_SERVICE_SID"),
        whatsapp_sender=env.text("TWILIO_WHATSAPP_FROM").removeprefix("whatsapp:"),
        template_sid=env.text("TWILIO_TEMPLATE_SID"),
        api_url=api_url,
        callback_url=f"{public_url}{CALLBACK_PATH}" if is_callable else "",
    )


def is_public(url: str) -> bool:
    """Whether a program on the internet could call it, as far as the address tells."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))
