"""Logging: one console handler, lines for people or JSON for programs, secrets masked on the way out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from common.logcontext import log_facts
from common.redaction import redact

# Attributes every LogRecord has; whatever else a record carries came by `extra=` and is shown.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Django adds live objects under these names.
_OBJECTS = frozenset(
    {"request", "response", "status_code", "server_time", "exc", "duration", "params"}
)
_PLAIN = (bool, int, float, type(None))


def _facts(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """What the code is at, then what the line itself brings."""
    own = {
        key: value
        for key, value in vars(record).items()
        if key not in _STANDARD and key not in _OBJECTS
    }
    yield from (dict(sorted(log_facts().items())) | own).items()


class KeyValueFormatter(logging.Formatter):
    """`2026-01-31T12:00:00Z INFO monitoring website=3 Poll finished`; masks the whole line.

    Masking here and not in a filter reaches tracebacks too, whose text exists only now.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        parts = [moment.strftime("%Y-%m-%dT%H:%M:%SZ"), record.levelname, record.name]
        for key, value in _facts(record):
            shown = str(value)
            parts.append(f'{key}="{shown}"' if " " in shown else f"{key}={shown}")
        parts.append(record.getMessage())
        if record.exc_info:
            parts.append("\n" + self.formatException(record.exc_info))
        return redact(" ".join(parts))


class JsonFormatter(logging.Formatter):
    """One object a line: timestamp, level, logger, event, then facts, then the exception.

    Values are masked one by one, before they are encoded: a mask must not eat a quote.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, Any] = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redact(record.getMessage()),
        }
        for key, value in _facts(record):
            line.setdefault(key, _masked(key, value))
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _masked(key: str, value: Any) -> Any:
    """Together with its name: that alone says that `password` is one."""
    text = redact(f"{key}={value}")
    is_clean = text == f"{key}={value}"
    if is_clean and isinstance(value, _PLAIN):
        return value
    return text.removeprefix(f"{key}=")


FORMATTERS: dict[str, type[logging.Formatter]] = {"text": KeyValueFormatter, "json": JsonFormatter}


def build(level: str, form: str = "text") -> dict[str, Any]:
    """The LOGGING setting. `form`: text or json. django-q would install a handler of its own
    without its logger here; gunicorn's has one, which is replaced."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS[form]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # They log addresses with query strings at INFO.
            "urllib3": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "telegram": {"level": "WARNING"},
        },
    }
