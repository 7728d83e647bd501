"""A mail server that keeps everything it gets.

Replies can be scripted for one of the stages "from", "to" and "data"; 4xx is temporary, 5xx
permanent. down() refuses connections until up().
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from demo.inbox import Inbox, Received
from demo.script import Script

STAGES = frozenset({"from", "to", "data"})


class MailSink:
    """Listens in a thread of its own from start() to stop(). Port 0 = any free one."""

    def __init__(self, inbox: Inbox, host: str = "127.0.0.1", port: int = 0) -> None:
        self.inbox = inbox
        self.host = host
        self._socket = _listening(host, port)
        self.port = int(self._socket.getsockname()[1])
        self.script = Script()
        self.logins: list[str] = []
        """User names of those who logged in; any password is good."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="demo-mail", daemon=True
        )
        self._server: asyncio.Server | None = None
        self._protocols: set[SMTP] = set()

    def start(self) -> None:
        self._thread.start()
        self._run(self._open())

    def stop(self) -> None:
        self._run(self._close())
        self._run(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def down(self) -> None:
        """From now on nobody listens on the port."""
        self._run(self._close())
        self._run(self._hang_up())

    def up(self) -> None:
        if self._server is None:
            self._socket = _listening(self.host, self.port)
            self._run(self._open())

    def fail(
        self,
        code: int = 451,
        text: str = "Try again later",
        *,
        stage: str = "data",
        times: int | None = 1,
        to: str = "",
    ) -> Callable[[], None]:
        """The next `times` commands of that stage are answered so; `to` narrows stage "to"."""
        if stage not in STAGES:
            raise ValueError(f"stage is one of {', '.join(sorted(STAGES))}")
        when = f"{stage}:{to}" if to else stage
        return self.script.add("reply", times=times, when=when, code=code, text=text)

    def clear(self) -> None:
        self.script.clear()

    def reset(self) -> None:
        self.clear()
        self.logins.clear()
        self.up()

    def scripted(self, *subjects: str) -> str:
        for subject in subjects:
            if step := self.script.take(subject):
                return f"{step.options['code']} {step.options['text']}"
        return ""

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(5)

    async def _open(self) -> None:
        self._server = await self._loop.create_server(self._protocol, sock=self._socket)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _hang_up(self) -> None:
        for protocol in self._protocols:
            if protocol.transport is not None:
                protocol.transport.close()
        self._protocols.clear()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    def _protocol(self) -> SMTP:
        protocol = SMTP(
            _Handler(self),
            loop=self._loop,
            hostname="mail.demo.invalid",
            auth_require_tls=False,
            authenticator=self._login,
        )
        self._protocols = {known for known in self._protocols if known.transport} | {protocol}
        return protocol

    def _login(
        self, _server: Any, _session: Any, _env: Any, _mechanism: Any, data: Any
    ) -> AuthResult:
        self.logins.append(bytes(data.login).decode())
        return AuthResult(success=True)


class _Handler:
    """Hooks of aiosmtpd, which fixes their names."""

    def __init__(self, sink: MailSink) -> None:
        self.sink = sink

    async def handle_MAIL(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self.sink.scripted("from"):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self.sink.scripted(f"to:{address}", "to"):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        if reply := self.sink.scripted("data"):
            return reply
        self.sink.inbox.add(decoded(envelope))
        return "250 OK"


def decoded(envelope: Envelope) -> Received:
    """A mail as a person sees it: subject, plain part, HTML part, headers."""
    raw = envelope.content if isinstance(envelope.content, bytes) else b""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    recipients = [str(address) for address in envelope.rcpt_tos]
    return Received(
        kind="mail",
        to=recipients[0] if recipients else "",
        subject=str(message["subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers={name.lower(): str(value) for name, value in message.items()},
        body=raw,
        status=250,
        detail={"from": envelope.mail_from, "recipients": recipients},
        at=time.time(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _listening(host: str, port: int) -> socket.socket:
    sock = socket.create_server((host, port), backlog=128)
    sock.setblocking(False)
    return sock
