"""How a shop was read lately: outcomes, errors with advice, and what reading it costs."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from accounts.admin.display import Tone, age, age_text, page_url, row_link, span_text
from common.texts import shown
from monitoring.admin.badges import OUTCOME_TONES, outcome_badge
from monitoring.admin.chartaxes import number_text
from monitoring.choices import PollOutcome
from monitoring.models import PollRun
from monitoring.shopselectors import polls_newest
from websites.hosts import host_of
from websites.models import HostBudget, Website
from websites.sources.registry import source_class

TICKS = 48
ROWS = 8


class Tick(NamedTuple):
    """One row of polls in the strip."""

    url: str
    tone: Tone
    title: str


class Poll(NamedTuple):
    when: SafeString
    outcome: SafeString
    cost: str
    error: str
    advice: str


def shop_polls(website: Website) -> dict[str, Any]:
    """Two statements."""
    runs = polls_newest(website, TICKS)
    return {
        "poll_ticks": [_tick(run) for run in reversed(runs)],
        "polls": [_poll(run) for run in runs[:ROWS]],
        "budget": _budget(website, runs),
    }


def _tick(run: PollRun) -> Tick:
    words = shown(run.get_outcome_display() if run.outcome else run.get_state_display())
    if run.count > 1:
        words += gettext(", %(number)d times") % {"number": run.count}
    tone = OUTCOME_TONES.get(run.outcome, "idle") if run.outcome else "idle"
    said = f": {shown(run.error_message)}" if run.error_message else ""
    return Tick(page_url(run), tone, f"{words}, {age_text(run.last_at)}{said}")


def _poll(run: PollRun) -> Poll:
    times = f" × {run.count}" if run.count > 1 else ""
    return Poll(
        when=row_link(run, age_text(run.last_at)),
        outcome=format_html("{}{}", outcome_badge(run), times),
        cost=_cost(run),
        error=shown(run.error_message),
        advice=shown(run.advice),
    )


def _cost(run: PollRun) -> str:
    text = ngettext("%(number)d request", "%(number)d requests", run.requests_made)
    parts = [text % {"number": run.requests_made}]
    if run.bytes_read:
        parts.append(str(filesizeformat(run.bytes_read)))
    if run.duration_ms is not None:
        parts.append(gettext("%(number)s ms") % {"number": number_text(run.duration_ms)})
    return ", ".join(parts)


def _budget(website: Website, runs: list[PollRun]) -> list[tuple[str, str | SafeString]]:
    """(what, how much). Empty before the first good read."""
    last = next((run for run in runs if run.outcome in _READ and run.duration_ms is not None), None)
    if last is None or last.duration_ms is None:
        return []
    is_public = source_class(website.kind).is_public
    gaps = settings.HOST_MIN_GAP_SECONDS * last.requests_made if is_public else 0.0
    seconds = last.duration_ms / 1000 + gaps
    share = 100 * seconds / website.poll_interval
    facts: list[tuple[str, str | SafeString]] = [
        (gettext("One reading costs"), _cost(last)),
        (
            gettext("Of its interval it takes"),
            f"{share:.0f} %" if share >= 1 else gettext("under 1 %%") % {},
        ),
    ]
    if is_public:
        facts += _host_facts(host_of(website.url))
    return facts


_READ = (PollOutcome.UNCHANGED, PollOutcome.CHANGED)


def _host_facts(host: str) -> list[tuple[str, str | SafeString]]:
    """Its host is shared by all who read it: one reader at a time, with a gap between requests."""
    gap = span_text(settings.HOST_MIN_GAP_SECONDS)
    facts: list[tuple[str, str | SafeString]] = [
        (gettext("Pause between requests to %(host)s") % {"host": host}, gap)
    ]
    row = HostBudget.objects.filter(host=host).first()
    if row is not None and row.failure_count and row.next_at > timezone.now():
        text = gettext("Left alone after %(number)d refusals, until")
        facts.append((text % {"number": row.failure_count}, age(row.next_at)))
    return facts
