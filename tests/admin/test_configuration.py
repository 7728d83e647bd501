"""The configuration of a team as a file, at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from notifications.models import Channel
from tests.admin.conftest import log_in, texts
from tests.admin.world import SECRETS, World, make_world
from tests.factories import make_user
from websites.models import Website

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "/admin/configuration/"


def taken_out(client: Client, world: World) -> str:
    response = client.get(reverse("admin-config-file", args=[world.team.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="{world.team.slug}.yaml"'
    return response.content.decode()


def bring(client: Client, world: World, text: str | bytes) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    posted = {"team": world.team.pk, "file": SimpleUploadedFile("team.yaml", data)}
    return client.post(PAGE, posted)


def test_a_team_is_taken_out_changed_looked_at_and_brought_in(owner: Client, world: World) -> None:
    assert "mine-team" in owner.get(PAGE).content.decode()
    text = taken_out(owner, world)
    assert not [secret for secret in SECRETS if secret in text]
    same = bring(owner, world, text)
    assert "Nothing is to be done" in same.content.decode()
    shown = bring(owner, world, text.replace("threshold_low: 2", "threshold_low: 9"))
    (step,) = shown.context["steps"]
    assert step.changes == {"threshold_low": (2, 9)}
    world.monitor.refresh_from_db()
    assert world.monitor.threshold_low == 2
    done = owner.post(PAGE, {"token": shown.context["token"]}, follow=True)
    assert "team.yaml: 0 created, 1 changed" in texts(done)
    world.monitor.refresh_from_db()
    assert world.monitor.threshold_low == 9
    noted = AuditEntry.objects.filter(user=world.owner, kind="team").latest("pk")
    assert "configuration file" in noted.changes


def test_what_is_wrong_is_shown_by_its_place(owner: Client, world: World) -> None:
    shown = bring(owner, world, "version: 1\nwebsites:\n- {name: A, source: pigeon}\n")
    assert "websites[0].source" in shown.content.decode()
    assert "not text in UTF-8" in bring(owner, world, b"\xff\xfe").content.decode()
    assert "line 1" in bring(owner, world, "a: &x [*x]").content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_what_is_wrong_is_escaped_once_in_every_language(
    owner: Client, world: World, language: str
) -> None:
    owner.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    page = bring(owner, world, "version: 1\nwebsites:\n- {name: A, source: '<i>'}\n")
    assert "&lt;i&gt;" in page.content.decode()
    assert "&amp;lt;" not in page.content.decode()


def test_a_secret_that_was_made_is_shown_once(owner: Client, world: World) -> None:
    text = "version: 1\nchannels:\n- {name: H, kind: webhook, config: {url: 'https://h.example'}}\n"
    shown = bring(owner, world, text)
    done = owner.post(PAGE, {"token": shown.context["token"]})
    secret = Channel.objects.get(name="H").secrets["secret"]
    assert secret in done.content.decode()
    assert secret not in owner.get(PAGE).content.decode()


def test_a_file_never_reads_the_environment_of_the_server(
    owner: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIG_SECRET_X", "of the server")
    text = """
version: 1
websites:
- {name: A, source: auto, url: 'https://a.example', credentials: {identifier: i, secret: 'env:CONFIG_SECRET_X'}}
"""
    shown = bring(owner, world, text)
    done = owner.post(PAGE, {"token": shown.context["token"]}, follow=True)
    assert "A: enter its credentials on its page." in texts(done)
    assert dict(Website.objects.get(name="A").credentials) == {}


def test_nobody_but_owners_and_nobody_of_another_team(owner: Client, world: World) -> None:
    text = taken_out(owner, world)
    other = make_world("other")
    for person in (world.operator, world.viewer):
        client = log_in(person)
        assert client.get(PAGE).status_code == 403
        assert bring(client, world, text).status_code == 403
        assert PAGE not in client.get("/admin/").content.decode()
    stranger = log_in(other.owner)
    assert stranger.get(reverse("admin-config-file", args=[world.team.pk])).status_code == 404
    refused = bring(stranger, world, text)
    assert "token" not in refused.context
    assert "mine-" not in refused.content.decode()
    assert "mine-" not in stranger.get(PAGE).content.decode()
    assert PAGE in stranger.get("/admin/").content.decode()
    assert Client().get(PAGE).status_code == 302
    root = log_in(make_user("root", is_staff=True, is_superuser=True))
    assert "other-team" in root.get(PAGE).content.decode()


def test_a_file_that_names_rows_of_another_team_finds_none(owner: Client, world: World) -> None:
    other = make_world("other")
    text = f"""
version: 1
channels:
- {{name: Mail, kind: email, config: {{to: [a@x.example]}}, subscriptions: [{{websites: [{other.website.name}]}}]}}
"""
    shown = bring(owner, world, text)
    assert "channels[0].subscriptions[0].websites" in shown.content.decode()
    assert not Channel.objects.filter(name="Mail").exists()


def test_rights_count_when_the_file_is_taken(owner: Client, world: World) -> None:
    shown = bring(owner, world, "version: 1\nwebsites: [{name: A, source: manual}]\n")
    token = {"token": shown.context["token"]}
    other = make_world("other")
    assert "no longer kept" in texts(log_in(other.owner).post(PAGE, token, follow=True))
    Membership.objects.filter(user=world.owner).update(role="operator")
    Membership.objects.create(user=world.owner, team=other.team, role="owner")
    assert owner.post(PAGE, token).status_code == 403
    assert not Website.objects.filter(name="A").exists()
