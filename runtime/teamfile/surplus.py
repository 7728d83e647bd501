"""What is there and the file does not name: counted, and deleted where that was asked for.

Only sections that the file has are looked at: a file without `channels` says nothing about channels.
"""

from __future__ import annotations

from django.db.models import Model
from django.utils import timezone

from monitoring.models import Monitor, Silence
from monitoring.services.monitors import monitors_delete
from monitoring.services.silences import silence_end
from notifications.models import Channel
from runtime.teamfile.exporting import shared_subscriptions
from runtime.teamfile.report import Step
from runtime.teamfile.run import Run, Values
from websites.models import Website


def surplus_apply(run: Run, document: Values, *, is_pruned: bool) -> None:
    """Call it after everything else: it looks at what was written."""
    if "silences" in document:
        _silences(run, is_pruned)
    if "channels" in document:
        _channels(run, document["channels"], is_pruned)
    if "websites" in document:
        _websites(run, document["websites"], is_pruned)


def _websites(run: Run, rows: list[Values], is_pruned: bool) -> None:
    named = {row["name"]: row for row in rows}
    for website in Website.objects.of_team(run.team.pk):
        row = named.get(website.name)
        if row is None:
            _go(run, "website", str(website), website, is_pruned)
        elif "monitors" in row:
            _monitors(run, website, row["monitors"], is_pruned)


def _monitors(run: Run, website: Website, rows: list[Values], is_pruned: bool) -> None:
    named = {(row["product_id"], row.get("config_option_id", "")) for row in rows}
    surplus = [
        one for one in website.monitors.all()
        if (one.product_id, one.config_option_id) not in named
    ]  # fmt: skip
    for one in surplus:
        run.note(Step("deleted" if is_pruned else "kept", "monitor", f"{website.name} / {one}"))
    if is_pruned and surplus:
        monitors_delete(monitors=Monitor.objects.filter(pk__in=[one.pk for one in surplus]))


def _channels(run: Run, rows: list[Values], is_pruned: bool) -> None:
    named = {row["name"]: row for row in rows}
    for one in shared_subscriptions(run.team):
        row = named.get(one.channel.name, {})
        if "subscriptions" in row and one.pk not in run.touched:
            _go(run, "subscription", str(one), one, is_pruned)
    for channel in Channel.objects.of_team(run.team.pk).filter(user=None):
        if channel.name not in named:
            _go(run, "channel", str(channel), channel, is_pruned)


def _silences(run: Run, is_pruned: bool) -> None:
    """A silence is ended, so that its story stays."""
    for one in Silence.objects.of_team(run.team.pk).filter(ends_at__gt=timezone.now()):
        if one.pk in run.touched_silences:
            continue
        run.note(Step("deleted" if is_pruned else "kept", "silence", one.reason))
        if is_pruned:
            silence_end(silence=one)


def _go(run: Run, kind: str, name: str, row: Model, is_pruned: bool) -> None:
    run.note(Step("deleted" if is_pruned else "kept", kind, name))
    if is_pruned:
        row.delete()
