from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import uuid
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from common.checks import OF_SETTINGS
from common.queues import HOUSEKEEPING, NOTIFY, POLL, clusters, short_names
from runtime.broker import INSTANCE_VARIABLE
from runtime.choices import What
from runtime.health import pending_migrations
from runtime.loglines import json_line, text_line
from runtime.pulse import PULSE_VARIABLE, Pulse
from runtime.runfile import RunFile, leftovers_end
from runtime.supervisor import Child, Supervisor
from runtime.trimming import settle
from runtime.vitals import Vitals
from runtime.webprobe import WebProbe

logger = logging.getLogger(__name__)

WEB, CORE, QUEUE, BOT = "web", "core", "queue", "bot"
PARTS = (WEB, CORE, QUEUE, BOT)
ARENAS = "MALLOC_ARENA_MAX"
"""Read by the C library. By itself it takes up to eight arenas for each processor, as threads come
and go, and each of them keeps the largest page it ever held. Two are enough for one interpreter."""
BEATING = {CORE: "made no tick", WEB: "answered no request", BOT: "did not listen"}
"""Children whose loop turns, and what is said of one whose loop does not."""


def children(parts: tuple[str, ...] = PARTS, queues: tuple[str, ...] | None = None) -> list[Child]:
    """Web server, core process, queue clusters, and the Telegram bot where there is a token.

    `queues`: the short names of the clusters to run; None for all.
    """
    python, manage = sys.executable, str(Path(settings.BASE_DIR) / "manage.py")
    web = [
        *(python, "-m", "gunicorn", "config.wsgi:application"),
        *("--chdir", str(settings.BASE_DIR)),
        *("--bind", f"{settings.WEB_BIND}:{settings.PORT}"),
        *("--worker-class", "gthread", "--threads", "8"),
        *("--workers", str(settings.WEB_WORKERS)),
        *("--timeout", "60", "--graceful-timeout", "15", "--log-level", "warning"),
        # Forwarded headers are judged by TrustedProxyMiddleware.
        *("--forwarded-allow-ips", "", "--no-control-socket"),
    ]
    found = [Child(WEB, web)] if WEB in parts else []
    if CORE in parts:
        found.append(Child(CORE, [python, manage, "core"]))
    if QUEUE in parts:
        found += [
            Child(name, [python, manage, "queue"], {"Q_CLUSTER_NAME": cluster})
            for cluster, name in clusters().items()
            if queues is None or short_names()[cluster] in queues
        ]
    if BOT in parts and settings.TELEGRAM_BOT_TOKEN:
        found.append(Child(BOT, [python, manage, "telegram_bot"]))
    return found


def refuse_taken_port(host: str, port: int) -> None:
    """Says so at once; gunicorn would try again and again."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Set PORT to a free port."
            ) from None


class Command(BaseCommand):
    help = "Runs everything: web server, core process, queue and bot. Ctrl-C stops it gracefully."
    # What whoever set it up can have got wrong. The others look at our code, and those of pages and
    # addresses would load all of them into the supervisor.
    requires_system_checks = (OF_SETTINGS, Tags.caches, Tags.files, Tags.security)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            choices=PARTS,
            default=PARTS,
            metavar="PART",
            help="Run these parts only: web, core, queue, bot. For several machines or containers.",
        )
        parser.add_argument(
            "--queues",
            nargs="+",
            choices=[POLL, NOTIFY, HOUSEKEEPING],
            metavar="QUEUE",
            help="Run the clusters of these queues only: poll, notify, housekeeping. Each must run "
            "on some machine. PostgreSQL only.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pending = pending_migrations()
        if pending:
            raise CommandError(
                f"{len(pending)} migrations are not applied: run `python manage.py init_db` first."
            )
        parts = tuple(options["only"])
        queues = _chosen_queues(options["queues"])
        folder = Path(settings.VAR_DIR) / "run"
        leftovers = leftovers_end(folder)
        if WEB in parts:
            refuse_taken_port(settings.WEB_BIND, settings.PORT)
        connections.close_all()
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: end.set())
        self._say(
            f"{settings.APP_NAME} {settings.APP_VERSION}: {settings.PUBLIC_URL}/admin/ "
            "(Ctrl-C stops it)"
        )
        supervise(children(parts, queues), folder, leftovers, end)
        self._say("Stopped.")

    def _say(self, words: str) -> None:
        """To people; a program that reads JSON gets a line of the log."""
        if settings.LOG_FORMAT == "json":
            logger.info(words)
            return
        self.stdout.write(words)
        self.stdout.flush()


def _chosen_queues(given: list[str] | None) -> tuple[str, ...] | None:
    if given and len(clusters()) == 1:
        raise CommandError("--queues needs PostgreSQL: on SQLite one queue serves everything.")
    return tuple(given) if given else None


def prepare(child: Child, *, instance: str, pulse: Pulse | None) -> None:
    """What every child is told. `pulse`: where it leaves signs of life; None if it is asked."""
    child.steady_seconds = 2 * settings.CANARY_LIMIT_SECONDS
    child.environment = {
        "Q_CLUSTER_NAME": None,
        ARENAS: os.environ.get(ARENAS, "2"),
        **child.environment,
        INSTANCE_VARIABLE: instance,
        PULSE_VARIABLE: str(pulse.path) if pulse else None,
    }


def supervise(team: list[Child], folder: Path, leftovers: list[str], end: Event) -> None:
    """Runs the children until `end` is set. `leftovers`: what an earlier run had left behind."""
    instance = uuid.uuid4().hex[:12]
    names = [child.name for child in team]
    with RunFile(folder, instance) as run_file:
        vitals = Vitals(
            instance=instance,
            folder=folder,
            queues={c: name for c, name in clusters().items() if name in names},
            beating={name: words for name, words in BEATING.items() if name in names},
            canary_seconds=settings.CANARY_SECONDS,
            limit_seconds=settings.CANARY_LIMIT_SECONDS,
            on_start=run_file.note,
        )
        for child in team:
            pulse = vitals.pulses[child.name] if child.name != WEB else None
            prepare(child, instance=instance, pulse=pulse)
        for name in dict.fromkeys(leftovers):
            logger.warning("%s was left behind by an earlier run and was ended", name)
            vitals.tell(name, What.LEFTOVERS, "was left behind by an earlier run and was ended")
        vitals.tell("supervisor", What.STARTED, f"started {', '.join(names)}")
        probe = _web_probe(vitals) if WEB in names else None
        vitals.start()
        settle()
        try:
            Supervisor(
                team,
                grace_seconds=settings.SUPERVISOR_GRACE_SECONDS,
                witness=vitals,
                frame=json_line if settings.LOG_FORMAT == "json" else text_line,
            ).run(end)
        finally:
            if probe is not None:
                probe.close()
            vitals.tell("supervisor", What.STOPPED, "stopped when it was told to")
            vitals.close()


def _web_probe(vitals: Vitals) -> WebProbe:
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))]
    probe = WebProbe(
        host=settings.WEB_BIND,
        port=settings.PORT,
        host_name=names[0] if names else "localhost",
        every_seconds=settings.CANARY_SECONDS,
        timeout_seconds=settings.CANARY_LIMIT_SECONDS / 3,
        pulse=vitals.pulses[WEB],
    )
    probe.start()
    return probe
