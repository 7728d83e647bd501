"""A client that a program made of the document, at work: proof that the document is enough."""

from __future__ import annotations

import importlib
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from accounts.services import api_key_create
from tests.factories import make_user, make_website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.once]
PACKAGE = "stock_client"
# No formatting of the code; the generator knows no feeds, it hands them over as bytes.
CONFIG = """
post_hooks: []
content_type_overrides: {application/atom+xml: application/octet-stream}
"""


@pytest.fixture
def part(live_server, client, tmp_path, monkeypatch):
    """Imports a part of the generated client, for example `api.websites.websites_list`."""
    document = tmp_path / "openapi.json"
    document.write_bytes(client.get("/openapi.json").content)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    command = [
        str(Path(sys.executable).with_name("openapi-python-client")), "generate",
        "--path", str(document), "--meta", "none", "--config", str(config),
        "--output-path", str(tmp_path / PACKAGE), "--fail-on-warning",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def connect(part, live_server):
    """A client with a key or token; without one, a stranger."""
    made = []

    def connect(token: str = "", prefix: str = "Api-Key") -> Any:
        clients = part("client")
        made.append(
            clients.AuthenticatedClient(base_url=live_server.url, token=token, prefix=prefix)
            if token
            else clients.Client(base_url=live_server.url)
        )
        return made[-1]

    yield connect
    for client in made:
        client.get_httpx_client().close()


def test_a_generated_client_creates_lists_pages_and_understands_errors(part, connect, team):
    _, key = api_key_create(team=team, name="client", scope="admin")
    client, models = connect(key), part("models")
    websites = {name: part(f"api.websites.websites_{name}") for name in ("create", "list")}

    body = models.WebsiteRequest(name="Mine", source=models.SourceEnum("manual"), labels=["eu"])
    made = websites["create"].sync(client=client, body=body)
    assert (made.name, made.team, made.labels, made.last_polled_at) == (
        "Mine",
        team.pk,
        ["eu"],
        None,
    )
    for _ in range(2):
        make_website(team)
    first = websites["list"].sync(client=client, page_size=2, ordering="id")
    last = websites["list"].sync(client=client, page_size=2, ordering="id", page=2)
    assert (first.count, len(first.results), len(last.results)) == (3, 2, 1)
    assert first.results[0] == made
    assert last.next_ is None
    assert websites["list"].sync(client=client, search="mine").count == 1

    refused = websites["create"].sync_detailed(client=client, body=body)
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert refused.parsed.error.code == "invalid"
    assert "name" in refused.parsed.error.fields.additional_properties
    nowhere = part("api.websites.websites_retrieve").sync(99999, client=client)
    assert nowhere.error.code == "not_found"

    bulk = models.MonitorBulkRequest(
        website=made.id,
        monitors=[models.MonitorRowRequest(product_id="1"), models.MonitorRowRequest("2")],
    )
    monitors = part("api.monitors.monitors_bulk_create").sync(client=client, body=bulk)
    assert [one.product_id for one in monitors] == ["1", "2"]
    push = part("api.monitors.monitors_stock_create")
    for quantity in (5, 0):
        record = push.sync(
            monitors[0].id, client=client, body=models.StockPushRequest(quantity=quantity)
        )
    assert (record.delta, record.threshold_type) == (-5, "")
    events = part("api.history.history_list").sync(client=client, monitor=monitors[0].id)
    assert [event.event_type.value for event in events.results] == ["sold_out"]


def test_a_generated_client_logs_in_renews_and_logs_out(part, connect, team):
    make_user("ada", team=team)
    auth = {n: part(f"api.auth.auth_token_{n}") for n in ("create", "refresh", "revoke")}
    models, stranger = part("models"), connect()
    body = models.CredentialsRequest(username="ada", password="password-1234")
    pair = auth["create"].sync(client=stranger, body=body)
    next_pair = auth["refresh"].sync(
        client=stranger, body=models.RefreshRequest(refresh=pair.refresh)
    )
    list_teams = part("api.teams.teams_list")
    assert list_teams.sync(client=connect(next_pair.access, "Bearer")).count == 1
    ended = auth["revoke"].sync_detailed(
        client=stranger, body=models.RefreshRequest(refresh=next_pair.refresh)
    )
    assert ended.status_code == HTTPStatus.NO_CONTENT
    refused = list_teams.sync(client=connect(next_pair.access, "Bearer"))
    assert refused.error.code == "token_not_valid"
