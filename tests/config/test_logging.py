from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from common.logcontext import log_context
from config.logging import JsonFormatter, KeyValueFormatter, build

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


def parsed(message: str, *args: object, error: Any = None, **extra: object) -> dict[str, Any]:
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, message, args, error)
    vars(record).update(extra)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_what_the_code_is_at_stands_in_every_line_inside_and_in_none_outside() -> None:
    with log_context(request_id="r1", website=3):
        assert "INFO shop request_id=r1 website=3 Polled" in line("Polled")
        with log_context(website=4):
            assert "INFO shop request_id=r1 website=4 Polled" in line("Polled")
        assert parsed("Polled")["request_id"] == "r1"
    assert line("Polled").endswith("INFO shop Polled")


def test_json_has_one_object_a_line_with_time_level_logger_event_and_facts() -> None:
    with log_context(website=3):
        found = parsed("Polled %s", "alpha", count=2, note="two\nlines", event="kept apart")
    moment = found.pop("timestamp")
    assert moment.endswith("Z")
    assert found == {
        "level": "info",
        "logger": "shop",
        "event": "Polled alpha",
        "website": 3,
        "count": 2,
        "note": "two\nlines",
    }


def test_json_masks_secrets_by_value_and_by_name_and_stays_json() -> None:
    try:
        raise ValueError('{"secret": "topsecret1"}')
    except ValueError:
        found = parsed(
            'url %s and "password": "abc123"', "https://a:pw123@x/", error=sys.exc_info(),
            password="hunter22", api_key=8877665544, detail={"token": "tok-123456"},
        )  # fmt: skip
    assert "Traceback" in found["exception"]
    shown = json.dumps(found)
    for secret in ("topsecret1", "pw123", "abc123", "hunter22", "8877665544", "tok-123456"):
        assert secret not in shown


def test_live_objects_of_the_framework_are_not_written_out() -> None:
    assert "request" not in parsed("Failed", request=object())


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_queue_and_the_web_server_write_as_everybody_does(form: str) -> None:
    built = build("INFO", form)
    assert built["loggers"]["django-q"]["handlers"] == ["console"]
    assert built["loggers"]["gunicorn.error"]["handlers"] == ["console"]
    formatter = {"text": KeyValueFormatter, "json": JsonFormatter}[form]
    assert built["formatters"]["line"]["()"] is formatter


def test_libraries_that_log_addresses_are_kept_quiet_and_the_queue_has_a_logger() -> None:
    loggers = build("DEBUG")["loggers"]
    assert {loggers[name]["level"] for name in ("urllib3", "httpx", "telegram")} == {"WARNING"}
    assert loggers["django-q"]["handlers"] == ["console"]
