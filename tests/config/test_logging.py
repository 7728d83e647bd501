from __future__ import annotations

import logging
import sys

import pytest

from config.logging import KeyValueFormatter, build

pytestmark = [pytest.mark.unit, pytest.mark.once]


def line(message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, message, args, None)
    vars(record).update(extra)
    return KeyValueFormatter().format(record)


def test_a_line_shows_time_level_name_facts_and_message() -> None:
    text = line("Polled %s", "alpha", website=3, note="two words")
    assert text.split(" ", 1)[1] == 'INFO shop website=3 note="two words" Polled alpha'
    assert text.split(" ")[0].endswith("Z")


def test_secrets_in_arguments_facts_and_tracebacks_are_masked() -> None:
    try:
        raise ValueError("secret=topsecret1")
    except ValueError:
        record = logging.LogRecord(
            "shop", logging.ERROR, __file__, 1, "url %s", ("https://a:pw123@x/",), sys.exc_info()
        )
    record.detail = "identifier=abc123"
    text = KeyValueFormatter().format(record)
    assert "Traceback" in text
    for secret in ("topsecret1", "pw123", "abc123"):
        assert secret not in text


def test_libraries_that_log_addresses_are_kept_quiet_and_the_queue_has_a_logger() -> None:
    loggers = build("DEBUG")["loggers"]
    assert {loggers[name]["level"] for name in ("urllib3", "httpx", "telegram")} == {"WARNING"}
    assert loggers["django-q"]["handlers"] == ["console"]
