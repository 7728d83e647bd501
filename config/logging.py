"""Logging: one console handler, key=value lines, secrets masked on the way out."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from common.redaction import redact

# Attributes every LogRecord has; whatever else a record carries came by `extra=` and is shown.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Django adds live objects under these names.
_OBJECTS = frozenset(
    {"request", "response", "status_code", "server_time", "exc", "duration", "params"}
)


class KeyValueFormatter(logging.Formatter):
    """`2026-01-31T12:00:00Z INFO monitoring website=3 Poll finished`; masks the whole line.

    Masking here and not in a filter reaches tracebacks too, whose text exists only now.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        parts = [moment.strftime("%Y-%m-%dT%H:%M:%SZ"), record.levelname, record.name]
        for key, value in vars(record).items():
            if key not in _STANDARD and key not in _OBJECTS:
                shown = str(value)
                parts.append(f'{key}="{shown}"' if " " in shown else f"{key}={shown}")
        parts.append(record.getMessage())
        if record.exc_info:
            parts.append("\n" + self.formatException(record.exc_info))
        return redact(" ".join(parts))


def build(level: str) -> dict[str, Any]:
    """The LOGGING setting. django-q would install a handler of its own without its logger here."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": KeyValueFormatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # They log addresses with query strings at INFO.
            "urllib3": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "telegram": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
