"""Silences of a file. They have no name: one that says the same is the same."""

from __future__ import annotations

from django.utils import timezone

from monitoring.models import Silence
from monitoring.services.silences import NO_REASON, REASON_LENGTH, silence_create
from runtime.teamfile.report import Step
from runtime.teamfile.run import Run, Values
from runtime.teamfile.values import silence_values
from runtime.teamfile.websites import monitor_named
from websites.models import Website

GIVEN = ("event_types", "label", "starts_at", "ends_at", "reason")


def silences_apply(run: Run, rows: list[Values]) -> None:
    """One that is over is history: nothing is made of it."""
    stored = Silence.objects.of_team(run.team.pk).filter(ends_at__gt=timezone.now())
    held = {one.pk: silence_values(one)
            for one in stored.select_related("website", "monitor__website")}  # fmt: skip
    for number, row in enumerate(rows):
        path = f"silences[{number}]"
        values = _whole(row)
        same = next((pk for pk, other in held.items() if other == values), None)
        if same is not None:
            run.touched_silences.add(same)
        if same is not None or values["ends_at"] <= timezone.now():
            run.note(Step("unchanged", "silence", values["reason"], path))
            continue
        made = _create(run, path, values)
        if made is not None:
            run.touched_silences.add(made.pk)


def _whole(row: Values) -> Values:
    """As the service stores it."""
    product = row.get("monitor")
    return {
        "website": row.get("website") or None,
        "monitor": {k: v for k, v in product.items() if v != ""} if product else None,
        "event_types": list(dict.fromkeys(row.get("event_types", []))),
        "label": row.get("label", ""),
        "starts_at": row["starts_at"],
        "ends_at": row["ends_at"],
        "reason": row.get("reason", "")[:REASON_LENGTH] or NO_REASON,
    }


def _create(run: Run, path: str, values: Values) -> Silence | None:
    known = set(run.problems)
    website, product = None, values["monitor"]
    if values["website"]:
        website = Website.objects.of_team(run.team.pk).filter(name=values["website"]).first()
        if website is None:
            run.problems[f"{path}.website"] = [f"The team has no website {values['website']}."]
    monitor = monitor_named(run, f"{path}.monitor", product) if product else None
    if set(run.problems) - known:
        return None
    given = {name: values[name] for name in GIVEN}

    def write() -> Silence:
        return silence_create(
            team=run.team, author=run.author, website=website, monitor=monitor, **given
        )

    return run.settle(path, "silence", None, write, silence_values, name=values["reason"])
