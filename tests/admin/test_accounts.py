"""Teams, members, keys and users at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, Membership, Team, User
from accounts.services import api_key_authenticate
from tests.admin.conftest import log_in, texts
from tests.admin.world import World, make_world, page
from tests.factories import make_user
from websites.models import Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(world: World) -> Client:
    return log_in(make_user("root", is_staff=True, is_superuser=True))


def membership(world: World, user: User) -> Membership:
    return Membership.objects.get(team=world.team, user=user)


def test_a_key_is_shown_once_and_works(owner: Client, world: World) -> None:
    values = {"team": world.team.pk, "name": "Board", "scope": "read",
              "expires_at_0": "", "expires_at_1": ""}  # fmt: skip
    response = owner.post(page(ApiKey, "add"), values)
    (plain,) = response.context["secrets"].values()
    key = ApiKey.objects.get(name="Board")
    assert api_key_authenticate(plain) == key
    assert key.created_by == world.owner
    assert plain not in owner.get(page(ApiKey, "change", key.pk)).content.decode()
    assert plain not in owner.get(page(ApiKey, "changelist")).content.decode()


def test_a_key_is_revoked_and_never_edited(owner: Client, world: World) -> None:
    key = world.rows[ApiKey]
    assert owner.post(page(ApiKey, "change", key.pk), {"scope": "admin"}).status_code == 403
    response = owner.post(page(ApiKey, "revoke", key.pk), follow=True)
    assert "revoked" in texts(response)
    key.refresh_from_db()
    assert isinstance(key, ApiKey)
    assert not key.is_usable
    assert "does not apply" in texts(owner.post(page(ApiKey, "revoke", key.pk), follow=True))


def test_a_rotated_key_is_shown_once_and_the_old_one_stays_a_while(
    owner: Client, world: World
) -> None:
    key = world.rows[ApiKey]
    response = owner.post(page(ApiKey, "rotate", key.pk))
    (plain,) = response.context["secrets"].values()
    made = api_key_authenticate(plain)
    assert made is not None
    assert (made.created_by, made.pk != key.pk) == (world.owner, True)
    key.refresh_from_db()
    assert isinstance(key, ApiKey)
    assert key.is_usable
    assert key.expires_at is not None
    assert plain not in owner.get(page(ApiKey, "change", made.pk)).content.decode()


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_only_owners_see_keys(world: World, role: str) -> None:
    client = log_in(getattr(world, role))
    assert client.get(page(ApiKey, "changelist")).status_code == 403
    assert "API keys" not in client.get("/admin/").content.decode()


def test_an_owner_here_who_reads_there_sees_no_keys_there(owner: Client, world: World) -> None:
    second = make_world("second")
    second.team.memberships.create(user=world.owner, role="viewer")
    text = owner.get(page(ApiKey, "changelist")).content.decode()
    assert "mine-0-key" in text
    assert "second-0-key" not in text


def test_an_owner_changes_a_role(owner: Client, world: World) -> None:
    row = membership(world, world.viewer)
    owner.post(page(Membership, "change", row.pk), {"role": "operator"})
    row.refresh_from_db()
    assert row.role == "operator"


def test_the_last_owner_stays(owner: Client, world: World, root: Client) -> None:
    row = membership(world, world.owner)
    response = owner.post(page(Membership, "change", row.pk), {"role": "viewer"}, follow=True)
    assert "needs an owner" in texts(response)
    for client in (owner, root):
        assert client.post(page(Membership, "delete", row.pk), {"post": "yes"}).status_code == 403
    row.refresh_from_db()
    assert row.role == "owner"


def test_all_owners_at_once_cannot_be_removed(owner: Client, world: World) -> None:
    Membership.objects.filter(pk=membership(world, world.viewer).pk).update(role="owner")
    ids = [membership(world, user).pk for user in (world.viewer, world.owner)]
    values = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    response = owner.post(page(Membership, "changelist"), values, follow=True)
    assert "needs an owner" in texts(response)
    assert world.team.memberships.filter(role="owner").count() == 2


def test_an_owner_removes_a_member(owner: Client, world: World) -> None:
    row = membership(world, world.viewer)
    owner.post(page(Membership, "delete", row.pk), {"post": "yes"})
    ids = [membership(world, world.operator).pk]
    owner.post(
        page(Membership, "changelist"),
        {"action": "delete_selected", "_selected_action": ids, "post": "yes"},
    )
    assert [m.user for m in world.team.memberships.all()] == [world.owner]


def test_a_superuser_adds_anybody_an_owner_only_whom_they_know(
    owner: Client, root: Client, world: World
) -> None:
    stranger = make_user("unknown-person")
    values = {"team": world.team.pk, "user": stranger.pk, "role": "viewer"}
    errors = owner.post(page(Membership, "add"), values).context["adminform"].form.errors
    assert "user" in errors
    root.post(page(Membership, "add"), values)
    assert membership(world, stranger).role == "viewer"


def test_an_owner_edits_the_team_but_not_its_short_name(owner: Client, world: World) -> None:
    slug = world.team.slug
    values = {"name": "Better", "slug": "stolen", "time_zone": "Europe/Berlin",
              "low_stock_threshold": "4", "language": "ru", "reminders": "hourly",
              "reminder_hour": "7"}  # fmt: skip
    owner.post(page(Team, "change", world.team.pk), values)
    world.team.refresh_from_db()
    assert (world.team.name, world.team.slug) == ("Better", slug)
    assert (world.team.time_zone, world.team.low_stock_threshold) == ("Europe/Berlin", 4)
    assert (world.team.language, world.team.reminders, world.team.reminder_hour) == (
        "ru", "hourly", 7,
    )  # fmt: skip
    errors = (
        owner.post(page(Team, "change", world.team.pk), {**values, "time_zone": "Moon/Base"})
        .context["adminform"]
        .form.errors
    )
    assert "time_zone" in errors


def test_only_superusers_make_and_delete_teams(owner: Client, root: Client, world: World) -> None:
    values = {"name": "Third", "slug": "third", "time_zone": "UTC", "language": "en",
              "reminders": "daily", "reminder_hour": "9"}  # fmt: skip
    assert owner.post(page(Team, "add"), values).status_code == 403
    address = page(Team, "delete", world.team.pk)
    assert owner.post(address, {"post": "yes"}).status_code == 403
    root.post(page(Team, "add"), values)
    assert Team.objects.filter(slug="third").exists()
    root.post(address, {"post": "yes"})
    assert not Team.objects.filter(pk=world.team.pk).exists()


def test_members_see_names_of_their_fellows_and_no_rights(viewer: Client, world: World) -> None:
    text = viewer.get(page(User, "change", world.owner.pk)).content.decode()
    assert "mine-owner" in text
    for word in ("Superuser", "password", "Last login"):
        assert f">{word}" not in text
    assert viewer.post(page(User, "change", world.owner.pk), {}).status_code == 403
    assert viewer.get(page(User, "add")).status_code == 403


def test_a_superuser_makes_a_person(root: Client) -> None:
    values: dict[str, Any] = {"username": "newcomer", "email": "n@example.com", "is_staff": "on",
                              "usable_password": "true", "password1": "long-enough-77",
                              "password2": "long-enough-77"}  # fmt: skip
    root.post(page(User, "add"), values)
    made = User.objects.get(username="newcomer")
    assert made.is_staff
    assert made.check_password("long-enough-77")
    address = f"/admin/accounts/user/{made.pk}/password/"
    assert root.get(address).status_code == 200


def test_a_fellow_cannot_set_a_password(owner: Client, world: World) -> None:
    address = f"/admin/accounts/user/{world.viewer.pk}/password/"
    assert owner.get(address).status_code == 403


def test_a_team_column_shows_only_where_there_is_a_choice(owner: Client, world: World) -> None:
    assert "column-team" not in owner.get(page(Website, "changelist")).content.decode()
    second = make_world("second")
    second.team.memberships.create(user=world.owner, role="viewer")
    assert "column-team" in owner.get(page(Website, "changelist")).content.decode()
    form = owner.get(page(Website, "add")).context["adminform"].form
    assert list(form.fields["team"].queryset) == [world.team]
