"""Websites and monitors of a file."""

from __future__ import annotations

from typing import Any

from accounts.audit import audit_note
from accounts.models import User
from common.errors import InvalidInputError
from common.fields import opened_or_empty
from common.registry import UnknownKindError
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.services.monitors import (
    BULK_LIMIT,
    monitor_resume,
    monitor_update,
    monitors_bulk_create,
)
from runtime.teamfile.exporting import secret_options
from runtime.teamfile.report import Step
from runtime.teamfile.run import Run, Values, differing
from runtime.teamfile.values import WEBSITE_FIELDS, monitor_values, website_values
from websites.models import Website
from websites.services import website_create, website_update
from websites.sources.registry import AUTO, config_of, required_together

CONNECTION = frozenset({"source", "url", "credentials", "config"})
Key = tuple[str, str]


def websites_apply(run: Run, rows: list[Values]) -> None:
    """Each by its name; then its monitors, each by product and config option."""
    stored = {one.name: one for one in Website.objects.of_team(run.team.pk)}
    members = {
        user.get_username(): user for user in User.objects.filter(memberships__team=run.team)
    }
    seen: set[str] = set()
    for number, row in enumerate(rows):
        path = f"websites[{number}]"
        if row["name"] in seen:
            run.problems[f"{path}.name"] = ["Another website of the file has this name."]
            continue
        seen.add(row["name"])
        website = _website(run, path, row, stored.get(row["name"]))
        if website is not None and "monitors" in row:
            _monitors(run, path, row["monitors"], website, members)


def _website(run: Run, path: str, row: Values, stored: Website | None) -> Website | None:
    kind = row.get("source") or (stored.source if stored else AUTO)
    try:
        fields = config_of(kind)
    except UnknownKindError:
        run.problems[f"{path}.source"] = [f"There is no source {kind!r}."]
        return stored
    secret = secret_options(fields)
    for name in secret & row.get("config", {}).keys():
        run.problems[f"{path}.config.{name}"] = ["A secret belongs to the credentials."]
    wanted = {name: row[name] for name in WEBSITE_FIELDS if name in row}
    held = opened_or_empty(stored.credentials) if stored else {}
    credentials = _credentials(run, path, row, kind, secret, held)
    if credentials:
        wanted["credentials"] = credentials
    if "config" in row:
        wanted["config"] = row["config"]
    places = {name: f"config.{name}" for name in row.get("config", {})}
    hidden = {*secret, *required_together(AUTO), *row.get("credentials", {})}
    places |= {name: f"credentials.{name}" for name in hidden}
    return run.settle(
        path,
        "website",
        stored,
        lambda: _written(run, stored, wanted, held),
        website_shown,
        name=row["name"],
        secret={f"credentials.{name}" for name in secret},
        places=places,
    )


def _credentials(
    run: Run, path: str, row: Values, kind: str, secret: frozenset[str], held: Values
) -> Values:
    """Half of them are of no use: without their secret a new website goes without any, where its
    source can."""
    given = row.get("credentials", {})
    known = run.options(f"{path}.credentials", given, secret, held)
    together = required_together(kind)
    missing = {name for name in together if name in given and not {**held, **known}.get(name)}
    if missing and not run.may_read_secrets:
        run.report.notes.append(f"{row['name']}: enter its credentials on its page.")
        return {name: value for name, value in known.items() if name not in together}
    return known


def _written(run: Run, stored: Website | None, wanted: Values, held: Values) -> Website:
    if stored is None:
        return website_create(team=run.team, **wanted)
    fresh = Website.objects.get(pk=stored.pk)  # the stored one is still compared with
    changes = differing(wanted, website_values(stored) | {"config": stored.config})
    if not differing(wanted.get("credentials", {}), held):
        changes.pop("credentials", None)
    if changes.keys() & CONNECTION and "credentials" in wanted:
        changes["credentials"] = wanted["credentials"]  # a moved shop wants its secrets again
    return website_update(website=fresh, **changes) if changes else fresh


def website_shown(website: Website) -> Values:
    """Everything the file can say of it; secrets for the comparison only."""
    values = website_values(website)
    values |= {f"config.{name}": value for name, value in website.config.items()}
    held = opened_or_empty(website.credentials)
    return values | {f"credentials.{name}": value for name, value in held.items()}


# --- Monitors ----------------------------------------------------------------------------------


def _monitors(
    run: Run, path: str, rows: list[Values], website: Website, members: dict[str, User]
) -> None:
    """Those that are there change one by one, new ones are made in bulk."""
    stored: dict[Key, Monitor] = {}
    for monitor in website.monitors.select_related("owner"):
        monitor.website = website
        stored[(monitor.product_id, monitor.config_option_id)] = monitor
    fresh: list[tuple[str, Values]] = []
    seen: set[Key] = set()
    for number, row in enumerate(rows):
        at = f"{path}.monitors[{number}]"
        key = (row["product_id"], row.get("config_option_id", ""))
        if key in seen:
            run.problems[f"{at}.product_id"] = [f"Product {key[0]} stands here twice."]
            continue
        seen.add(key)
        values = _owned(run, at, row, members)
        if values is None:
            continue
        if key in stored:
            _changed(run, at, values, row, stored[key])
        else:
            fresh.append((at, values))
    for start in range(0, len(fresh), BULK_LIMIT):
        _made(run, website, fresh[start : start + BULK_LIMIT])


def _owned(run: Run, path: str, row: Values, members: dict[str, User]) -> Values | None:
    """With the owner as a user, and `is_active` as the status."""
    values = dict(row)
    if values.get("owner") is not None:
        owner = members.get(values["owner"])
        if owner is None:
            run.problems[f"{path}.owner"] = [f"{values['owner']} is no member of the team."]
            return None
        values["owner"] = owner
    if "is_active" in values:
        is_active = values.pop("is_active")
        values["status"] = MonitorStatus.ACTIVE if is_active else MonitorStatus.PAUSED
    return values


def _changed(run: Run, path: str, values: Values, row: Values, stored: Monitor) -> None:
    before = monitor_values(stored)
    names = set(differing(row, before))
    title = f"{stored.website.name} / {stored}"
    if not names:
        run.note(Step("unchanged", "monitor", title, path))
        return
    changes = {name: values[name] for name in names if name in values}

    def write() -> Monitor:
        fresh = Monitor.objects.select_related("website", "owner").get(pk=stored.pk)
        if "is_active" in names and row["is_active"]:
            monitor_resume(monitor=fresh)
        elif "is_active" in names:
            changes["status"] = values["status"]
        return monitor_update(monitor=fresh, **changes) if changes else fresh

    run.settle(path, "monitor", stored, write, monitor_values, name=title,
               places={"status": "is_active"})  # fmt: skip


def _made(run: Run, website: Website, fresh: list[tuple[str, Values]]) -> None:
    try:
        monitors = monitors_bulk_create(website=website, rows=[values for _, values in fresh])
    except InvalidInputError as error:
        for name, texts in error.fields.items():
            position, _, key = name.partition(".")
            key = "is_active" if key == "status" else key
            run.problems[f"{fresh[int(position)][0]}.{key}"] = texts
        return
    # Written in bulk, which no signal of the audit log hears of.
    audit_note(website, {"monitors imported": [None, f"{len(monitors)} from a configuration file"]})
    for (path, _), monitor in zip(fresh, monitors, strict=True):
        run.note(Step("created", "monitor", f"{website.name} / {monitor}", path))


def monitor_named(run: Run, path: str, product: Any) -> Monitor | None:
    """The monitor that another row of the file names; a problem where there is none."""
    found = Monitor.objects.of_team(run.team.pk).select_related("website").filter(
        website__name=product["website"],
        product_id=product["product_id"],
        config_option_id=product.get("config_option_id", ""),
    ).first()  # fmt: skip
    if found is None:
        told = f"The team watches no product {product['product_id']} of {product['website']}."
        run.problems.setdefault(path, []).append(told)
    return found
