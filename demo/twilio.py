"""Messages of Twilio at `/2010-04-01/Accounts/<SID>/Messages.json`, and its reports about them.

Refusals by number, see fail(): 20003, 20429, 21211, 21606, 21608, 21610, 21612, 21614, 63016; or by
name: server_error, slow(seconds), hang(seconds). Reports go to the StatusCallback of a message,
signed: report(sid, "delivered"), or by themselves once `is_reporting` is set.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from typing import Any
from urllib.parse import urlencode

from demo.inbox import Inbox, Received
from demo.script import Script, Step
from demo.server import Delivery, Reply, Request, json_reply

ACCOUNT = "AC" + "d" * 32
TOKEN = "demo-twilio-token"
SENDER = "+14155550100"
TEMPLATE = "HX" + "a" * 32
REPORT_SECONDS = 0.4
ERRORS: dict[int, tuple[int, str]] = {
    20003: (401, "Authenticate"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21606: (400, "The 'From' phone number is not a valid message-capable number"),
    21608: (400, "The number is unverified"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The message cannot be sent with this combination of 'To' and 'From'"),
    21614: (400, "'To' number is not a valid mobile number"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window"),
}
NAMES = frozenset({"server_error", "slow", "hang"})


@dataclass(slots=True)
class TwilioMessage:
    """One message that was taken."""

    sid: str
    form: dict[str, str]
    status: str = "queued"
    at: float = field(default_factory=time.time)


class Twilio:
    def __init__(self, base_url: str, inbox: Inbox) -> None:
        self.url = base_url
        self.inbox = inbox
        self.is_reporting = False
        self.reset()

    def reset(self) -> None:
        self.messages: dict[str, TwilioMessage] = {}
        self.calls: deque[dict[str, str]] = deque(maxlen=20_000)
        """Forms of all requests, refused ones too."""
        self._ids = count(1)
        self._script = Script()

    def fail(self, what: int | str, *, times: int | None = 1, to: str = "", **options: Any) -> None:
        """The next `times` messages (to one number) are refused; None = until cleared."""
        if what not in ERRORS and what not in NAMES:
            raise ValueError(f"failure is one of {sorted(ERRORS)} or {', '.join(sorted(NAMES))}")
        self._script.add(str(what), times=times, when=to, **options)

    def clear(self) -> None:
        self._script.clear()

    def answer(self, request: Request, rest: str) -> Reply:
        if request.method != "POST" or rest != f"Accounts/{ACCOUNT}/Messages.json":
            return _refusal(20404, 404, "The requested resource was not found")
        if request.headers.get("authorization") != _login():
            return _refusal(20003, *ERRORS[20003])
        form = request.form()
        self.calls.append(form)
        step = self._script.take(form.get("To", "").removeprefix("whatsapp:"))
        if step is not None and (reply := _failure(step)) is not None:
            return reply
        reply = self._taken(form)
        if step is not None:
            reply.delivery = Delivery(delay_seconds=float(step.options.get("seconds", 1)))
        return reply

    def _taken(self, form: dict[str, str]) -> Reply:
        body, template = form.get("Body", ""), form.get("ContentSid", "")
        if not form.get("To") or not (form.get("From") or form.get("MessagingServiceSid")):
            return _refusal(21604, 400, "A 'To' and a 'From' are required")
        if bool(body) == bool(template):
            return _refusal(21619, 400, "A text message body or media urls must be specified")
        if len(body) > 1600:
            return _refusal(21617, 400, "The concatenated message body exceeds 1600 characters")
        message = TwilioMessage(f"SM{next(self._ids):032x}", form)
        self.messages[message.sid] = message
        self.inbox.add(_received(message))
        if self.is_reporting and "StatusCallback" in form:
            threading.Thread(target=self._report_all, args=[message.sid], daemon=True).start()
        return json_reply(_shown(message), 201)

    def _report_all(self, sid: str) -> None:
        for status in ("sent", "delivered"):
            time.sleep(REPORT_SECONDS)
            self.report(sid, status)

    def report(self, sid: str, status: str, code: int = 0, *, token: str = TOKEN) -> int:
        """Calls the StatusCallback; the HTTP status of the answer, 0 when nobody is there."""
        message = self.messages[sid]
        message.status = status
        url, form, signature = self.report_of(sid, status, code, token=token)
        call = urllib.request.Request(  # noqa: S310 - the address came with a message to this fake
            url, urlencode(form).encode(), {"X-Twilio-Signature": signature}
        )
        try:
            with urllib.request.urlopen(call, timeout=5) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def report_of(
        self, sid: str, status: str, code: int = 0, *, token: str = TOKEN
    ) -> tuple[str, dict[str, str], str]:
        """(address, form, signature) of a report."""
        sent = self.messages[sid].form
        url = sent["StatusCallback"]
        form = {
            "MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status,
            "To": sent["To"], "From": sent.get("From", SENDER), "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if code:
            form["ErrorCode"] = str(code)
        signed = url + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
        return url, form, base64.b64encode(digest).decode()


def _login() -> str:
    return "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


def _received(message: TwilioMessage) -> Received:
    form, to = message.form, message.form["To"]
    return Received(
        kind="whatsapp" if to.startswith("whatsapp:") else "sms",
        to=to.removeprefix("whatsapp:"),
        text=form.get("Body") or " | ".join(json.loads(form["ContentVariables"]).values()),
        detail={"sid": message.sid, **form},
    )


def _shown(message: TwilioMessage) -> dict[str, Any]:
    form = message.form
    return {
        "sid": message.sid,
        "account_sid": ACCOUNT,
        "status": message.status,
        "to": form["To"],
        "from": form.get("From"),
        "body": form.get("Body", ""),
        "num_segments": "1",
        "error_code": None,
        "error_message": None,
        "price": None,
        "date_created": formatdate(message.at),
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}.json",
    }


def _failure(step: Step) -> Reply | None:
    """The scripted answer; None for a step that only delays."""
    if step.name == "slow":
        return None
    if step.name == "hang":
        seconds = float(step.options.get("seconds", 60))
        return Reply(delivery=Delivery(delay_seconds=seconds, is_answered=False))
    if step.name == "server_error":
        return Reply(503, b"<h1>503</h1>", "text/html")
    code = int(step.name)
    reply = _refusal(code, *ERRORS[code])
    if "retry_after" in step.options:
        reply.headers = (("Retry-After", str(step.options["retry_after"])),)
    return reply


def _refusal(code: int, status: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return json_reply(body, status)
