"""Keys change while others work: nothing is lost, nothing newer is overwritten."""

from __future__ import annotations

import inspect
import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from accounts.services.twofactor import two_factor_begin
from common import fields, rotation
from common.fields import PREFIX, EncryptedJSONField
from common.rotation import Column, encrypted_columns, keys_rotate
from notifications.models import Channel
from tests.factories import make_team, make_user, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db


def new_key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def old(settings) -> str:
    """The only key while the rows of the test are made; `settings` is put back afterwards."""
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]
    return str(settings.FIELD_ENCRYPTION_KEYS[0])


def make_channel() -> Channel:
    return Channel.objects.create(
        team=make_team(), name="Hook", kind="webhook", secrets={"secret": "whsec_planted"}
    )


def cipher(row: models.Model, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608
        return str(cursor.fetchone()[0])


def command(*words: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *words, stdout=out)
    return out.getvalue()


def test_every_value_comes_under_the_first_key_and_reads_as_before(settings, old):
    websites = [make_website() for _ in range(5)]
    channel = make_channel()
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]
    report = keys_rotate()
    assert (report.rotated, report.old, report.unreadable) == (6, 0, [])
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    for website in websites:
        website.refresh_from_db()
        assert website.credentials == {"identifier": "ident", "secret": "planted-secret"}
    channel.refresh_from_db()
    assert channel.secrets == {"secret": "whsec_planted"}


def test_a_second_run_changes_nothing(settings, old):
    website = make_website()
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]
    keys_rotate()
    before = cipher(website, "credentials")
    assert keys_rotate().rotated == 0
    assert cipher(website, "credentials") == before


def test_a_dry_run_writes_nothing(settings, old):
    website = make_website()
    before = cipher(website, "credentials")
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]
    report = keys_rotate(dry_run=True)
    assert (report.rotated, report.old) == (0, 1)
    assert cipher(website, "credentials") == before


def test_it_goes_on_where_it_was_stopped(settings, old, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH_SIZE", 2)
    for _ in range(5):
        make_website()
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys_rotate(on_progress=stop)
    assert keys_rotate(dry_run=True).by_key == {0: 2, 1: 3}
    assert keys_rotate().rotated == 3


def test_a_secret_saved_meanwhile_is_never_overwritten(settings, old, monkeypatch):
    website = make_website()
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]
    real = fields.encrypt

    def encrypt_late(plain: str) -> str:
        """Between reading and writing somebody saves another secret."""
        Website.objects.filter(pk=website.pk).update(credentials={"secret": "newer"})
        return real(plain)

    monkeypatch.setattr(rotation, "encrypt", encrypt_late)
    report = keys_rotate()
    assert (report.rotated, report.overtaken, report.old) == (0, 1, 0)
    website.refresh_from_db()
    assert website.credentials == {"secret": "newer"}


def test_a_value_written_with_an_old_key_meanwhile_is_met_by_another_pass(
    settings, old, monkeypatch
):
    website = make_website()
    first = new_key()
    settings.FIELD_ENCRYPTION_KEYS = [first, old]
    real = fields.encrypt
    calls: list[int] = []

    def encrypt_late(plain: str) -> str:
        if not calls:
            settings.FIELD_ENCRYPTION_KEYS = [old, first]
            Website.objects.filter(pk=website.pk).update(credentials={"secret": "newer"})
            settings.FIELD_ENCRYPTION_KEYS = [first, old]
        calls.append(1)
        return real(plain)

    monkeypatch.setattr(rotation, "encrypt", encrypt_late)
    report = keys_rotate()
    assert (report.rotated, report.overtaken, report.old) == (1, 1, 0)
    website.refresh_from_db()
    assert website.credentials == {"secret": "newer"}


def test_rows_that_no_key_opens_are_named_without_their_content(settings, old):
    lost, kept = make_website(), make_website()
    other = new_key()
    settings.FIELD_ENCRYPTION_KEYS = [other]
    Website.objects.filter(pk=kept.pk).update(credentials={"secret": "planted-secret"})
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), other]
    with pytest.raises(CommandError) as caught:
        command()
    said = str(caught.value)
    assert f"websites.Website.credentials of row {lost.pk}" in said
    assert "planted" not in said
    assert PREFIX not in said
    kept.refresh_from_db()
    assert kept.credentials == {"secret": "planted-secret"}
    assert keys_rotate(dry_run=True).by_key[0] == 1, "the readable ones were done all the same"


def test_a_value_that_was_never_encrypted_is_named_too(old):
    website = make_website()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE websites_website SET credentials = '{\"secret\": 1}' WHERE id = %s",
            [website.pk],
        )
    assert keys_rotate().unreadable == [f"websites.Website.credentials of row {website.pk}"]


def test_the_command_says_which_keys_may_go_and_prints_none(settings, old):
    make_website()
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), old]
    assert "1 values would be" in command("--dry-run")
    said = command()
    assert "You may take away key 2" in said
    assert not [key for key in settings.FIELD_ENCRYPTION_KEYS if key in said]
    assert json.loads(command("--json"))["removable_keys"] == rotation.key_names()[1:]


def test_with_one_key_there_is_nothing_to_take_away(old):
    make_website()
    assert "take away" not in command()


def test_every_model_with_an_encrypted_field_is_found():
    """Asks the database instead of the models: where does ciphertext lie?"""
    make_website(proxy={"url": "http://proxy.example:3128"})
    make_channel()
    two_factor_begin(user=make_user())
    holding = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            for one in model._meta.local_concrete_fields:
                cursor.execute(
                    f'SELECT CAST("{one.column}" AS text) FROM "{model._meta.db_table}" LIMIT 50'  # noqa: S608
                )
                if any(str(value).startswith(PREFIX) for (value,) in cursor.fetchall()):
                    holding.add(f"{model._meta.label}.{one.name}")
    assert holding == {str(column) for column in encrypted_columns()}


@isolate_apps("common")
def test_a_new_model_is_found_by_itself() -> None:
    class Vault(models.Model):
        token = EncryptedJSONField(default=dict)

        class Meta:
            app_label = "common"

    assert encrypted_columns(Vault._meta.apps) == [Column(Vault, "token")]


def test_every_encrypted_field_class_is_looked_for():
    classes = [
        one
        for _, one in inspect.getmembers(fields, inspect.isclass)
        if issubclass(one, models.Field) and one.__module__ == fields.__name__
    ]
    assert classes
    assert all(issubclass(one, EncryptedJSONField) for one in classes)
