from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.actors import has_role
from accounts.choices import Role
from accounts.models import ApiKey, Team
from accounts.services import (
    api_key_authenticate,
    api_key_create,
    api_key_revoke,
    api_key_rotate,
    membership_remove,
    membership_set,
    team_create,
)
from common.errors import ConflictError, InvalidInputError
from tests.factories import make_team, make_user, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db


def test_a_team_starts_with_its_owner():
    user = make_user()
    team = team_create(name="My Team", owner=user)
    assert (team.slug, user.role_in(team.pk)) == ("my-team", Role.OWNER)
    with pytest.raises(InvalidInputError):
        team_create(name="My Team")


def test_a_team_always_keeps_an_owner():
    team = make_team()
    owner, other = make_user(team=team), make_user(team=team, role="viewer")
    with pytest.raises(ConflictError):
        membership_set(team=team, user=owner, role=Role.VIEWER)
    with pytest.raises(ConflictError):
        membership_remove(membership=owner.memberships.get())
    membership_set(team=team, user=other, role=Role.OWNER)
    membership_remove(membership=owner.memberships.get())
    assert owner.role_in(team.pk) is None


def test_a_key_opens_its_team_until_it_is_revoked_or_expires():
    key, plain = api_key_create(team=make_team(), name="k", scope="write")
    assert plain not in str(vars(key))
    found = api_key_authenticate(plain)
    assert found is not None
    assert found.last_used_at is not None
    assert (found.role_in(found.team_id), found.role_in(999)) == (Role.OPERATOR, None)
    assert api_key_authenticate(plain + "x") is None
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api_key_authenticate(plain) is None
    ApiKey.objects.update(expires_at=None)
    api_key_revoke(api_key=key)
    assert api_key_authenticate(plain) is None


def test_the_use_of_a_key_is_noted_once_a_minute(django_assert_num_queries):
    _, plain = api_key_create(team=make_team(), name="k")
    api_key_authenticate(plain)
    with django_assert_num_queries(1):
        api_key_authenticate(plain)


def test_minutes_of_use_are_counted():
    key, plain = api_key_create(team=make_team(), name="k")
    api_key_authenticate(plain)
    api_key_authenticate(plain)
    key.refresh_from_db()
    assert key.minutes_used == 1


def test_a_rotated_key_works_for_a_while_beside_the_new_one():
    old, old_plain = api_key_create(team=make_team(), name="shop", scope="write")
    new, new_plain = api_key_rotate(api_key=old)
    assert (new.name, new.scope, new.team, new.expires_at) == ("shop", "write", old.team, None)
    assert new_plain != old_plain
    assert api_key_authenticate(new_plain) == new
    assert api_key_authenticate(old_plain) == old
    old.refresh_from_db()
    assert old.expires_at is not None
    assert timedelta(days=6) < old.expires_at - timezone.now() <= timedelta(days=7)
    ApiKey.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert api_key_authenticate(old_plain) is None


def test_rotating_never_lengthens_a_life_and_revives_nobody():
    soon = timezone.now() + timedelta(hours=1)
    key, _ = api_key_create(team=make_team(), name="k", expires_at=soon)
    new, _ = api_key_rotate(api_key=key)
    key.refresh_from_db()
    assert (key.expires_at, new.expires_at) == (soon, soon)
    api_key_revoke(api_key=key)
    with pytest.raises(ConflictError):
        api_key_rotate(api_key=key)
    assert ApiKey.objects.count() == 2


def test_everybody_sees_only_the_rows_of_their_teams():
    mine, other = make_website(), make_website()
    user, root = make_user(team=mine.team), make_user(is_superuser=True)
    gone = make_user(team=mine.team, is_active=False)
    assert list(Website.objects.visible_to(user)) == [mine]
    assert set(Website.objects.visible_to(root)) == {mine, other}
    assert list(Team.objects.visible_to(user)) == [mine.team]
    assert list(Website.objects.of_team(other.team_id)) == [other]
    for nobody in (None, AnonymousUser(), gone, "admin"):
        assert not Website.objects.visible_to(nobody).exists()


def test_roles_include_the_ones_below_them():
    team = make_team()
    operator = make_user(team=team, role="operator")
    assert has_role(operator, team.pk, Role.VIEWER)
    assert has_role(operator, team.pk, Role.OPERATOR)
    assert not has_role(operator, team.pk, Role.OWNER)
    assert has_role(make_user(is_superuser=True), team.pk, Role.OWNER)
    assert not has_role(make_user(is_superuser=True, is_active=False), team.pk, Role.VIEWER)
    assert not has_role(AnonymousUser(), team.pk, Role.VIEWER)


def test_the_command_prints_the_key_alone_on_the_last_line():
    team, out = make_team(), StringIO()
    call_command(
        "create_api_key", "--team", team.slug, "--name", "ci", "--scope", "read", stdout=out
    )
    found = api_key_authenticate(out.getvalue().splitlines()[-1])
    assert found is not None
    assert (found.name, found.scope) == ("ci", "read")
    with pytest.raises(CommandError, match=team.slug):
        call_command("create_api_key", "--team", "nowhere", "--name", "x")
