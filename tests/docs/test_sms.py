"""Holds the page about SMS and WhatsApp against the code."""

from __future__ import annotations

from notifications.channels.twilio import config, failures, text, transport
from tests.docs.pages import table_rows, text_of

PAGE = text_of("docs/sms.md")


def test_the_table_of_errors_gives_the_number_of_each():
    rows = {row[1]: row[0].strip("`") for row in table_rows(PAGE) if len(row) == 4}
    shown = {int(number): code for number, code in rows.items() if number.isdecimal()}
    assert shown == {number: meaning.code for number, meaning in failures.MEANINGS.items()}
    assert rows["212NN"] == failures.BAD_NUMBER.code
    assert rows["HTTP 5NN"] == failures.BUSY.code


def test_its_numbers_are_those_of_the_code():
    again = failures.MEANINGS[30003].max_attempts
    for sentence in (
        f"up to {config.MAX_RECIPIENTS} numbers",
        f"A part has {text.GSM_PART}\ncharacters",
        f"only {text.UCS2_PART} when",
        f"at most {text.WHATSAPP_MAX:,} characters",
        f"within {transport.VALIDITY_SECONDS // 3600} hours",
        f"after {transport.UNREACHABLE_SECONDS / 60:.0f} minutes and later, {again} times",
    ):
        assert sentence in PAGE
