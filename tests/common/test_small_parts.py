"""The small shared parts: registry, configuration of plug-ins, back-off, encrypted fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common.backoff import next_delay, retry_after_seconds
from common.errors import InvalidInputError
from common.fields import DecryptionError, decrypt, encrypt, opened_or_empty
from common.plugin import ConfigField, clean_config, split_secrets
from common.registry import Registry, UnknownKindError
from tests.factories import make_website
from websites.models import Website


def _no_spaces(value):
    if " " in value:
        raise ValueError("No spaces.")
    return value


FIELDS = (
    ConfigField("name", "Name", is_required=True, clean=_no_spaces),
    ConfigField("count", "Count", type="integer", default=3),
    ConfigField("is_loud", "Loud", type="boolean"),
    ConfigField("to", "To", type="list"),
    ConfigField("secret", "Secret", is_secret=True),
)


def test_a_kind_is_registered_once_and_loaded_when_asked_for():
    registry: Registry[type[Exception]] = Registry("thing")
    registry.register("a", "common.errors.ProductError")
    with pytest.raises(ValueError, match="twice"):
        registry.register("a", "common.errors.ProductError")
    assert registry.kinds() == ["a"]
    assert registry.get("a").__name__ == "ProductError"
    with pytest.raises(UnknownKindError):
        registry.get("b")


def test_configuration_is_typed_and_defaults_are_filled_in():
    cleaned = clean_config(
        FIELDS, {"name": " x ", "is_loud": "on", "to": "a@x, b@x", "secret": "s"}
    )
    assert cleaned == {
        "name": "x",
        "count": 3,
        "is_loud": True,
        "to": ["a@x", "b@x"],
        "secret": "s",
    }
    assert split_secrets(FIELDS, cleaned)[1] == {"secret": "s"}
    assert clean_config(FIELDS, {"name": "x", "is_loud": False})["is_loud"] is False


@pytest.mark.parametrize(
    ("values", "bad"),
    [
        ({}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "count": "many"}, "count"),
        ({"name": "x", "count": True}, "count"),
        ({"name": "x", "is_loud": "perhaps"}, "is_loud"),
        ({"name": "x", "to": [1]}, "to"),
        ({"name": "x", "nmae": "y"}, "nmae"),
    ],
)
def test_a_bad_value_is_named(values, bad):
    with pytest.raises(InvalidInputError) as caught:
        clean_config(FIELDS, values)
    assert list(caught.value.fields) == [bad]


@given(
    attempt=st.integers(1, 100),
    retry_after=st.none() | st.floats(0, 10_000),
    jitter=st.floats(0, 1),
)
def test_back_off_never_undercuts_its_bounds(attempt, retry_after, jitter):
    wait = next_delay(
        attempt, base_seconds=5, cap_seconds=600, retry_after=retry_after, jitter=jitter
    )
    assert wait >= 5
    assert wait >= (retry_after or 0)
    assert wait <= 1.2 * max(600, retry_after or 0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7), (" 120 ", 120), ("0", 0), ("9" * 50, 86_400), ("", None), ("soon", None),
        ("-1", None), ("²", None),
        ("Sat, 01 Jan 2022 00:01:00 GMT", 60), ("Sat, 01 Jan 2022 00:01:00", 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Sat, 01 Jan 2032 00:01:00 GMT", 86_400),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_a_day_at_most(value, seconds):
    assert retry_after_seconds(value, datetime(2022, 1, 1, tzinfo=UTC)) == seconds


def test_back_off_doubles():
    waits = [next_delay(n, base_seconds=5, cap_seconds=60, jitter=0) for n in (1, 2, 3, 4, 5)]
    assert waits == [5, 10, 20, 40, 60]
    assert next_delay(1, base_seconds=5, cap_seconds=60) >= 5


def test_keys_rotate_and_a_wrong_key_is_loud(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [old]
    stored = encrypt("secret")
    assert "secret" not in stored
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored) == "secret"
    settings.FIELD_ENCRYPTION_KEYS = [new]
    for wrong in (stored, "plain text", "enc1:nonsense"):
        with pytest.raises(DecryptionError):
            decrypt(wrong)
    settings.FIELD_ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured):
        encrypt("x")


@pytest.mark.django_db
def test_a_value_that_no_key_opens_is_loud_at_the_first_look_and_stops_no_other_row(settings):
    lost = make_website(name="Lost")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    fine = make_website(name="Fine")
    read = {row.name: row.credentials for row in Website.objects.filter(pk__in=[lost.pk, fine.pk])}
    assert read["Fine"] == fine.credentials
    assert opened_or_empty(read["Fine"]) == fine.credentials
    assert "planted" not in repr(read)
    for look in (dict, bool, sorted, lambda value: value.get("secret")):
        with pytest.raises(DecryptionError):
            look(read["Lost"])
    assert opened_or_empty(read["Lost"]) == {}


@pytest.mark.django_db
def test_a_change_of_other_fields_keeps_a_value_that_no_key_opens(settings):
    website, keys = make_website(), settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    website.refresh_from_db()
    website.name = "Renamed"
    website.save()
    settings.FIELD_ENCRYPTION_KEYS = keys
    website.refresh_from_db()
    assert (website.name, website.credentials["secret"]) == ("Renamed", "planted-secret")


@pytest.mark.django_db
def test_credentials_are_encrypted_in_the_database_and_cannot_be_searched():
    website = make_website(credentials={"secret": "planted-secret"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM websites_website")
        (stored,) = cursor.fetchone()
    assert stored.startswith("enc1:")
    assert "planted" not in stored
    website.refresh_from_db()
    assert website.credentials == {"secret": "planted-secret"}
    with pytest.raises(FieldError):
        Website.objects.filter(credentials="x").exists()
    assert Website._meta.get_field("credentials").value_to_string(website) == "{}"
