"""Nothing that is kept secret can be asked for by a detour: order, search or filter."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist

from common.fields import EncryptedJSONField
from config.api import router
from tests.tenancy.walk import routes

pytestmark = pytest.mark.unit

SECRET = {"key_hash", "password", "credentials", "secrets", "lease", "fence"}


def fields_on_the_way(model: Any, path: str) -> list[Any]:
    """The fields that a look-up like `events__website` passes; parts that are none end it."""
    found = []
    for name in path.lstrip("-^=@$").split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            break
        found.append(field)
        model = field.related_model or model
    return found


@pytest.mark.parametrize(("prefix", "viewset"), routes(router))
def test_no_list_is_ordered_searched_or_filtered_by_a_secret(prefix, viewset):
    model = viewset.queryset.model
    filterset = getattr(viewset, "filterset_class", None)
    asked = [*viewset.ordering_fields, *viewset.search_fields]
    if filterset:
        asked += [one.field_name or name for name, one in filterset.base_filters.items()]
    else:
        asked += viewset.filterset_fields
    for path in asked:
        for field in fields_on_the_way(model, path):
            assert field.name not in SECRET, (prefix, path)
            assert not isinstance(field, EncryptedJSONField), (prefix, path)


@pytest.mark.parametrize("name", ["credentials", "team__api_keys__key_hash", "config", "-secrets"])
@pytest.mark.parametrize("prefix", ["websites", "channels"])
@pytest.mark.django_db
def test_an_order_that_is_not_offered_is_passed_over(api, prefix, name):
    assert api("GET", f"{prefix}/?ordering={name}")["results"] == []
