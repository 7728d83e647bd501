"""Error reports to Sentry, or to whatever speaks its protocol. Imported only where SENTRY_DSN is set.

A report says what broke and where in the code; what it broke on (bodies, headers, cookies, values
of variables, people) stays here. Whose it was is told as the number of a team.
"""

from __future__ import annotations

import re
from typing import Any

import django_q.worker
import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import Event, Hint

from common.logcontext import log_facts
from common.redaction import MASK, redact
from notifications.models import NotificationLog
from websites.models import Website

FLUSH_SECONDS = 2.0

_DROPPED = ("user", "breadcrumbs", "extra", "modules")
_REQUEST_KEPT = ("method", "url")
_TAGS = ("request_id", "task", "func", "job", "website", "poll", "notification")
_PERSONAL = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # mail addresses
    re.compile(r"(?<![\w.:-])\+\d[\d ()/-]{6,}\d"),  # telephone numbers
    re.compile(r"(?<=chat_id=)-?\d+"),
)


class _TaskReporter:
    """What django-q calls in a worker, while the exception of a task is being handled."""

    def report(self) -> None:
        sentry_sdk.capture_exception()
        sentry_sdk.flush(FLUSH_SECONDS)  # a worker may end next, without any farewell


def start() -> None:
    """Errors of web requests, tasks, threads and log lines are reported from now on."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=settings.APP_VERSION,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False, cache_spans=False),
            LoggingIntegration(level=None, sentry_logs_level=None),
            ExcepthookIntegration(),
            ThreadingIntegration(propagate_scope=False),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda *_: None),
        ],
        before_send=before_send,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=FLUSH_SECONDS,
    )
    ignore_logger("django-q")  # it repeats in another process what the reporter told
    django_q.worker.error_reporter = _TaskReporter()


def before_send(event: Event, hint: Hint) -> Event | None:
    """Takes out of a report what is nobody's business, and says whose it is."""
    report: dict[str, Any] = dict(event)
    for name in _DROPPED:
        report.pop(name, None)
    if request := report.get("request"):
        report["request"] = {key: request[key] for key in _REQUEST_KEPT if key in request}
    facts = log_facts()
    tags = {name: str(facts[name]) for name in _TAGS if name in facts}
    team = _team(facts)
    if team is not None:
        tags["team"] = str(team)
    report["tags"] = {**report.get("tags", {}), **tags}
    scrubbed: Event = _scrubbed("", report)
    return scrubbed


def _team(facts: dict[str, Any]) -> Any:
    """Known for requests, looked up for polls and messages; None when that is what broke."""
    if "team" in facts:
        return facts["team"]
    try:
        if "website" in facts:
            rows = Website.objects.filter(pk=facts["website"])
            return rows.values_list("team_id", flat=True).first()
        if "notification" in facts:
            messages = NotificationLog.objects.filter(pk=facts["notification"])
            return messages.values_list("channel__team_id", flat=True).first()
    except Exception:
        # The database may be what the report is about; a report without a team is better than none.
        return None
    return None


def _scrubbed(name: str, value: Any) -> Any:
    """Every text without secrets and people, however deep. The name of a value may say what it is."""
    if isinstance(value, dict):
        return {key: _scrubbed(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(name, inner) for inner in value]
    if not isinstance(value, str):
        return value
    text = redact(f"{name}={value}").removeprefix(f"{name}=")
    for pattern in _PERSONAL:
        text = pattern.sub(MASK, text)
    return text
