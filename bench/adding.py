"""How long people wait until 1,000 monitors are there: by the API and by the import of a shop."""

from __future__ import annotations

import json
import time

from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops


def measure(lab: Lab) -> list[Finding]:
    count = lab.pick(1000, 1000, 20)
    return [
        Finding(f"{count:,} monitors by POST /api/v1/monitors/bulk/", _by_api(lab, count), "s",
                at_most=5),
        Finding(f"{count:,} monitors by importing a shop", _by_import(lab, count), "s", at_most=5),
    ]  # fmt: skip


def _by_api(lab: Lab, count: int) -> float:
    from django.test import Client

    from accounts.models import Team
    from accounts.services.keys import api_key_create
    from monitoring.models import Monitor

    (website_id,) = open_shops(lab.remote, name="asked", shops=1, products=0)
    _, key = api_key_create(team=Team.objects.get(slug="bench"), name="bench", scope="admin")
    body = {
        "website": website_id,
        "monitors": [{"product_id": str(pid)} for pid in range(1, count + 1)],
    }
    started = time.monotonic()
    answer = Client(SERVER_NAME="127.0.0.1").post(
        "/api/v1/monitors/bulk/",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Api-Key {key}"},
    )
    spent = time.monotonic() - started
    made = Monitor.objects.filter(website=website_id).count()
    if answer.status_code != 201 or made != count:
        raise RuntimeError(f"{answer.status_code}: {made} monitors")
    return spent


def _by_import(lab: Lab, count: int) -> float:
    from monitoring.models import Monitor
    from monitoring.services.importing import products_import
    from websites.models import Website

    (website_id,) = open_shops(lab.remote, name="listed", shops=1, products=count)
    Monitor.objects.filter(website=website_id).delete()
    started = time.monotonic()
    summary = products_import(website=Website.objects.get(pk=website_id))
    spent = time.monotonic() - started
    if summary.created != count:
        raise RuntimeError(str(summary))
    return spent
