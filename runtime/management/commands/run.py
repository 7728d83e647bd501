from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from runtime.health import pending_migrations
from runtime.supervisor import Child, Supervisor


def children() -> list[Child]:
    """Web server, core process and queue cluster."""
    python, manage = sys.executable, str(Path(settings.BASE_DIR) / "manage.py")
    web = [
        *(python, "-m", "gunicorn", "config.wsgi:application"),
        *("--bind", f"{settings.WEB_BIND}:{settings.PORT}"),
        *("--worker-class", "gthread", "--threads", "8"),
        # One writer at a time anyway on SQLite: a second process would only cost memory.
        *("--workers", "1" if settings.IS_SQLITE else "2"),
        *("--timeout", "60", "--graceful-timeout", "15", "--log-level", "warning"),
        # Forwarded headers are judged by TrustedProxyMiddleware.
        *("--forwarded-allow-ips", "", "--no-control-socket"),
    ]
    return [
        Child("web", web),
        Child("core", [python, manage, "core"]),
        Child("queue", [python, manage, "qcluster"]),
    ]


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
    help = "Runs everything: web server, core process and queue. Ctrl-C stops it gracefully."

    def handle(self, *args: Any, **options: Any) -> None:
        pending = pending_migrations()
        if pending:
            raise CommandError(
                f"{len(pending)} migrations are not applied: run `python manage.py init_db` first."
            )
        refuse_taken_port(settings.WEB_BIND, settings.PORT)
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        self.stdout.write(
            f"{settings.APP_NAME} {settings.APP_VERSION}: {settings.PUBLIC_URL}/admin/ "
            "(Ctrl-C stops it)"
        )
        self.stdout.flush()
        Supervisor(children()).run(end)
        self.stdout.write("Stopped.")
