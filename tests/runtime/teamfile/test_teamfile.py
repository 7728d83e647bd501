"""The whole configuration of a team: out, into an empty one, and in again without a change."""

from __future__ import annotations

import io
import json
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Team
from common.acting import acting
from common.errors import InvalidInputError
from monitoring.alerting import SYSTEM
from monitoring.models import Alert, Monitor, MonitorHistory, Silence
from notifications.models import Channel, Subscription
from runtime.teamfile import exporting, shape
from runtime.teamfile.applying import teamfile_apply
from runtime.teamfile.document import document_read, document_write
from runtime.teamfile.exporting import teamfile_text
from runtime.teamfile.report import Report
from tests.factories import make_monitor, make_team, make_user, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db

SECRETS = ("planted-secret", "planted-access", "whsec_cGxhbnRlZC1zZWNyZXQtb2YtdGhlLWhvb2s=")
ENVIRONMENT = {
    "CONFIG_SECRET_ALPHA_SECRET": SECRETS[0],
    "CONFIG_SECRET_ALPHA_ACCESSKEY": SECRETS[1],
    "CONFIG_SECRET_HOOK_SECRET": SECRETS[2],
}


@pytest.fixture
def team() -> Team:
    """A team with one of everything."""
    team = make_team("Shops", time_zone="Europe/Berlin", low_stock_threshold=4)
    anna = make_user("anna", team=team)
    alpha = make_website(
        team, name="Alpha", labels=["eu"], region="DE", config={"currency": "EUR"},
        credentials={"identifier": "ident", "secret": SECRETS[0], "accesskey": SECRETS[1]},
    )  # fmt: skip
    make_website(team, name="By hand", source="manual", url="", credentials={}, is_active=False)
    monitor = make_monitor(alpha, product_id="12", product_name="=VPS", threshold_low=3, owner=anna,
                           notify_on_price=True, labels=["vps"], notes="two\nlines")  # fmt: skip
    make_monitor(alpha, product_id="013", config_option_id="7", status="paused")
    hook = Channel.objects.create(
        team=team, name="Hook", kind="webhook", config={"url": "https://hook.example/in"},
        secrets={"secret": SECRETS[2]}, quiet_from=time(22), quiet_until=time(7, 30),
    )  # fmt: skip
    Subscription.objects.create(channel=hook, events=["*"], digest="hourly")
    some = Subscription.objects.create(channel=hook, events=["restocked"], is_scoped=True)
    some.websites.add(alpha)
    some.monitors.add(monitor)
    Channel.objects.create(team=team, name="Anna's", kind="email", config={"to": ["a@x.example"]},
                           user=anna)  # fmt: skip
    now = timezone.now()
    for reason, ends in (("Move", now + timedelta(hours=2)), ("Over", now - timedelta(hours=1))):
        Silence.objects.create(team=team, monitor=monitor, reason=reason, author="anna",
                               starts_at=now - timedelta(hours=3), ends_at=ends)  # fmt: skip
    return team


def apply(team: Team, text: str, **options: Any) -> Report:
    options.setdefault("secret_of", ENVIRONMENT.get)
    return teamfile_apply(team=team, text=text, author=SYSTEM, **options)


def complaints(team: Team, text: str, **options: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInputError) as caught:
        apply(team, text, **options)
    return caught.value.fields


def changed(text: str, **sections: Any) -> str:
    return document_write({**document_read(text), **sections})


def stored() -> list[Any]:
    """Every row that a file can change, without when it was saved."""
    models = (Team, Website, Monitor, Channel, Subscription, Silence)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


# --- Out -----------------------------------------------------------------------------------------


def test_the_file_holds_everything_but_secrets_and_what_belongs_to_persons(team: Team) -> None:
    text = teamfile_text(team=team)
    assert not [secret for secret in SECRETS if secret in text]
    found = document_read(text)
    assert list(found) == ["version", "team", "websites", "channels", "silences"]
    assert found["team"]["low_stock_threshold"] == 4
    alpha, by_hand = found["websites"]
    assert alpha["credentials"] == {
        "identifier": "ident",
        "secret": "env:CONFIG_SECRET_ALPHA_SECRET",
        "accesskey": "env:CONFIG_SECRET_ALPHA_ACCESSKEY",
    }
    assert [one["product_id"] for one in alpha["monitors"]] == ["013", "12"]
    assert alpha["monitors"][1]["owner"] == "anna"
    assert (by_hand["monitors"], by_hand["is_active"]) == ([], False)
    (hook,) = found["channels"]
    assert hook["config"]["secret"] == "env:CONFIG_SECRET_HOOK_SECRET"
    assert (hook["quiet_from"], hook["quiet_until"]) == ("22:00", "07:30")
    assert hook["subscriptions"][1]["monitors"] == [{"website": "Alpha", "product_id": "12"}]
    assert [one["reason"] for one in found["silences"]] == ["Move"]


def test_the_number_of_queries_does_not_grow(team: Team) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            teamfile_text(team=team)
        return len(seen)

    first = count()
    for number in range(3):
        make_monitor(make_website(team, name=f"More {number}"))
        hook = Channel.objects.create(team=team, name=f"C{number}", kind="email")
        Subscription.objects.create(channel=hook).websites.add(Website.objects.latest("pk"))
    assert count() == first


def test_a_subscription_that_lost_what_it_named_is_not_exported_as_everything(team: Team) -> None:
    Monitor.objects.all().delete()
    Website.objects.get(name="Alpha").delete()
    (hook,) = document_read(teamfile_text(team=team))["channels"]
    assert [one["digest"] for one in hook["subscriptions"]] == ["hourly"]


def test_too_many_monitors_for_one_file_are_told(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_MONITORS", 1)
    with pytest.raises(InvalidInputError, match="more than 1"):
        teamfile_text(team=team)
    text = teamfile_text(team=team, with_monitors=False)
    assert "monitors" not in document_read(text)["websites"][0]
    assert apply(team, text).effective() == []


LEFT_OUT = {
    "Team.slug": "stands in scripts and addresses, superusers change it",
    "Team.retention_days": "decided for the installation",
    "Website.team": "the file is for one team",
    "Monitor.website": "its monitors stand below it",
    "Monitor.status": "is_active",
    "Channel.team": "the file is for one team",
    "Subscription.channel": "its subscriptions stand below it",
    "Silence.team": "the file is for one team",
}
"""Fields that people can edit and that are not in the file -> why, or what stands for them."""


@pytest.mark.once
def test_everything_that_people_can_set_is_in_the_file_or_named_here() -> None:
    shapes = {
        Team: shape.TEAM, Website: shape.WEBSITE, Monitor: shape.MONITOR, Channel: shape.CHANNEL,
        Subscription: shape.SUBSCRIPTION, Silence: shape.SILENCE,
    }  # fmt: skip
    missing = {
        f"{model.__name__}.{field.name}"
        for model, keys in shapes.items()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.editable and not field.primary_key
        and field.name not in {key.name for key in keys}
    }  # fmt: skip
    assert missing == set(LEFT_OUT)


# --- In again ------------------------------------------------------------------------------------


def test_an_exported_file_changes_nothing_with_or_without_its_secrets(team: Team) -> None:
    text, before = teamfile_text(team=team), stored()
    for secret_of in (ENVIRONMENT.get, None):
        report = apply(team, text, secret_of=secret_of)
        assert report.effective() == []
        assert report.count("unchanged") == 9
    assert stored() == before
    assert not AuditEntry.objects.exists()


def test_an_empty_team_becomes_the_same(team: Team) -> None:
    text = teamfile_text(team=team)
    other = make_team("Other")
    make_user("bob", team=other)
    text = text.replace("owner: anna", "owner: bob")
    report = apply(other, text)
    assert report.count("created") == 8
    assert report.made_secrets == {}
    other.refresh_from_db()
    assert teamfile_text(team=other) == text
    alpha = Website.objects.get(team=other, name="Alpha")
    assert dict(alpha.credentials) == dict(Website.objects.get(team=team, name="Alpha").credentials)
    assert Channel.objects.get(team=other).secrets["secret"] == SECRETS[2]
    before = stored()
    assert apply(other, text).effective() == []
    assert stored() == before


def test_a_dry_run_says_the_same_and_writes_nothing(team: Team) -> None:
    text = teamfile_text(team=team)
    other, before = make_team(), stored()
    text = text.replace("owner: anna", "owner: null")
    said = apply(other, text, dry_run=True)
    assert stored()[1:] == before[1:]
    done = apply(other, text)
    assert [step.line() for step in said.steps] == [step.line() for step in done.steps]


def test_what_changes_is_said_field_by_field_and_secrets_are_masked(team: Team) -> None:
    document = document_read(teamfile_text(team=team))
    alpha = document["websites"][0]
    alpha |= {"poll_interval": 300, "credentials": {"secret": "env:CONFIG_SECRET_NEW"}}
    alpha["monitors"][1] |= {"threshold_low": 5, "owner": None}
    alpha["monitors"][0] |= {"is_active": True}
    document["channels"][0] |= {"quiet_from": None, "quiet_until": None}
    document["channels"][0]["subscriptions"][0] |= {"digest": "now"}
    report = apply(team, document_write(document), secret_of={"CONFIG_SECRET_NEW": "fresh"}.get)
    assert [step.line() for step in report.effective()] == [
        "~ website Alpha (poll_interval: 60 → 300, credentials.secret: *** → ***)",
        "~ monitor Alpha / VPS 1 (is_active: false → true)",
        "~ monitor Alpha / =VPS (threshold_low: 3 → 5, owner: anna → –)",
        "~ channel Hook (quiet_from: 22:00:00 → –, quiet_until: 07:30:00 → –)",
        "~ subscription * to Hook (digest: hourly → now)",
    ]
    assert Website.objects.get(name="Alpha").credentials["secret"] == "fresh"
    assert "fresh" not in str(report.steps)


def test_what_the_file_leaves_out_stays_as_it_is(team: Team) -> None:
    before = stored()
    report = apply(team, "version: 1\nwebsites:\n- name: Alpha\n  monitors:\n  - product_id: 12\n")
    assert report.effective() == []
    assert report.count("kept") == 2  # a website and a monitor
    assert stored() == before


def test_another_way_of_writing_the_same_is_no_change(team: Team) -> None:
    text = (
        "version: 1\nwebsites: [{name: Alpha, url: 'http://127.0.0.1:9/shop/', labels: [eu, eu]}]"
    )
    before = stored()
    assert apply(team, text).effective() == []
    assert stored() == before  # it is not even polled earlier for it


def test_unchanged_monitors_cost_no_queries(team: Team) -> None:
    alpha = Website.objects.get(name="Alpha")
    Monitor.objects.bulk_create(Monitor(website=alpha, product_id=f"n{n}") for n in range(150))
    text = teamfile_text(team=team)
    with CaptureQueriesContext(connection) as seen:
        assert apply(team, text).effective() == []
    assert len(seen) < 90


# --- Wrong files ---------------------------------------------------------------------------------


def test_every_problem_is_told_at_its_place_and_nothing_is_changed(team: Team) -> None:
    text = """
version: 1
team: {time_zone: Mars/Base, reminder_hour: 30}
websites:
- name: Alpha
  monitors:
  - {product_id: 12, check_interval: 1}
  - {product_id: 12}
  - {product_id: 99, owner: stranger}
  - {product_id: 98, zero_means: maybe}
- {name: Alpha}
- {name: New, source: auto, url: 'https://new.example', poll_interval: 1}
- {name: Bad, source: pigeon}
- {name: Half, source: whmcs_api, url: 'https://h.example', credentials: {identifier: x,
   secret: 'env:CONFIG_SECRET_HALF'}}
- {name: Else, source: manual, config: {}}
- {name: Alpha2, source: whmcs_api, url: 'https://a.example', config: {secret: in-clear}}
- {name: Clear, url: 'https://c.example', credentials: {identifier: x, secret: in-clear}}
channels:
- {name: Hook, kind: email}
- {name: Anna's, kind: email}
- {name: Mail, kind: email, config: {to: [nobody]}}
- {name: Mail, kind: email}
- {name: Pigeon, kind: pigeon}
- name: Fine
  kind: email
  config: {to: [a@x.example]}
  subscriptions:
  - {events: [nothing]}
  - {websites: [Gone], monitors: [{website: Alpha, product_id: 77}]}
silences:
- {website: Gone, starts_at: '2026-01-01T00:00:00Z', ends_at: '2999-01-01T00:00:00Z'}
- {starts_at: '2026-01-01T00:00:00Z', ends_at: '2999-01-01T00:00:00Z'}
"""
    before = stored()
    assert set(complaints(team, text)) == {
        "team.time_zone", "team.reminder_hour",
        "websites[0].monitors[0].check_interval", "websites[0].monitors[1].product_id",
        "websites[0].monitors[2].owner", "websites[0].monitors[3].zero_means",
        "websites[1].name", "websites[2].poll_interval", "websites[3].source",
        "websites[4].credentials.secret", "websites[6].config.secret",
        "websites[6].credentials.identifier", "websites[7].credentials.secret",
        "channels[0].kind", "channels[1].name", "channels[2].config.to", "channels[3].name",
        "channels[4].kind", "channels[5].subscriptions[0].events",
        "channels[5].subscriptions[1].websites", "channels[5].subscriptions[1].monitors[0]",
        "silences[0].website", "silences[1].ends_at",
    }  # fmt: skip
    assert stored() == before
    assert not MonitorHistory.objects.exists()


def test_the_rows_of_another_team_are_as_unknown_as_none(team: Team) -> None:
    other = make_team()
    make_monitor(make_website(other, name="Theirs"), product_id="1")
    text = """
version: 1
channels:
- {name: Mail, kind: email, config: {to: [a@x.example]},
   subscriptions: [{websites: [Theirs], monitors: [{website: Theirs, product_id: 1}]}]}
"""
    assert set(complaints(team, text)) == {
        "channels[0].subscriptions[0].websites", "channels[0].subscriptions[0].monitors[0]",
    }  # fmt: skip


def test_the_file_of_a_page_brings_no_secrets_and_says_where_to_enter_them(team: Team) -> None:
    text = changed(teamfile_text(team=team), silences=[]).replace("owner: anna", "owner: null")
    document = document_read(text)
    document["websites"][0]["source"] = "auto"
    other = make_team()
    report = apply(other, document_write(document), secret_of=None)
    assert report.notes == ["Alpha: enter its credentials on its page."]
    alpha = Website.objects.get(team=other, name="Alpha")
    assert "secret" not in alpha.credentials
    made = Channel.objects.get(team=other)
    assert report.made_secrets == {"channels[0].config.secret": made.secrets["secret"]}
    assert made.secrets["secret"] != SECRETS[2]


# --- Deleting ------------------------------------------------------------------------------------


def test_only_pruning_deletes_and_only_in_sections_of_the_file(team: Team) -> None:
    hook = Channel.objects.get(name="Hook")
    Channel.objects.create(team=team, name="Old", kind="email")
    text = """
version: 1
websites:
- name: Alpha
  monitors: [{product_id: 12}]
"""
    said = apply(team, text, dry_run=True, is_pruned=True)
    lines = [step.line() for step in said.effective()]
    assert sorted(lines) == ["- monitor Alpha / VPS 1", "- website By hand"]
    assert Website.objects.count() == 2
    apply(team, text, is_pruned=True)
    assert (Website.objects.count(), Monitor.objects.count(), Channel.objects.count()) == (1, 1, 3)
    text = "version: 1\nchannels:\n- {name: Hook, kind: webhook, subscriptions: [{digest: hourly}]}\nsilences:\n"
    report = apply(team, text, is_pruned=True)
    assert sorted(step.line() for step in report.effective()) == [
        "- channel Old", "- silence Move", "- subscription restocked to Hook",
    ]  # fmt: skip
    assert list(hook.subscriptions.values_list("digest", flat=True)) == ["hourly"]
    assert Channel.objects.filter(name="Anna's").exists()
    assert Silence.objects.filter(ends_at__gt=timezone.now()).count() == 0


def test_an_alert_ends_with_its_monitor_and_thresholds_count_at_once(team: Team) -> None:
    Monitor.objects.filter(product_id="12").update(
        quantity=4, available=True, stock_control_enabled=True, first_read_at=timezone.now()
    )
    text = teamfile_text(team=team).replace("threshold_low: 3", "threshold_low: 5")
    apply(team, text, dry_run=True)
    assert not Alert.objects.exists()
    apply(team, text)
    assert Alert.objects.unresolved().count() == 1
    apply(team, "version: 1\nwebsites: [{name: Alpha, monitors: []}]", is_pruned=True)
    assert Alert.objects.unresolved().count() == 0


# --- Commands ------------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_commands_take_a_team_out_and_in(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    other = make_team()
    make_user("bob", team=other)
    file = tmp_path / "team.yaml"
    text = run("config_export", "--team", team.slug).replace("owner: anna", "owner: bob")
    file.write_text(text)
    words = ("config_import", str(file), "--team", other.slug)
    assert "+ website Alpha" in run(*words, "--dry-run")
    assert not Website.objects.filter(team=other).exists()
    token = acting.set("command config_import")
    try:
        assert "8 created, 1 changed, 0 unchanged." in run(*words)
    finally:
        acting.reset(token)
    assert run(*words) == "0 created, 0 changed, 9 unchanged.\n"
    assert run("config_export", "--team", other.slug) == text
    entry = AuditEntry.objects.filter(team=other, kind="team").latest("pk")
    assert entry.changes["configuration file"][1].startswith("8 created")
    noted = AuditEntry.objects.filter(team=other, object_name="Alpha").latest("pk")
    assert noted.changes == {"monitors imported": [None, "2 from a configuration file"]}
    assert not [s for s in SECRETS if s in str(list(AuditEntry.objects.values()))]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.once
def test_a_person_is_asked_before_rows_are_deleted_and_a_file_may_come_by_a_pipe(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "team.yaml"
    file.write_text("version: 1\nwebsites: [{name: Alpha}]\n")
    words = ("config_import", str(file), "--team", team.slug, "--prune")
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run(*words)
    assert Website.objects.count() == 2
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    assert "- website By hand" in run(*words)
    assert run(*words) == "0 created, 0 changed, 1 unchanged.\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(teamfile_text(team=team)))
    monkeypatch.setenv("CONFIG_SECRET_ALPHA_SECRET", SECRETS[0])
    assert "0 created, 0 changed" in run("config_import", "-", "--team", team.slug)


def test_a_wrong_file_is_told_with_its_places_and_deleting_wants_a_yes(
    team: Team, tmp_path: Path
) -> None:
    file = tmp_path / "team.yaml"
    file.write_text("version: 1\nwebsites: [{name: Alpha, poll_interval: 1}]\n")
    with pytest.raises(CommandError, match=r"websites\[0\].poll_interval: Ensure"):
        run("config_import", str(file), "--team", team.slug)
    file.write_text("version: 1\nwebsites: [{name: Alpha}]\n")
    words = ("config_import", str(file), "--team", team.slug, "--prune")
    with pytest.raises(CommandError, match="1 rows would be deleted"):
        run(*words)
    assert Website.objects.count() == 2
    steps = json.loads(run(*words, "--yes", "--json"))["steps"]
    assert [(one["action"], one["name"]) for one in steps] == [("deleted", "By hand")]
    with pytest.raises(CommandError, match="cannot be read"):
        run("config_import", str(tmp_path / "gone"), "--team", team.slug)
    with pytest.raises(CommandError, match="There is no team"):
        run("config_export", "--team", "nobody")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="not text"):
        run("config_import", str(file), "--team", team.slug)
