"""Websites of the settings: made, kept up to date, never deleted, never shown."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.env import Env
from tests.factories import make_team, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db

PARTS = ("NAME", "URL", "API_ID", "API_SECRET")
ONE = {"NAME": "Nimbus", "URL": "https://nimbus.example", "API_ID": "id-1",
       "API_SECRET": "planted-1"}  # fmt: skip
TWO = {"NAME": "Alpine", "URL": "https://alpine.example/billing", "API_ID": "id-2",
       "API_SECRET": "planted-2"}  # fmt: skip


@pytest.fixture(autouse=True)
def team():
    return make_team(name="Main")


@pytest.fixture(autouse=True)
def _named(settings):
    settings.WEBSITES_FROM_ENV = {1: dict(ONE), 2: dict(TWO)}


def sync(*words: str) -> str:
    out = StringIO()
    call_command("sync_env_websites", *words, stdout=out)
    return out.getvalue()


def failure(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        sync(*words)
    assert "planted" not in str(caught.value)
    return str(caught.value)


def test_the_named_websites_are_made_and_a_second_run_changes_nothing(team):
    said = sync()
    assert said.splitlines() == ["WEBSITE_1: Nimbus created", "WEBSITE_2: Alpine created"]
    website = Website.objects.get(name="Alpine")
    assert (website.team, website.source) == (team, "whmcs_api")
    assert website.url == "https://alpine.example/billing"
    assert website.credentials == {"identifier": "id-2", "secret": "planted-2"}
    before = list(Website.objects.values_list("pk", "updated_at"))
    assert sync().splitlines() == ["WEBSITE_1: Nimbus unchanged", "WEBSITE_2: Alpine unchanged"]
    assert list(Website.objects.values_list("pk", "updated_at")) == before


def test_changed_credentials_and_addresses_are_taken_over(settings):
    sync()
    settings.WEBSITES_FROM_ENV[1]["API_SECRET"] = "planted-new"
    settings.WEBSITES_FROM_ENV[2]["URL"] = "https://moved.example"
    said = sync()
    assert "Nimbus updated (secret)" in said
    assert "Alpine updated (url)" in said
    assert "planted" not in said
    assert Website.objects.get(name="Nimbus").credentials["secret"] == "planted-new"
    moved = Website.objects.get(name="Alpine")
    assert (moved.url, moved.credentials["secret"]) == ("https://moved.example", "planted-2")


def test_nothing_is_deleted_and_what_a_person_set_stays(settings):
    sync()
    Website.objects.filter(name="Nimbus").update(is_active=False, name="Our cloud", region="EU")
    del settings.WEBSITES_FROM_ENV[2]
    assert sync() == "WEBSITE_1: Our cloud unchanged\n"
    kept = Website.objects.get(name="Our cloud")
    assert (kept.is_active, kept.region) == (False, "EU")
    assert Website.objects.filter(name="Alpine").exists()


def test_a_name_counts_before_an_address(team, settings):
    other = make_website(team, name="Same address", url=ONE["URL"])
    make_website(team, name="Nimbus", url="https://old.example")
    del settings.WEBSITES_FROM_ENV[2]
    assert "Nimbus updated" in sync()
    other.refresh_from_db()
    assert other.credentials["secret"] == "planted-secret"


def test_a_dry_run_writes_nothing():
    said = json.loads(sync("--dry-run", "--json"))
    assert [(one["name"], one["action"], one["website_id"]) for one in said["websites"]] == [
        ("Nimbus", "created", None),
        ("Alpine", "created", None),
    ]
    assert "planted" not in json.dumps(said)
    assert not Website.objects.exists()
    assert "would be created" in sync("--dry-run")


def test_the_single_website_comes_first(settings):
    settings.WHMCS_API_URL = "https://single.example"
    settings.WHMCS_API_IDENTIFIER, settings.WHMCS_API_SECRET = "id-0", "planted-0"
    assert sync().splitlines()[0] == "WHMCS_API: single.example created"


def test_everything_that_is_missing_is_named_and_nothing_is_made(settings):
    settings.WEBSITES_FROM_ENV = {
        0: {"WEBSITE_1_KEY": "", "WEBSITE_01_NAME": ""},
        1: {"NAME": "Nimbus", "API_SECRET": "planted-1"},
        3: dict(TWO),
    }
    settings.WHMCS_API_URL = "https://single.example"
    said = failure()
    for name in ("WEBSITE_1_URL", "WEBSITE_1_API_ID", "WHMCS_API_SECRET"):
        assert f"{name}: Is missing" in said
    for name in ("WEBSITE_1_KEY", "WEBSITE_01_NAME"):
        assert f"{name}: Is not known" in said
    assert not Website.objects.exists()


def test_two_of_one_name_are_refused(settings):
    settings.WEBSITES_FROM_ENV[2]["NAME"] = "nimbus"
    assert "WEBSITE_1_NAME: Another one has this name." in failure()


def test_one_that_cannot_be_made_leaves_the_others_unmade_too(settings):
    settings.WEBSITES_FROM_ENV[2]["URL"] = "https://user:planted@alpine.example"
    assert "WEBSITE_2 url" in failure()
    assert not Website.objects.exists()


def test_a_website_kept_by_hand_is_not_touched(team):
    make_website(team, name="Nimbus", source="manual", url="", credentials={})
    assert "kept by hand" in failure()


def test_with_several_teams_it_must_be_said_which(team):
    other = make_team(name="Other")
    assert "--team" in failure()
    assert "There is no team 'x'" in failure("--team", "x")
    sync("--team", other.slug)
    assert set(Website.objects.values_list("team_id", flat=True)) == {other.pk}


def test_nothing_named_is_said(settings):
    settings.WEBSITES_FROM_ENV = {}
    assert "name no website" in sync()


def test_numbers_are_read_from_all_layers_and_files(tmp_path):
    path = tmp_path / "secret"
    path.write_text("from-file\n")
    env = Env(
        {"WEBSITE_2_NAME": "Two", "WEBSITE_2_API_SECRET_FILE": str(path), "WEBSITE_HOSTNAME": "x"},
        {"WEBSITE_2_URL": "https://two.example", "WEBSITE_10_NAME": "Ten", "WEBSITE_2_PORT": "1"},
    )
    found = env.numbered("WEBSITE", PARTS, ("API_ID", "API_SECRET"))
    assert found == {
        0: {"WEBSITE_2_PORT": ""},
        2: {"NAME": "Two", "URL": "https://two.example", "API_SECRET": "from-file"},
        10: {"NAME": "Ten"},
    }
    assert env.names == {f"WEBSITE_1_{part}" for part in PARTS}
