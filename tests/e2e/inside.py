"""Looks into a running product: its processes by their part, and what its admin says."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any, cast

import requests

from demo.world import World
from runtime.processes import Seen, look_at, session_kill, session_members
from tests.e2e.conftest import Product, eventually

SHORT = {
    "SUPERVISOR_GRACE_SECONDS": "4",
    "CANARY_SECONDS": "0.5",
    "CANARY_LIMIT_SECONDS": "5",
    "POLL_LEASE_SECONDS": "6",
    "WEB_WORKERS": "1",
    "COALESCE_SECONDS": "0",
    "TELEGRAM_LEASE_SECONDS": "6",
}
"""The shipped times, divided by six or so. A busy machine must not look like a silent process.
Every change is a message of its own: none waits for its burst to end."""

STOCK_EVENTS = {"restocked", "stock_increased", "stock_decreased", "sold_out"}


def title(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def kill(*members: Seen, number: int = signal.SIGKILL) -> None:
    for member in members:
        os.kill(member.pid, number)


class Inside:
    """The processes of one running supervisor."""

    def __init__(self, product: Product) -> None:
        self.product = product

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends whatever a failed test left behind."""
        if self.product.process is not None and self.product.process.poll() is None:
            self.product.process.kill()
            self.product.process.wait()
        for session in self.sessions().values():
            session_kill(session)

    def start(self) -> None:
        """Until all of it is well."""
        self.product.start()
        eventually(self.is_well, within=60, what="a system that is well")

    def sessions(self) -> dict[str, int]:
        """Child -> number of its session; the latest start of each."""
        found: dict[str, int] = {}
        for path in (Path(self.product.environment["VAR_DIR"]) / "run").glob("*.run"):
            for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                session, _, name = line.split(" ", 2)
                found[name] = int(session)
        return found

    def queue(self) -> str:
        """The child that polls shops."""
        return next(name for name in ("queue poll", "queue") if name in self.sessions())

    def members(self, name: str) -> list[Seen]:
        """All but the leash."""
        session = self.sessions()[name]
        return [seen for seen in session_members(session) if seen.pid != session]

    def leash(self, name: str) -> Seen:
        """Patient: it may just be started again."""
        found = eventually(lambda: look_at(self.sessions()[name]), what=f"the leash of {name}")
        return cast(Seen, found)

    def main(self, name: str) -> Seen:
        return self._only(name, self.sessions()[name])

    def below_main(self, name: str) -> Seen:
        """The sentinel of a cluster, a worker of the web server."""
        return self._only(name, self.main(name).pid)

    def workers(self, name: str, state: str) -> list[Seen]:
        """Workers of a cluster that are "idle" or "processing"."""
        sentinel = self.below_main(name).pid
        return [
            seen
            for seen in self.members(name)
            if seen.parent == sentinel and f" {state}" in title(seen.pid)
        ]

    def is_well(self) -> bool:
        with suppress(requests.RequestException):
            answer = requests.get(f"{self.product.url}/api/v1/health/ready", timeout=5)
            return answer.status_code == 200
        return False

    def _only(self, name: str, parent: int) -> Seen:
        def found() -> Seen | None:
            return next((seen for seen in self.members(name) if seen.parent == parent), None)

        seen: Seen = eventually(found, what=f"a process of {name} below {parent}")
        return seen


class Stock:
    """One product of a shop, watched; every change must arrive as one webhook."""

    def __init__(self, product: Product, world: World, name: str = "alpha") -> None:
        self.product = product
        self.world = world
        self.shop = world.shop(name)
        self.shop.add_product(1, "VPS S", stock=100)
        self.number = 100
        self.changes = 0
        website = product.api(
            "POST",
            "websites/",
            {
                "name": name,
                "source": "whmcs_api",
                "website_url": self.shop.url,
                "api_identifier": self.shop.credentials["identifier"],
                "api_secret": self.shop.credentials["secret"],
                "poll_interval": 5,
            },
            201,
        )
        self.website = website["id"]
        self.monitor = product.api(
            "POST",
            "monitors/",
            {"website": self.website, "product_id": 1, "notify_on_purchase": True},
            201,
        )["id"]
        channel = product.api(
            "POST",
            "channels/",
            {"name": name, "kind": "webhook", "config": {"url": world.webhook_url(name)}},
            201,
        )
        product.api(
            "POST",
            "subscriptions/",
            {"channel": channel["id"], "events": ["*"], "websites": [self.website]},
            201,
        )
        path = f"monitors/{self.monitor}/"
        eventually(lambda: product.api("GET", path)["quantity"] == 100, what="the baseline")

    def change(self) -> None:
        self.number += 1
        self.changes += 1
        self.shop.set_stock(1, self.number)

    def arrives(self, *, within: float = 90.0) -> None:
        """The latest change comes as a webhook."""
        number = self.number

        def is_it(received: Any) -> bool:
            return bool(received.json()["data"].get("to_quantity") == number)

        self.world.wait(1, "webhook", self.shop.name, timeout=within, where=is_it)

    def flows(self) -> None:
        self.change()
        self.arrives()
        eventually(self._is_settled, within=60, what="the note that the message was sent")

    def _is_settled(self) -> bool:
        with suppress(requests.RequestException):
            page = self.product.api("GET", "notifications/?page_size=500")
            return {row["status"] for row in page["results"]} == {"sent"}
        return False

    def adds_up(self, *, repeats: int = 0) -> None:
        """No change lost, none planned twice; at most `repeats` messages came twice, by their id."""
        query = f"history/?monitor={self.monitor}&page_size=500"
        rows = self.product.api("GET", query)["results"]
        steps = [row for row in rows if row["event_type"] in STOCK_EVENTS]
        assert len({row["to_quantity"] for row in steps}) == len(steps) == self.changes
        owed = self.product.api("GET", "notifications/?page_size=500")["results"]
        of_steps = [one for one in owed if set(one["events"]) & {row["id"] for row in steps}]
        assert len(of_steps) == self.changes
        assert {one["status"] for one in of_steps} == {"sent"}
        came = [
            received
            for received in self.world.messages("webhook", self.shop.name)
            if received.json()["type"].startswith("stock.")
        ]
        assert len({received.subject for received in came}) == self.changes
        assert len(came) <= self.changes + repeats


class Book:
    """What the admin says about processes, read as a person would."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.session = requests.Session()

    def log_in(self) -> None:
        address = f"{self.product.url}/admin/login/"
        page = self.session.get(address, timeout=10).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        answer = self.session.post(
            address,
            {
                "csrfmiddlewaretoken": token[1],
                "username": self.product.environment["DJANGO_SUPERUSER_USERNAME"],
                "password": self.product.environment["DJANGO_SUPERUSER_PASSWORD"],
            },
            headers={"Referer": address},
            timeout=10,
        )
        assert answer.status_code == 200

    def rows(self) -> list[str]:
        """The lines of the list, latest first, as text."""
        with suppress(requests.RequestException):
            page = self.session.get(f"{self.product.url}/admin/runtime/processevent/", timeout=10)
            assert "Process event" in page.text
            lines = re.findall(r"<tr.*?</tr>", page.text, flags=re.DOTALL)
            return [" ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]
        return []

    def says(self, name: str, words: str, *, times: int = 1) -> None:
        """So many lines or more: on a busy machine a process may fall silent by itself, too."""

        def is_there() -> bool:
            found = [row for row in self.rows() if f" {name} " in row and words in row]
            return len(found) >= times

        eventually(is_there, within=60, what=f"'{name} {words}' in the admin, {times} times")
