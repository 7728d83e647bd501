"""Making, changing, pausing and testing websites."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.errors import InvalidInputError
from demo.whmcs import Shop
from tests.factories import make_team, make_website
from websites.choices import Health
from websites.models import Website
from websites.services import (
    source_context,
    website_check,
    website_create,
    website_pause,
    website_resume,
    website_update,
)

pytestmark = pytest.mark.django_db

CREDENTIALS = {"identifier": "ident", "secret": "planted-secret"}


def create(**fields: Any) -> Website:
    values = {"name": "Shop", "url": "https://shop.example", "credentials": CREDENTIALS}
    return website_create(team=fields.pop("team", None) or make_team(), **{**values, **fields})


def problems(**fields: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInputError) as error:
        create(**fields)
    assert not Website.objects.exists()
    return error.value.fields


def test_a_new_website_is_due_at_once_with_the_default_interval() -> None:
    website = Website.objects.get(pk=create().pk)
    assert (website.source, website.health, website.poll_interval) == ("auto", "never", 60)
    assert website.next_poll_at <= timezone.now()
    assert website.credentials == CREDENTIALS
    assert website.config == {"allow_pages": True, "preview": False, "probe": True}


def test_the_secret_is_not_in_the_database_as_it_is() -> None:
    website = create(config={"currency": "eur"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT credentials, config FROM websites_website WHERE id = %s", [website.pk]
        )
        stored = str(cursor.fetchone())
    assert "planted-secret" not in stored
    assert "EUR" in stored


def test_a_secret_in_the_options_is_encrypted_all_the_same() -> None:
    website = create(credentials={"identifier": "ident"}, config={"secret": "s"})
    assert "secret" not in website.config
    assert website.credentials == {"identifier": "ident", "secret": "s"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("shop.example/billing/", "https://shop.example/billing"),
        (" https://shop.example ", "https://shop.example"),
        ("http://127.0.0.1:8800/alpha", "http://127.0.0.1:8800/alpha"),
        ("https://shop.example/includes/api.php", "https://shop.example/includes/api.php"),
    ],
)
def test_an_address_is_kept_tidy(typed: str, stored: str) -> None:
    assert create(url=typed).url == stored


@pytest.mark.parametrize(
    "url", ["", "   ", "ftp://shop.example", "https://", "https://u:p@shop.example", "javascript:x"]
)
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    assert list(problems(url=url)) == ["url"]


def test_every_bad_field_is_named() -> None:
    fields = problems(url="", credentials={"identifier": "x"}, config={"currency": "€", "foo": 1})
    assert set(fields) == {"url", "secret", "currency", "foo"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"source": "nobody"}, "source"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"poll_interval": 4}, "poll_interval"),
        ({"poll_interval": -1}, "poll_interval"),
        ({"labels": ["x" * 61]}, "labels"),
        ({"labels": [str(n) for n in range(21)]}, "labels"),
        ({"labels": "text"}, "labels"),
        ({"labels": [1]}, "labels"),
        ({"url": "https://shop.example/" + "x" * 500}, "url"),
    ],
)
def test_a_bad_value_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    assert list(problems(**values)) == [field]


def test_a_name_is_used_once_per_team() -> None:
    website = create()
    with pytest.raises(InvalidInputError) as error:
        create(team=website.team)
    assert list(error.value.fields) == ["name"]
    assert create().name == website.name


def test_manual_stock_needs_no_address_and_no_credentials() -> None:
    website = create(source="manual", url="", credentials={})
    assert website_check(website=website).ok


def test_labels_are_kept_once_each() -> None:
    assert create(labels=[" a ", "b", "a", ""]).labels == ["a", "b"]


def test_a_change_keeps_what_is_not_given_and_makes_the_website_due() -> None:
    later = timezone.now() + timedelta(hours=1)
    website = make_website(applied_hash="1:x", next_poll_at=later, labels=["a"])
    website_update(website=website, name="Renamed", config={"currency": "EUR"})
    website.refresh_from_db()
    assert (website.name, website.labels, website.config) == ("Renamed", ["a"], {"currency": "EUR"})
    assert website.credentials == {"identifier": "ident", "secret": "planted-secret"}
    assert website.applied_hash.startswith("!")
    assert website.next_poll_at < later


@pytest.mark.parametrize("secret", ["", None])
def test_an_empty_secret_keeps_the_old_one(secret: str | None) -> None:
    website = make_website()
    website_update(website=website, credentials={"identifier": "new", "secret": secret})
    website.refresh_from_db()
    assert website.credentials == {"identifier": "new", "secret": "planted-secret"}


def test_a_new_secret_replaces_the_old_one() -> None:
    website = make_website()
    website_update(website=website, credentials={"secret": "new"})
    website.refresh_from_db()
    assert website.credentials == {"identifier": "ident", "secret": "new"}


def test_a_change_leaves_lease_and_health_alone() -> None:
    website = make_website()
    until = timezone.now() + timedelta(minutes=1)
    Website.objects.filter(pk=website.pk).update(fence=7, lease_expires_at=until, health="ok")
    website_update(website=website, name="Renamed")
    website.refresh_from_db()
    assert (website.fence, website.lease_expires_at, website.health) == (7, until, "ok")


def test_a_stored_secret_does_not_move_to_another_host() -> None:
    website = make_website(url="https://shop.example")
    with pytest.raises(InvalidInputError) as error:
        website_update(website=website, url="https://evil.example")
    assert list(error.value.fields) == ["secret"]
    website.refresh_from_db()
    assert website.url == "https://shop.example"
    website_update(
        website=website, url="https://new.example", credentials={"secret": "typed again"}
    )
    website.refresh_from_db()
    assert website.url == "https://new.example"


@pytest.mark.parametrize(
    "url", ["https://www.shop.example/billing", "http://shop.example:8080", "shop.example/x"]
)
def test_another_address_on_the_same_host_keeps_the_secret(url: str) -> None:
    website = make_website(url="https://shop.example")
    website_update(website=website, url=url)
    website.refresh_from_db()
    assert website.credentials["secret"] == "planted-secret"


def test_another_source_takes_only_what_it_knows() -> None:
    website = make_website(config={"currency": "EUR"})
    website_update(website=website, source="manual", url="")
    website.refresh_from_db()
    assert (website.source, website.credentials, website.config) == ("manual", {}, {})


def test_an_unset_interval_is_the_default_again() -> None:
    website = make_website(poll_interval=5)
    website_update(website=website, poll_interval=None)
    website.refresh_from_db()
    assert website.poll_interval == 60


def test_fields_of_the_engine_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="health"):
        website_update(website=make_website(), health="ok")


def test_pause_and_resume() -> None:
    website = make_website(next_poll_at=timezone.now() + timedelta(hours=1), applied_hash="1:x")
    website_pause(website=website)
    website.refresh_from_db()
    assert (website.is_active, website.shown_health) == (False, "paused")
    website_resume(website=website)
    website.refresh_from_db()
    assert website.is_active
    assert website.applied_hash.startswith("!")
    assert website.next_poll_at <= timezone.now()


@pytest.mark.parametrize("health", [Health.AUTH_FAILED, Health.BLOCKED])
def test_a_good_check_polls_a_website_that_was_given_up_on(shop: Shop, health: str) -> None:
    later = timezone.now() + timedelta(hours=1)
    website = make_website(
        url=shop.url, credentials=shop.credentials, health=health, next_poll_at=later
    )
    assert website_check(website=website).ok
    website.refresh_from_db()
    assert website.next_poll_at < later
    assert website.health == health


def test_a_failed_check_changes_nothing(shop: Shop) -> None:
    later = timezone.now() + timedelta(hours=1)
    website = make_website(url=shop.url, health=Health.AUTH_FAILED, next_poll_at=later)
    result = website_check(website=website)
    assert (result.ok, result.code) == (False, "bad_credentials")
    website.refresh_from_db()
    assert website.next_poll_at == later


def test_a_check_refuses_to_run_inside_a_transaction(shop: Shop) -> None:
    website = make_website(url=shop.url)
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        website_check(website=website)


def test_a_context_carries_address_options_and_credentials() -> None:
    context = source_context(make_website(config={"currency": "EUR"}))
    assert context.config == {"currency": "EUR"}
    assert context.credentials["secret"] == "planted-secret"
