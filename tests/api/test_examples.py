"""The examples of the document: true to its schemas, and true to what is really answered.

Who adds a field to an answer adds it to its example in config/examples.py or example_rows.py.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

from config.examples import ERRORS, EXAMPLES
from tests.factories import make_team, make_user
from tests.tenancy.world import make_estate

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json()


@pytest.fixture
def operations(document):
    """Operation id -> (method, path, operation)."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, found in document["paths"].items()
        for method, operation in found.items()
    }


def problems(document, described, value, validator):
    schema = described["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    checked = validator(whole, format_checker=validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in checked.iter_errors(value)]


def test_every_example_fits_its_schema(document, operations):
    assert set(EXAMPLES) <= set(operations)
    for name, (_, _, operation) in operations.items():
        shown = [(operation.get("requestBody"), OAS30WriteValidator)]
        shown += [(answer, OAS30ReadValidator) for answer in operation["responses"].values()]
        for described, validator in shown:
            media = (described or {}).get("content", {}).get("application/json", {})
            if "example" in media:
                assert problems(document, described, media["example"], validator) == [], name


def test_an_example_that_does_not_fit_would_be_found(document, operations):
    _, _, operation = operations["websites_create"]
    answer = operation["responses"]["201"]
    example = answer["content"]["application/json"]["example"]
    assert problems(document, answer, {**example, "id": "x"}, OAS30ReadValidator)
    assert problems(document, answer, {"id": 1}, OAS30ReadValidator)


def test_every_main_operation_has_an_example(operations):
    for name, (method, path, operation) in operations.items():
        if "requestBody" in operation and method == "post":
            assert name in EXAMPLES, path
        for status in set(operation["responses"]) & set(ERRORS):
            assert "example" in operation["responses"][status]["content"]["application/json"]


ORDER = (
    "teams_list", "websites_create", "websites_list", "websites_partial_update",
    "websites_poll_create", "websites_why_not_running_retrieve", "monitors_create",
    "monitors_bulk_create", "monitors_list", "channels_create", "subscriptions_create",
    "cycle_create", "auth_token_create", "auth_token_refresh", "auth_token_revoke",
)  # fmt: skip


def shape(value: Any) -> Any:
    """Names and types; None fits everything."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


def fits(real: Any, shown: Any) -> bool:
    if isinstance(real, dict) and isinstance(shown, dict):
        return set(real) == set(shown) and all(fits(real[name], shown[name]) for name in real)
    if isinstance(real, list) and isinstance(shown, list):
        return not real or not shown or fits(real[0], shown[0])
    return real == shown or "NoneType" in (real, shown)


class Walk:
    """Sends the examples of requests; ids in them are those of rows made before."""

    def __init__(self, api, document, operations):
        self.api, self.document, self.operations = api, document, operations
        self.ids: dict[str, int] = {}
        self.tokens: dict[str, str] = {}

    def send(self, name):
        method, path, operation = self.operations[name]
        example = EXAMPLES[name]
        prefix = path.removeprefix("/api/v1/").partition("/")[0]
        real_path = re.sub(r"\{id\}", str(self.ids.get(prefix)), path).removeprefix("/api/v1/")
        answer = self.api(method, real_path, self.real(example.request), example.status)
        if answer is None:
            return
        described = operation["responses"][str(example.status)]
        assert problems(self.document, described, answer, OAS30ReadValidator) == [], name
        assert fits(shape(answer), shape(example.answer)), (name, answer)
        if isinstance(answer, dict):
            is_row = "id" in answer and "{id}" not in path
            self.ids |= {prefix: answer["id"]} if is_row else {}
            self.tokens |= {"refresh": answer["refresh"]} if "refresh" in answer else {}

    def real(self, request):
        if request is None:
            return None
        real = {**request, **{name: self.tokens[name] for name in self.tokens if name in request}}
        for name, value in real.items():
            prefix = f"{name.removesuffix('s')}s"
            if prefix in self.ids:
                real[name] = [self.ids[prefix]] if isinstance(value, list) else self.ids[prefix]
        return real | ({"monitors": request["monitors"]} if "skip_existing" in request else {})


def test_the_requests_of_the_examples_get_the_answers_of_the_examples(api_of, document, operations):
    team = make_team("Main team")
    user = make_user("ada", team=team)
    user.set_password(EXAMPLES["auth_token_create"].request["password"])
    user.save()
    walk = Walk(api_of(team), document, operations)
    for name in ORDER:
        walk.send(name)
    shelf = walk.api("POST", "websites/", {"name": "Shelf", "source": "manual"}, 201)
    subscription = {"channel": walk.ids["channels"], "events": ["*"]}
    walk.api("POST", "subscriptions/", subscription, 201)
    made = walk.api("POST", "monitors/", {"website": shelf["id"], "product_id": "1"}, 201)
    walk.ids["monitors"] = made["id"]
    walk.send("monitors_stock_create")
    walk.api("POST", f"monitors/{made['id']}/stock/", {"quantity": 0}, 201)
    for name in (
        "monitors_records_list", "monitors_summary_retrieve", "monitors_statistics_retrieve",
        "monitors_days_list", "history_list",
    ):  # fmt: skip
        walk.send(name)


def test_whatever_is_answered_fits_the_schema(api, team, document, operations):
    """Every list and row of a team that has one of everything."""
    estate = make_estate("mark")
    api.client.credentials(HTTP_AUTHORIZATION=f"Api-Key {estate.key}")
    for name, (method, path, operation) in operations.items():
        if method != "get" or "{" in path or "/health/" in path or path.endswith("/feed/"):
            continue
        if path.endswith("/preferences/get/"):
            continue  # a key has none
        answer = api("GET", path.removeprefix("/api/v1/"))
        described = operation["responses"]["200"]
        assert problems(document, described, answer, OAS30ReadValidator) == [], name
        for row in answer.get("results", []):
            one = f"{path.removeprefix('/api/v1/')}{row['id']}/"
            retrieve = operations[name.replace("_list", "_retrieve")][2]["responses"]["200"]
            assert problems(document, retrieve, api("GET", one), OAS30ReadValidator) == []
