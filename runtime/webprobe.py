"""Asks our own web server for /health, as a user's browser would: a socket that is open proves nothing."""

from __future__ import annotations

import logging
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread

from runtime.pulse import Pulse

logger = logging.getLogger(__name__)

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1"}  # noqa: S104 - compared, not bound


class WebProbe:
    """Beats the pulse of the web server at every answer, whatever it says."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        host_name: str,
        every_seconds: float,
        timeout_seconds: float,
        pulse: Pulse,
    ) -> None:
        self.host = ANY_ADDRESS.get(host, host.strip("[]"))
        self.port = port
        self.host_name = host_name
        self.every_seconds = every_seconds
        self.timeout_seconds = timeout_seconds
        self.pulse = pulse
        self._end = Event()
        self._thread = Thread(target=self._run, name="webprobe", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._end.set()

    def _run(self) -> None:
        while not self._end.wait(self.every_seconds):
            if self.is_answered() and not self._end.is_set():
                self.pulse.beat()

    def is_answered(self) -> bool:
        connection = HTTPConnection(self.host, self.port, timeout=self.timeout_seconds)
        try:
            connection.request("GET", "/health", headers={"Host": self.host_name})
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return True
