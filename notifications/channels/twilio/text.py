"""Pure: a message as a text message of one part, as WhatsApp text, and as values of a template.

Parts: 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038), else 70 UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from notifications.channels.base import Message

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("\f^{}\\[~]|€")
"""They take the room of two."""

GSM_PART, GSM_PART_OF_MANY = 160, 153
UCS2_PART, UCS2_PART_OF_MANY = 70, 67
WHATSAPP_MAX = 1600
VALUE_MAX = 500
"""A value of a template; WhatsApp refuses templates that come to more than about 1,000."""

# One sign outside the alphabet would halve the room of the whole text.
_PLAIN = str.maketrans(
    {
        "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "•": "-",
        "\u00a0": " ", "\u202f": " ", "\u200b": "", "→": ">", "×": "x", "\t": " ",
    }
)  # fmt: skip


def sms_text(message: Message) -> str:
    """The subject, then the link or the first facts as far as they fit into one part."""
    head = " ".join((message.subject or message.text or message.type).split())
    text = cut(head.translate(_PLAIN), is_one_part)
    wanted = [message.button[1]] if message.button else []
    wanted += [] if not message.subject else message.text.splitlines()
    for line in wanted:
        line = " ".join(line.split()).translate(_PLAIN)
        longer = f"{text}\n{line}"
        if line and line not in text and is_one_part(longer):
            text = longer
    return text


def whatsapp_text(message: Message) -> str:
    whole = "\n".join(filter(None, [message.subject, message.text])) or message.type
    return cut(whole, lambda text: units(text) <= WHATSAPP_MAX)


def template_values(message: Message) -> dict[str, str]:
    """{{1}} is the subject, {{2}} the facts. A value has no line breaks, and is never empty."""
    facts = " | ".join(line.strip() for line in message.text.splitlines() if line.strip())
    values = {"1": message.subject or message.type, "2": facts or "-"}
    return {
        name: cut(" ".join(value.split()), lambda text: units(text) <= VALUE_MAX)
        for name, value in values.items()
    }


def cut(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning that fits with three dots behind it; signs are never split."""
    if fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + "...") else (low, middle - 1)
    return text[:low].rstrip() + "..."


def is_one_part(text: str) -> bool:
    return segments(text) == 1


def segments(text: str) -> int:
    """Parts that a network makes of it, and charges for."""
    if all(sign in GSM or sign in GSM_DOUBLE for sign in text):
        size = len(text) + sum(sign in GSM_DOUBLE for sign in text)
        return 1 if size <= GSM_PART else ceil(size / GSM_PART_OF_MANY)
    size = units(text)
    return 1 if size <= UCS2_PART else ceil(size / UCS2_PART_OF_MANY)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
