"""The running product against its own OpenAPI document: no 5xx, no answer it does not describe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.e2e.conftest import Product, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once]

# Whether made-up data should have been taken is no question here: ids of rows are made up, too.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method",
    "allow_header_conformance", "ignored_auth",
)  # fmt: skip
EXAMPLES = 12
SECONDS = 40 if os.environ.get("TEST_DATABASE_URL") else 25  # more of it where writers are many

# Without a row to act on every address below a row would only ever say 404. Deletes pick at random.
CONFIG = """
hooks = "hooks.py"

[[operations]]
exclude-method = "DELETE"
parameters = { "path.id" = 1 }
"""

# The web server refuses longer request lines itself, before Django reads them.
HOOKS = """
from urllib.parse import urlencode

import schemathesis


@schemathesis.hook
def filter_query(context, query):
    return len(urlencode(query or {}, doseq=True)) < 3500
"""


def make_rows(product: Product, receiver: str) -> None:
    """One of everything, each with the id 1."""
    website = product.api("POST", "websites/", {"name": "Shelf", "source": "manual"}, 201)["id"]
    monitor = product.api("POST", "monitors/", {"website": website, "product_id": "1"}, 201)["id"]
    config = {"name": "Hook", "kind": "webhook", "config": {"url": receiver}}
    channel = product.api("POST", "channels/", config, 201)["id"]
    product.api("POST", "subscriptions/", {"channel": channel, "events": ["*"]}, 201)
    for quantity in (5, 0, 3):
        product.api("POST", f"monitors/{monitor}/stock/", {"quantity": quantity}, 201)
    product.api("POST", f"channels/{channel}/test/")
    eventually(lambda: product.api("GET", "notifications/")["count"] > 1, what="a message")
    product.api("PATCH", f"items/{monitor}/", {"threshold_low": 9})
    eventually(lambda: product.api("GET", "alerts/")["count"] > 0, what="an alert")
    product.api("POST", f"monitors/{monitor}/silence/", {"minutes": 60}, 201)
    other = {"name": "Away", "source": "whmcs_api", "website_url": "http://127.0.0.1:9/",
             "api_identifier": "i", "api_secret": "s"}  # fmt: skip
    away = product.api("POST", "websites/", other, 201)["id"]
    product.api("POST", f"websites/{away}/poll/", status=202)


@pytest.mark.timeout(360)
def test_no_answer_is_a_crash_or_one_the_document_does_not_tell(product, world, tmp_path):
    for name in ("KEY", "USER", "ANONYMOUS", "LOGIN"):
        product.environment[f"API_RATE_{name}"] = "off"
    product.start()
    make_rows(product, world.webhook_url("fuzz"))
    eventually(lambda: is_ready(product), what="a whole system", within=60)
    said = fuzz(product, tmp_path)
    product.api("GET", "status/")
    log = product.log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][:4000]
    assert said.returncode == 0, said.stdout[-12_000:]


def is_ready(product: Product) -> bool:
    return requests.get(f"{product.url}/api/v1/health/ready", timeout=10).status_code == 200


def fuzz(product: Product, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "schemathesis.toml").write_text(CONFIG)
    (folder / "hooks.py").write_text(HOOKS)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run",
        product.url + "/openapi.json", "--header", f"Authorization: Api-Key {product.key}",
        "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS),
        "--max-examples", str(EXAMPLES), "--max-time", str(SECONDS),
        "--workers", "1",  # Python 3.11 fails now and then where two threads parse source code
        "--continue-on-failure", "--warnings", "off", "--no-color",
        "--request-timeout", "20",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=150, check=False
    )
