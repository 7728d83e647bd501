"""What fits into one text message, and what becomes of the rest."""

from __future__ import annotations

import pytest

from notifications.channels.base import Message
from notifications.channels.twilio.text import (
    VALUE_MAX,
    WHATSAPP_MAX,
    cut,
    is_one_part,
    segments,
    sms_text,
    template_values,
    units,
    whatsapp_text,
)

LINK = "https://shop.example/cart.php?a=add&pid=12"
FACTS = "Sold out (was 3)\nProduct: VPS S\nShop: alpha\nStock: 3 → 0\n2026-01-01 09:00 UTC"


def message(subject: str = "Sold out: VPS S (alpha)", text: str = FACTS, **more: object) -> Message:
    return Message(id="1", type="sold_out", subject=subject, text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_networks_count_them(text, parts):
    assert segments(text) == parts


@pytest.mark.parametrize("sign", ["a", "€", "я", "中", "😀", "\ud83d"])
@pytest.mark.parametrize("length", [1, 34, 35, 36, 69, 70, 71, 79, 80, 81, 159, 160, 161, 5000])
def test_whatever_it_says_it_is_one_part(sign, length):
    text = sms_text(message(subject=sign * length))
    assert is_one_part(text)
    assert text.startswith(sign)


def test_the_link_comes_before_the_facts():
    text = sms_text(message(button=("Buy", LINK)))
    assert text.splitlines()[:2] == ["Sold out: VPS S (alpha)", LINK]


def test_a_link_that_does_not_fit_is_left_out_whole():
    text = sms_text(message(subject="Back: " + "x" * 120, button=("Buy", LINK)))
    assert "https" not in text


def test_signs_that_would_halve_the_room_are_replaced():
    text = sms_text(message(subject="Stock – “VPS”…"))
    assert text.splitlines()[0] == 'Stock - "VPS"...'
    assert "3 > 0" in text


def test_a_cyrillic_text_keeps_what_fits():
    text = sms_text(message(subject="Нет в наличии: ВПС"))
    assert text.startswith("Нет в наличии: ВПС\n")
    assert units(text) <= 70


def test_a_message_without_a_subject_begins_with_its_text():
    assert sms_text(message(subject="")).startswith("Sold out (was 3) Product: VPS S")


def test_no_sign_is_split_when_a_text_is_cut():
    assert cut("😀" * 10, lambda text: units(text) <= 8) == "😀😀..."


def test_a_whatsapp_text_is_cut_at_its_limit():
    assert whatsapp_text(message()) == f"Sold out: VPS S (alpha)\n{FACTS}"
    text = whatsapp_text(message(text="😀" * 5000))
    assert units(text) <= WHATSAPP_MAX
    assert text.endswith("...")


def test_values_of_a_template_are_single_lines_that_are_never_empty():
    values = template_values(message(text="a\n\n  b\tc    d"))
    assert values == {"1": "Sold out: VPS S (alpha)", "2": "a | b c d"}
    assert template_values(message(text=""))["2"] == "-"
    assert units(template_values(message(text="x" * 5000))["2"]) == VALUE_MAX
