from __future__ import annotations

import functools
import re

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.services import api_key_create
from tests.factories import make_team


@functools.cache
def document():
    return SchemaGenerator().get_schema(request=None, public=True)["paths"]


def told(method, path):
    """The statuses that the document tells for a request; None for an address it does not have."""
    path = path.partition("?")[0]
    matching = [one for one in document() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path)]
    for one in sorted(matching, key=lambda one: one.count("{")):
        if operation := document()[one].get(method.lower()):
            return set(operation["responses"])
    return None


class Api:
    """A client that speaks JSON below /api/v1/, and checks the status and that it is documented."""

    def __init__(self, client, prefix="/api/v1/"):
        self.client, self.prefix = client, prefix

    def __call__(self, method, path, body=None, status=200):
        answer = getattr(self.client, method.lower())(f"{self.prefix}{path}", body, format="json")
        assert answer.status_code == status, (path, answer.status_code, answer.content)
        statuses = told(method, f"{self.prefix}{path}")
        assert statuses is None or str(status) in statuses, (method, path, status, statuses)
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
