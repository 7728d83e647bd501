"""How Apprise reaches the network: through our own door.

Its plugins call `requests.post(...)` and the like, by the name `requests` of their module. There
this object stands instead. So every request is made by common.http: the address is judged at the
moment of connecting, nothing is redirected, time and size are capped, whatever an address says.
"""

from __future__ import annotations

import json as jsonlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from common.http import Response, fetch
from common.http_errors import HttpError

DEADLINE_SECONDS = 20.0
"""For all requests of one message together."""

MAX_REQUESTS = 12
"""Most services need one; Matrix looks rooms up first."""

MAX_BODY_BYTES = 256 * 1024
BUSY = frozenset({429, 500, 502, 503, 504})


@dataclass(slots=True)
class Call:
    """What happened on the network, and what Apprise said, while one message was sent."""

    until: float
    answers: list[Response] = field(default_factory=list)
    error: HttpError | None = None
    log: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """The outbox tries again, Apprise does not: after a failure nothing more goes out."""
        busy = bool(self.answers) and self.answers[-1].status in BUSY
        return busy or self.error is not None or len(self.answers) >= MAX_REQUESTS


_call: ContextVar[Call | None] = ContextVar("apprise_call", default=None)


@contextmanager
def listening(*, may_connect: bool = True) -> Iterator[Call]:
    """Opens the door for the code inside and gathers what it does and says.

    `may_connect=False`: the code is listened to, but nothing goes out.
    """
    call = Call(until=time.monotonic() + (DEADLINE_SECONDS if may_connect else 0.0))
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


class _Ear(logging.Handler):
    """Apprise says why it failed in its log only, with secrets in it: it goes no further."""

    def emit(self, record: logging.LogRecord) -> None:
        call = _call.get()
        if call is not None:
            call.log.append(record.getMessage())


def _lend_ear() -> None:
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    logger.addHandler(_Ear())


_lend_ear()


class Door:
    """The part of `requests` that the allowed plugins use."""

    codes = requests.codes
    RequestException = requests.RequestException
    TooManyRedirects = requests.TooManyRedirects

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> requests.Response:
        return self.request("PUT", url, **options)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        data: Any = None,
        json: Any = None,
        headers: Any = None,
        auth: Any = None,
        files: Any = None,
        **_ours: Any,
    ) -> requests.Response:
        """Raises requests.RequestException, which plugins expect, for whatever goes wrong.

        Time-outs, redirects, proxies and the check of certificates are decided by us.
        """
        call = _call.get()
        left = 0.0 if call is None else call.until - time.monotonic()
        if call is None or call.is_over or left <= 0:
            raise requests.RequestException("nothing goes out now")
        if files:
            raise requests.RequestException("files are not sent")
        prepared = requests.Request(
            method, url, params=params, data=data, json=json, headers=headers, auth=auth
        ).prepare()
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        sent = {name: _text(value) for name, value in prepared.headers.items()}
        sent.pop("Content-Length", None)
        try:
            answer = fetch(
                method,
                prepared.url or "",
                data=body if isinstance(body, bytes) else None,
                headers=sent,
                deadline=left,
                max_bytes=MAX_BODY_BYTES,
            )
        except HttpError as error:
            call.error = error
            raise requests.ConnectionError(error.code) from None
        call.answers.append(answer)
        return _as_requests(answer, prepared)


DOOR = Door()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _as_requests(answer: Response, asked: requests.PreparedRequest) -> requests.Response:
    made = requests.Response()
    made.status_code = answer.status
    made.headers = CaseInsensitiveDict(answer.headers)
    made.url = answer.url
    made.request = asked
    made.encoding = "utf-8"
    made._content = answer.body
    made._content_consumed = True  # type: ignore[attr-defined]
    return made


def json_object(answer: Response) -> dict[str, Any]:
    """The answer as a JSON object; empty for anything else."""
    try:
        value = jsonlib.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
