"""The guide of the API, run as a stranger would: bash, curl, and nothing but what the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from standardwebhooks import Webhook

from demo.world import World
from tests.docs.pages import text_of
from tests.e2e.conftest import Product, database_url, migrated, product, world

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.once]
__all__ = ["database_url", "migrated", "product", "world"]  # fixtures

END = "--- end of example"


class Example(NamedTuple):
    script: str
    shown: Any
    """The answer that the page shows below it, None where it shows none."""


def examples() -> list[Example]:
    """Examples of the page in their order, each with the JSON that follows it at once."""
    fences = re.findall(
        r"^```sh\n(.*?)^```$(?:\s*^```json\n(.*?)^```$)?",
        text_of("docs/api.md"),
        re.DOTALL | re.MULTILINE,
    )
    return [Example(script, json.loads(shown) if shown else None) for script, shown in fences]


def with_values(script: str, values: dict[str, str]) -> str:
    """The page's own placeholders filled in, as it asks for; each must be there."""
    for name, value in values.items():
        script, count = re.subn(rf"^((?:export )?{name}=).*$", rf"\g<1>{value}", script, flags=re.M)
        assert count == 1, f"the page sets {name} {count} times"
    return script


def run(script: str, folder: Path) -> str:
    """What it prints. One shell for all, as in a terminal; the first failure ends it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def documents(answer: str) -> list[Any]:
    """The JSON documents in it, one after the other."""
    found, rest = [], answer.strip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def looks_like(answer: str, shown: Any) -> None:
    """The last answer has the fields that the page shows; an error has its very words."""
    found = documents(answer)[-1]
    assert set(found) == set(shown), answer
    if "error" in shown:
        assert found == shown


def test_a_stranger_with_curl_and_a_key_gets_a_signed_message(
    product: Product, world: World, tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        assert not os.environ.get("CI"), "curl is missing: the guide cannot be run"
        pytest.skip("curl is not installed; the guide is run with it")
    shop = world.shop("alpha")
    for number in (1, 2, 3):
        shop.add_product(number, f"VPS {number}", stock=5)
    product.start()

    found = examples()
    # Answers of curl have no line end of their own.
    script = "".join(f"{one.script}\necho\necho '{END}'\n" for one in found)
    script += 'echo "$webhook_secret" > secret\n'
    values = {
        "API": f"{product.url}/api/v1",
        "KEY": product.key,
        "shop": shop.url,
        "identifier": shop.credentials["identifier"],
        "secret": shop.credentials["secret"],
        "receiver": world.webhook_url("stranger"),
        "password": product.environment["DJANGO_SUPERUSER_PASSWORD"],
    }
    answers = run(with_values(script, values), tmp_path).split(END)[:-1]

    assert len(answers) == len(found)
    for one, answer in zip(found, answers, strict=True):
        if one.shown is not None:
            looks_like(answer, one.shown)
        else:
            assert '{"error":' not in answer, one.script
    secret = (tmp_path / "secret").read_text().strip()
    ping, sold_out = world.wait(2, "webhook", timeout=20)
    for message, kind in ((ping, "webhook.ping"), (sold_out, "stock.sold_out")):
        body = Webhook(secret).verify(message.body, dict(message.headers))
        assert body["type"] == kind

    shop.set_stock(1, 0)
    product.api("POST", "cycle/", {"all": True}, 202)
    polled = world.wait(3, "webhook", timeout=20)[-1]
    data = Webhook(secret).verify(polled.body, dict(polled.headers))["data"]
    assert (data["monitor"]["product_id"], data["to_quantity"]) == ("1", 0)
