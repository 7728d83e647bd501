"""Memory of everything `manage.py run` starts, with 10,000 monitors polled again and again.

PSS counts a page that several processes share once, split between them. The bot is not started.
"""

from __future__ import annotations

import time
import urllib.request
from collections import Counter
from contextlib import suppress

import psutil
from django.conf import settings

from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops
from bench.system import processes, wait_until

INTERVAL_SECONDS = 10
PAGES = ("health", "admin/login/", "api/v1/health/ready")


def measure(lab: Lab) -> list[Finding]:
    shops = lab.pick(200, 200, 4)
    open_shops(lab.remote, name="held", shops=shops, products=50, poll_interval=INTERVAL_SECONDS)
    with processes(lab) as running:
        running.manage("run", TELEGRAM_BOT_TOKEN="")
        root = psutil.Process(running.started[0][0].pid)
        url = f"http://127.0.0.1:{settings.PORT}"
        wait_until(lambda: _answers(url), 120, "the web server")
        begun, polls = time.monotonic(), _polls()
        time.sleep(lab.pick(30, 12, 2))  # every website was read for the first time
        for page in PAGES:
            _answers(f"{url}/{page}")
        first, first_polls = _megabytes(root), _polls()
        samples = [sum(first.values())]
        end = time.monotonic() + lab.pick(120, 15, 1)
        while time.monotonic() < end:
            time.sleep(lab.pick(10, 5, 1))
            last = _megabytes(root)
            samples.append(sum(last.values()))
        last_polls = _polls()
    return [
        *_findings(samples, last_polls - first_polls, time.monotonic() - begun, last_polls - polls),
        *(Finding(f"In the end: {part}", last[part], "MB PSS") for part in sorted(last)),
    ]


def _findings(samples: list[float], polls: int, seconds: float, all_polls: int) -> list[Finding]:
    half = len(samples) // 2
    early, late = samples[: max(half, 1)], samples[half:]
    growth = sum(late) / len(late) - sum(early) / len(early)
    # From the middle of the first half to the middle of the second lies half of the polls.
    per_thousand = 1000 * growth / max(polls / 2, 1)
    note = f"{all_polls:,} polls in {seconds:.0f} s"
    goal = 400 if settings.IS_SQLITE else None  # on PostgreSQL more of everything is started
    return [
        Finding("All processes, most", max(samples), "MB PSS", at_most=goal, note=note),
        Finding("All processes, in the end", samples[-1], "MB PSS"),
        Finding("Growth per 1,000 polls", per_thousand, "MB", note=f"of {polls:,} polls"),
    ]


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _megabytes(root: psutil.Process) -> dict[str, float]:
    """PSS of the process and all that it started, leashed groups included, by what they are."""
    found: Counter[str] = Counter()
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            part = "supervisor" if process == root else _part(" ".join(process.cmdline()).rstrip())
            found[part] += process.memory_full_info().pss
    return {part: size / 1e6 for part, size in found.items()}


def _part(line: str) -> str:
    """By the command line; the queue and gunicorn name their processes themselves."""
    if "leash.py" in line:
        return "leashes"
    if "gunicorn" in line:
        return "web"
    if not line.startswith("qcluster"):
        return "core" if line.endswith("core") else "other"
    is_none = " MainProcess " in line or line.endswith((" monitor", " pusher"))
    return "queue, its own processes" if is_none else "queue, workers"


def _polls() -> int:
    from django.db.models import Sum

    from monitoring.models import PollRun

    return PollRun.objects.aggregate(polls=Sum("count"))["polls"] or 0
