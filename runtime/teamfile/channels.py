"""Channels and subscriptions of a file. Channels of persons are theirs and left alone."""

from __future__ import annotations

from common.fields import opened_or_empty
from common.registry import UnknownKindError
from notifications.channels.registry import CHANNELS
from notifications.models import Channel, Subscription
from notifications.services.channels import channel_create, channel_update
from notifications.services.subscriptions import subscription_create, subscription_update
from runtime.teamfile.exporting import secret_options, shared_subscriptions
from runtime.teamfile.run import Run, Values, differing
from runtime.teamfile.values import channel_values, subscription_values
from runtime.teamfile.websites import monitor_named
from websites.models import Website

CHANGEABLE = ("is_active", "language", "quiet_from", "quiet_until")
DEFAULTS: Values = {
    "events": ["*"], "websites": [], "monitors": [], "digest": "now", "is_active": True,
}  # fmt: skip


def channels_apply(run: Run, rows: list[Values]) -> None:
    """Each by its name, then its subscriptions."""
    stored = {one.name: one for one in Channel.objects.of_team(run.team.pk)}
    subscriptions: dict[int, list[Subscription]] = {}
    for one in shared_subscriptions(run.team):
        subscriptions.setdefault(one.channel_id, []).append(one)
    seen: set[str] = set()
    for number, row in enumerate(rows):
        path = f"channels[{number}]"
        known = stored.get(row["name"])
        if row["name"] in seen or (known is not None and known.user_id is not None):
            whose = "Another channel" if row["name"] in seen else "The channel of a person"
            run.problems[f"{path}.name"] = [f"{whose} has this name."]
            continue
        seen.add(row["name"])
        channel = _channel(run, path, row, known)
        if channel is not None and "subscriptions" in row:
            held = subscriptions.get(channel.pk, [])
            _subscriptions(run, path, channel, row["subscriptions"], held)


def _channel(run: Run, path: str, row: Values, stored: Channel | None) -> Channel | None:
    try:
        secret = secret_options(CHANNELS.get(row["kind"]).CONFIG)
    except UnknownKindError:
        run.problems[f"{path}.kind"] = [f"There is no channel of kind {row['kind']!r}."]
        return stored
    if stored is not None and stored.kind != row["kind"]:
        told = f"It is of kind {stored.kind}, and that stays. Give another name."
        run.problems[f"{path}.kind"] = [told]
        return stored
    held = opened_or_empty(stored.secrets) if stored else {}
    config = run.options(f"{path}.config", row.get("config", {}), secret, held)
    wanted = {name: row[name] for name in CHANGEABLE if name in row}

    def write() -> Channel:
        if stored is None:
            made, fresh = channel_create(
                team=run.team, name=row["name"], kind=row["kind"], config=config, **wanted
            )
            run.report.made_secrets |= {f"{path}.config.{k}": v for k, v in fresh.items()}
            return made
        now = Channel.objects.get(pk=stored.pk)
        changes = differing(wanted, channel_values(stored))
        if differing(config, {**stored.config, **held}):
            changes["config"] = config
        return channel_update(channel=now, **changes) if changes else now

    return run.settle(
        path,
        "channel",
        stored,
        write,
        channel_shown,
        name=row["name"],
        secret={f"config.{name}" for name in secret},
        places={name: f"config.{name}" for name in {*row.get("config", {}), *secret}},
    )


def channel_shown(channel: Channel) -> Values:
    options = {**channel.config, **opened_or_empty(channel.secrets)}
    return channel_values(channel) | {f"config.{name}": one for name, one in options.items()}


# --- Subscriptions -----------------------------------------------------------------------------


def _subscriptions(
    run: Run, path: str, channel: Channel, rows: list[Values], held: list[Subscription]
) -> None:
    """They have no name. One that says the same is the same; else one about the same websites and
    monitors is changed; else it is new."""
    wanted = [(f"{path}.subscriptions[{n}]", _whole(row)) for n, row in enumerate(rows)]
    left = {one.pk: subscription_values(one) for one in held}
    by_id = {one.pk: one for one in held}
    matches: dict[str, int] = {}
    for is_same in (_equal, _about_the_same):
        for at, row in wanted:
            found = next((pk for pk, values in left.items() if is_same(values, row)), None)
            if at not in matches and found is not None:
                matches[at] = found
                del left[found]
    for at, row in wanted:
        stored = by_id[matches[at]] if at in matches else None
        _subscription(run, at, channel, row, stored)


def _whole(row: Values) -> Values:
    values = {**DEFAULTS, **row}
    values["websites"] = sorted(set(values["websites"]))
    values["monitors"] = sorted(
        ({k: v for k, v in one.items() if v != ""} for one in values["monitors"]),
        key=lambda one: sorted(one.items()),
    )
    return values


def _equal(held: Values, row: Values) -> bool:
    return held == row


def _about_the_same(held: Values, row: Values) -> bool:
    return bool(held["websites"] == row["websites"] and held["monitors"] == row["monitors"])


def _subscription(
    run: Run, path: str, channel: Channel, row: Values, stored: Subscription | None
) -> None:
    known = set(run.problems)
    websites = []
    for name in row["websites"]:
        website = Website.objects.of_team(run.team.pk).filter(name=name).first()
        if website is None:
            told = f"The team has no website {name}."
            run.problems.setdefault(f"{path}.websites", []).append(told)
        else:
            websites.append(website)
    named = [
        monitor_named(run, f"{path}.monitors[{n}]", one) for n, one in enumerate(row["monitors"])
    ]
    if set(run.problems) - known:
        return
    values = {
        "events": row["events"],
        "websites": websites,
        "monitors": [one for one in named if one is not None],
        "digest": row["digest"],
    }

    def write() -> Subscription:
        if stored is None:
            made = subscription_create(channel=channel, is_active=row["is_active"], **values)
        elif subscription_values(stored) == row:
            made = stored
        else:
            made = Subscription.objects.get(pk=stored.pk)
            subscription_update(subscription=made, is_active=row["is_active"], **values)
        return made

    name = f"{', '.join(row['events'])} to {channel.name}"
    row_now = run.settle(path, "subscription", stored, write, _shown, name=name)
    if row_now is not None:
        run.touched.add(row_now.pk)


def _shown(subscription: Subscription) -> Values:
    loaded = Subscription.objects.prefetch_related("websites", "monitors__website")
    return subscription_values(loaded.get(pk=subscription.pk))
