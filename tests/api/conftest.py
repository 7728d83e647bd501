from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.services import api_key_create
from tests.factories import make_team


class Api:
    """A client that speaks JSON below /api/v1/ and checks the status."""

    def __init__(self, client, prefix="/api/v1/"):
        self.client, self.prefix = client, prefix

    def __call__(self, method, path, body=None, status=200):
        answer = getattr(self.client, method.lower())(f"{self.prefix}{path}", body, format="json")
        assert answer.status_code == status, (path, answer.status_code, answer.content)
        return answer.json() if answer.content else None


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def api_of():
    """A client with a fresh key of a team."""

    def make(team, scope="admin"):
        _, plain = api_key_create(team=team, name=scope, scope=scope)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {plain}")
        return Api(client)

    return make


@pytest.fixture
def api(api_of, team):
    return api_of(team)
