"""SMTP that is over in time, whatever the server does: drips, stalls, or takes long for each line.

The time-out of a socket counts anew with every byte. Here it is cut, before every wait, to what is
left of one span for the whole mail. Only the look-up of the server's name is not bounded by it.
"""

from __future__ import annotations

import io
import smtplib
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

SEND_SECONDS = 20.0
"""For one mail, from the connection to the server's word that it has it."""

GOODBYE_SECONDS = 2.0
CHUNK = 16_384


class _Replies(io.RawIOBase):
    """The receiving side of a socket, for a BufferedReader."""

    def __init__(self, smtp: _InTime) -> None:
        self._smtp = smtp

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._smtp.hurried().recv_into(buffer))


class _InTime(smtplib.SMTP):
    ends_at: float
    """On the monotonic clock."""
    refused: dict[str, tuple[int, bytes]]
    """Recipients the server did not take, of the mail it took."""

    def seconds_left(self) -> float:
        """Of the mail, at most the time-out of the settings. Raises TimeoutError."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this mail is over")
        return min(left, float(self.timeout))

    def hurried(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.sock.settimeout(self.seconds_left())
        return self.sock

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Every address of the host is tried, all within the one span."""
        failure: OSError = ConnectionError("the host has no address")
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection(address[:2], self.seconds_left())  # type: ignore[arg-type]
            except OSError as error:
                failure = error
        raise failure

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(_Replies(self))
        reply = super().getreply()
        self.hurried()  # what comes next may be the start of TLS, a wait of its own
        return reply

    def send(self, s: Any) -> None:
        data = s.encode(self.command_encoding) if isinstance(s, str) else bytes(s)
        try:
            for start in range(0, len(data), CHUNK):
                self.hurried().sendall(data[start : start + CHUNK])
        except OSError:
            self.close()
            raise smtplib.SMTPServerDisconnected("Server not connected") from None

    def sendmail(self, *args: Any, **kwargs: Any) -> dict[str, tuple[int, bytes]]:
        self.refused = super().sendmail(*args, **kwargs)
        return self.refused


class _Plain(_InTime):
    def __init__(self, *args: Any, ends_at: float, **kwargs: Any) -> None:
        self.ends_at, self.refused = ends_at, {}
        super().__init__(*args, **kwargs)


class _Encrypted(smtplib.SMTP_SSL, _InTime):
    def __init__(self, *args: Any, ends_at: float, **kwargs: Any) -> None:
        self.ends_at, self.refused = ends_at, {}
        super().__init__(*args, **kwargs)


class InTimeBackend(EmailBackend):
    """Django's backend with the settings' server, for one mail. `refused`: see above."""

    def __init__(self, *, seconds: float = SEND_SECONDS) -> None:
        super().__init__()
        self._ends_at = time.monotonic() + seconds
        self.refused: dict[str, tuple[int, bytes]] = {}

    @property
    def connection_class(self) -> Callable[..., _InTime]:  # type: ignore[override]
        kind = _Encrypted if self.use_ssl else _Plain

        def connect(host: str, port: int, **options: Any) -> _InTime:
            return kind(host, port, ends_at=self._ends_at, **options)

        return connect

    def _send(self, email_message: EmailMessage) -> bool:
        is_sent = super()._send(email_message)  # type: ignore[misc]
        if isinstance(self.connection, _InTime):
            self.refused = self.connection.refused
        return bool(is_sent)

    def close(self) -> None:
        """A goodbye that fails changes nothing about a mail that was taken."""
        for connection in (self.connection, getattr(self, "_partial_connection", None)):
            if isinstance(connection, _InTime):
                connection.ends_at = time.monotonic() + GOODBYE_SECONDS
        with suppress(OSError, smtplib.SMTPException):
            super().close()
