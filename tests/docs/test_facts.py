"""What the pages say agrees with the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from django.conf import settings as config

from common import http, http_socket
from common.drf import Pagination
from monitoring import health
from monitoring.services import judging, leases, polling
from notifications import grouping, matching
from notifications.channels.base import Message, Target
from notifications.channels.email.config import MAX_RECIPIENTS
from notifications.channels.email.smtp import SEND_SECONDS
from notifications.channels.telegram.text import MAX_UNITS
from notifications.channels.webhook import transport as webhook
from notifications.channels.webhook.config import new_secret
from notifications.channels.webhook.transport import WebhookTransport
from notifications.services import claiming, outbox, picking
from notifications.services.settling import HUNG_PAUSE_SECONDS, WAITS_SECONDS
from notifications.services.sweeping import LEFT_BEHIND
from runtime import leash
from tests.docs import codes, generated
from tests.docs.pages import ROOT, code_blocks, name_of, pages, parts, table_rows, text_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

BODY = {"type": "stock.restocked", "timestamp": "2026-11-21T08:00:00Z", "data": {"to_quantity": 5}}


def test_generated_parts_are_up_to_date():
    made = generated.all_parts()
    found: dict[str, str] = {}
    for page in pages():
        found |= parts(page.read_text(encoding="utf-8"))
    stale = {name for name, body in found.items() if made.get(name) != body}
    assert not stale, "run: python -m tests.docs.rewrite"
    assert set(found) == set(made), "a generated part stands in no page"


def test_the_readme_is_short():
    assert len(text_of("README.md").splitlines()) < 100


def test_the_settings_table_is_the_example_environment():
    rows = {row[0].strip("`"): row[1].strip("`") for row in table_rows(text_of("docs/setup.md"))}
    listed = {
        name: default for name, default in rows.items() if re.fullmatch(r"[A-Z][A-Z0-9_]+", name)
    }
    assert listed == generated.settings_of_example()


SOURCE_PAGES = ["docs/whmcs.md", "docs/storefront.md"]


def test_the_error_tables_of_sources_list_every_code_and_no_other():
    rows = [row for page in SOURCE_PAGES for row in table_rows(text_of(page))]
    listed = {row[0].strip("`") for row in rows if len(row) == 4 and row[0].startswith("`")}
    assert listed == codes.codes_of(*codes.SOURCE_FILES)


CHANNEL_PAGES = [f"docs/{name}.md" for name in ("telegram", "email", "webhooks", "apprise", "sms")]


@pytest.mark.parametrize("page", CHANNEL_PAGES)
def test_the_error_tables_of_channels_list_codes_that_exist(page):
    made = codes.codes_of(*codes.CHANNEL_FILES)
    rows = table_rows(text_of(page))
    listed = {row[0].split("`")[1] for row in rows if len(row) == 4 and row[0].startswith("`")}
    assert listed
    assert {code for code in listed if not re.fullmatch(r"(http|smtp)_(N+|\d+)", code)} <= made


def test_every_code_of_a_channel_is_explained():
    made = codes.codes_of("notifications/channels/**/*.py") - {"delivery_failed"}
    said = "".join(text_of(page) for page in CHANNEL_PAGES)
    assert {code for code in made if f"`{code}`" not in said} == set()


def test_the_invariants_name_a_test_each():
    section = text_of("docs/architecture.md").partition("## Invariants")[2].partition("\n## ")[0]
    rows = list(table_rows(section))[1:]
    assert len(rows) == 10
    assert all(re.search(r"`test_\w+`", row[-1]) for row in rows)


def test_the_retry_schedule_is_the_one_of_the_code():
    shown = re.search(r"<!-- waits -->\n(.+)\n", text_of("docs/webhooks.md"))
    assert shown
    units = {"s": 1, "min": 60, "h": 3600}
    found = [int(n) * units[unit] for n, unit in re.findall(r"(\d+) (s|min|h)\b", shown[1])]
    assert tuple(found) == WAITS_SECONDS


# Page -> sentences that hold a number of the code.
NUMBERS = {
    "docs/architecture.md": [
        f"batches of {polling.BATCH_SIZE} ids",
        f"`lease_expires_at` in {config.POLL_LEASE_SECONDS} seconds",
        f"waits {polling.PATIENCE_SECONDS:.0f} seconds for slow shops",
        f"begins for at most {outbox.LIMIT} messages",
        f"waits for them, {outbox.PATIENCE_SECONDS:.0f} seconds in all",
        f"older than {LEFT_BEHIND.seconds} seconds",
        f"after one interval, {leases.LOST_TASK_SECONDS} seconds at most",
        f"up to {health.BACKOFF_CAP_SECONDS / 60:.0f} minutes",
        f"within {judging.QUARANTINE_VALID.seconds // 60} minutes, confirms",
        f"runs out ({claiming.LEASE_SECONDS} s)",
        f"at most {picking.CHANNEL_MAX} messages of a channel",
        f"pauses for {HUNG_PAUSE_SECONDS:.0f} seconds",
        f"a webhook takes {grouping.BATCH_MAX} at most",
        f"left after {config.SUPERVISOR_GRACE_SECONDS:.0f} seconds",
        f"answers no canary for {config.CANARY_LIMIT_SECONDS:.0f} s",
        f"{leash.FAREWELL_SECONDS:.0f} seconds to stop, then",
        f"caps time ({http.DEADLINE_SECONDS:.0f} s)",
    ],
    "docs/channels.md": [f"until {matching.DAILY_HOUR:02}:00", f"up to {MAX_RECIPIENTS} addresses"],
    "docs/email.md": [f"up to {MAX_RECIPIENTS} addresses", f"within {SEND_SECONDS:.0f} seconds"],
    "docs/telegram.md": [f"({MAX_UNITS:,} characters)"],
    "docs/webhooks.md": [
        f"up to {claiming.MAX_ATTEMPTS} attempts",
        f"within {webhook.DEADLINE_SECONDS:.0f} seconds",
    ],
    "docs/whmcs.md": [
        f"{http.DEADLINE_SECONDS:.0f} seconds, or {http_socket.READ_SECONDS:.0f} seconds without"
    ],
    "docs/api.md": [f"{Pagination.page_size} rows a page", f"({Pagination.max_page_size} at most)"],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_the_ones_of_the_code(name):
    text = " ".join(text_of(name).split())
    assert [said for said in NUMBERS[name] if said not in text] == []


def test_every_decision_says_why():
    for page in (ROOT / "docs/adr").glob("0*.md"):
        text = page.read_text(encoding="utf-8")
        assert all(f"## {part}" in text for part in ("Decision", "Why", "Price")), name_of(page)


# --- Examples that verify a webhook ------------------------------------------------------------


@pytest.fixture
def delivery():
    """(secret, headers, body) as the webhook channel sends them."""
    secret = new_secret()
    body = json.dumps(BODY, separators=(",", ":")).encode()
    transport = WebhookTransport(
        Target(config={"url": "https://x.example"}, secrets={"secret": secret})
    )
    message = Message(id="5ad10c6e", type="restocked", subject="", text="", payload=BODY)
    return secret, transport._headers(message.id, body), body


def test_the_python_example_accepts_our_signature_and_no_other(delivery):
    secret, headers, body = delivery
    (example,) = code_blocks(text_of("docs/webhooks.md"), "python")
    scope: dict[str, object] = {}
    exec(compile(example, "webhooks.md", "exec"), scope)  # noqa: S102 - our own page
    verify = scope["verify"]
    assert callable(verify)
    assert verify(secret, headers, body) == BODY
    with pytest.raises(ValueError, match="signature"):
        verify(secret, headers, body + b" ")
    with pytest.raises(ValueError, match="old"):
        verify(secret, {**headers, "webhook-timestamp": "1"}, body)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_node_example_accepts_our_signature_and_no_other(delivery):
    secret, headers, body = delivery
    (example,) = code_blocks(text_of("docs/webhooks.md"), "js")
    call = (
        "\nconst [secret, headers, body] = JSON.parse(process.argv[1]);"
        "\nconsole.log(JSON.stringify(verify(secret, headers, body)));"
    )

    def run(text: str) -> subprocess.CompletedProcess[str]:
        given = json.dumps([secret, headers, text])
        return subprocess.run(
            ["node", "-e", example + call, given], capture_output=True, text=True, check=False
        )

    good = run(body.decode())
    assert json.loads(good.stdout) == BODY, good.stderr
    assert run(body.decode() + " ").returncode
