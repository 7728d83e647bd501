"""What people do with websites at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from demo.whmcs import Shop
from monitoring.models import PollRun
from tests.admin.conftest import log_in, texts
from tests.admin.world import World, make_world, page
from websites.models import Website

pytestmark = pytest.mark.django_db


def form(world: World, **values: Any) -> dict[str, Any]:
    """A filled add form."""
    return {
        "team": world.team.pk,
        "name": "New shop",
        "source": "whmcs_api",
        "url": "https://shop.example/billing",
        "poll_interval": 60,
        "labels": "hot, eu",
        "opt_whmcs_api__identifier": "ident-1",
        "opt_whmcs_api__secret": "typed-secret",
        "opt_whmcs_api__currency": "eur",
        **values,
    }


def verb(website: Website, name: str) -> str:
    return f"{page(Website, 'change', website.pk).removesuffix('change/')}{name}/"


def test_a_website_is_added_with_encrypted_credentials(owner: Client, world: World) -> None:
    response = owner.post(page(Website, "add"), form(world), follow=True)
    website = Website.objects.get(name="New shop")
    assert website.team == world.team
    assert website.credentials == {"identifier": "ident-1", "secret": "typed-secret"}
    assert website.config == {"currency": "EUR"}
    assert website.labels == ["hot", "eu"]
    assert "choose the products" in texts(response)
    assert "typed-secret" not in response.content.decode()
    assert "ident-1" in response.content.decode()


def test_a_missing_secret_is_said_at_its_field(owner: Client, world: World) -> None:
    response = owner.post(page(Website, "add"), form(world, opt_whmcs_api__secret=""))
    errors = response.context["adminform"].form.errors
    assert errors == {"opt_whmcs_api__secret": ["This value is required."]}
    assert not Website.objects.filter(name="New shop").exists()


def test_an_address_that_is_none_is_said_at_its_field(owner: Client, world: World) -> None:
    response = owner.post(page(Website, "add"), form(world, url="ftp://shop.example"))
    assert "url" in response.context["adminform"].form.errors


def test_a_name_the_team_has_is_refused(owner: Client, world: World) -> None:
    response = owner.post(page(Website, "add"), form(world, name=world.website.name))
    assert "name" in response.context["adminform"].form.errors


def test_a_manual_website_needs_no_connection(owner: Client, world: World) -> None:
    owner.post(page(Website, "add"), form(world, source="manual", url="", opt_whmcs_api__secret=""))
    assert Website.objects.get(name="New shop").credentials == {}


def test_an_empty_secret_keeps_the_stored_one(owner: Client, world: World) -> None:
    row = world.website
    values = form(world, name="Renamed", url=row.url, opt_whmcs_api__secret="")
    owner.post(page(Website, "change", row.pk), values)
    row.refresh_from_db()
    assert row.name == "Renamed"
    assert row.credentials["secret"] == "planted-api-secret"
    assert row.credentials["identifier"] == "ident-1"


def test_another_host_asks_for_the_secret_again(owner: Client, world: World) -> None:
    """Whoever may edit an address must not learn a secret by it."""
    row = world.website
    values = form(world, url="https://evil.example", opt_whmcs_api__secret="")
    response = owner.post(page(Website, "change", row.pk), values)
    assert "opt_whmcs_api__secret" in response.context["adminform"].form.errors
    row.refresh_from_db()
    assert "evil" not in row.url


def test_an_operator_polls_but_does_not_edit(operator: Client, world: World) -> None:
    row = world.website
    assert operator.post(page(Website, "change", row.pk), form(world)).status_code == 403
    assert operator.get(page(Website, "add")).status_code == 403
    assert operator.post(verb(row, "pause")).status_code == 403
    assert operator.post(verb(row, "poll")).status_code == 302


def test_a_viewer_sees_no_buttons(viewer: Client, world: World) -> None:
    response = viewer.get(page(Website, "change", world.website.pk))
    assert response.context["buttons"] == []
    assert viewer.post(verb(world.website, "poll")).status_code == 403
    assert "mine-0-ident" in response.content.decode()


def test_poll_now_asks_for_a_poll(owner: Client, world: World) -> None:
    response = owner.post(verb(world.website, "poll"), follow=True)
    run = PollRun.objects.get(state="queued", trigger="request")
    assert f"poll {run.pk} is requested" in texts(response)


def test_a_button_answers_to_post_only(owner: Client, world: World) -> None:
    assert owner.get(verb(world.website, "poll")).status_code == 405
    assert owner.get(verb(world.website, "check")).status_code == 405


def test_a_paused_website_says_why_it_cannot_be_polled(owner: Client, world: World) -> None:
    owner.post(verb(world.website, "pause"))
    world.website.refresh_from_db()
    assert not world.website.is_active
    response = owner.post(verb(world.website, "poll"), follow=True)
    assert "paused" in texts(response)
    assert "Why is it not running?" in response.content.decode()
    again = owner.post(verb(world.website, "pause"), follow=True)
    assert "does not apply" in texts(again)
    owner.post(verb(world.website, "resume"))
    world.website.refresh_from_db()
    assert world.website.is_active


@pytest.mark.django_db(transaction=True)
def test_a_good_connection_says_so_without_an_open_transaction(
    owner: Client, website: Website, sends: list[bool]
) -> None:
    response = owner.post(verb(website, "check"), follow=True)
    (message,) = response.context["messages"]
    assert message.level_tag == "success"
    assert set(sends) == {False}


@pytest.mark.django_db(transaction=True)
def test_a_refused_address_names_the_fix(owner: Client, website: Website, shop: Shop) -> None:
    shop.configure(secret="another")
    response = owner.post(verb(website, "check"), follow=True)
    (message,) = response.context["messages"]
    assert message.level_tag == "error"
    assert len(str(message)) > len("Alpha: ")
    assert website.credentials["secret"] not in response.content.decode()


def test_the_page_says_what_happened_and_what_to_do(owner: Client, world: World) -> None:
    Website.objects.filter(pk=world.website.pk).update(
        health="auth_failed",
        last_error="The shop refused us.",
        last_advice="Allow 203.0.113.7.",
        last_error_code="ip_not_allowed",
        failure_count=3,
        failing_since=timezone.now(),
        next_poll_at=timezone.now() + timedelta(minutes=9),
    )
    text = owner.get(page(Website, "change", world.website.pk)).content.decode()
    for part in ("Log-in refused", "The shop refused us.", "Allow 203.0.113.7.", "ip_not_allowed"):
        assert part in text
    assert "The shop refused us. Allow 203.0.113.7." in owner.get("/admin/").content.decode()


def test_list_actions_check_the_role_in_each_rows_team(world: World) -> None:
    """An operator here, a viewer there: only the own team's row is polled."""
    other = make_world("second")
    other.team.memberships.create(user=world.operator, role="viewer")
    client = log_in(world.operator)
    response = client.post(
        page(Website, "changelist"),
        {"action": "poll", "_selected_action": [world.website.pk, other.website.pk]},
        follow=True,
    )
    assert "your role does not allow this" in texts(response)
    assert [run.website for run in PollRun.objects.filter(trigger="request")] == [world.website]


def test_deleting_counts_what_goes_with_it(owner: Client, world: World) -> None:
    address = page(Website, "delete", world.website.pk)
    text = owner.get(address).content.decode()
    assert "Stock records" in text
    owner.post(address, {"post": "yes"})
    assert not Website.objects.filter(pk=world.website.pk).exists()


def test_the_list_tells_the_first_step(owner: Client, world: World) -> None:
    Website.objects.all().delete()
    text = owner.get(page(Website, "changelist")).content.decode()
    assert "Add your first shop" in text
    assert "Nothing matches" in owner.get(page(Website, "changelist") + "?q=x").content.decode()
