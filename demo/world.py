"""The whole fake world in one process: shops and receivers on one HTTP port, mail on another.

    with World() as world:
        shop = world.shop("alpha")            # http://127.0.0.1:PORT/alpha/includes/api.php
        shop.add_product(1, "VPS S", stock=5)
        shop.set_stock(1, 0)
        shop.fault("truncated")               # the next answer only; times=None = until cleared
        world.wait(1, "webhook", to="ops")    # [Received, ...]

Standalone: `python -m demo.world --port 8800 --smtp-port 8825 [--story]`.
The same over HTTP: see demo/control.py. `GET /` is a page for people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import unquote

from demo.control import Control
from demo.inbox import Inbox, Received
from demo.journal import Call, Journal
from demo.mail import MailSink
from demo.page import whole_page, world_fragment
from demo.server import Reply, Request, Server, html_reply
from demo.telegram import CHAT_ID, TOKEN, Telegram
from demo.twilio import ACCOUNT, SENDER, Twilio
from demo.twilio import TOKEN as TWILIO_TOKEN
from demo.webhooks import Webhooks
from demo.whmcs import ApiServer, Shop
from demo.whmcs.access import IDENTIFIER, SECRET


class World:
    """Starts on entering (or start()), ends on leaving (or stop()). Port 0 = any free one."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, smtp_port: int = 0) -> None:
        self.journal = Journal()
        self.inbox = Inbox()
        self.server = Server(self._answer, host, port)
        self.base_url = f"http://{host}:{self.server.port}"
        self.whmcs = ApiServer(self.base_url, self.journal)
        self.webhooks = Webhooks(self.base_url, self.inbox)
        self.telegram = Telegram(self.base_url, self.inbox)
        self.twilio = Twilio(self.base_url, self.inbox)
        self.mail = MailSink(self.inbox, host, smtp_port)
        self.elsewhere: list[Request] = []
        """Requests that followed a redirect to another host."""
        self.control = Control(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self.server.start()
        self.mail.start()

    def stop(self) -> None:
        self.mail.stop()
        self.server.stop()

    def shop(self, name: str) -> Shop:
        """The shop of that name, opened empty when it is new."""
        return self.whmcs.shop(name)

    def set_stock(self, stocks: Mapping[str, Mapping[int, int | None]]) -> None:
        """Shop -> product id -> stock, many at once."""
        for name, values in stocks.items():
            self.whmcs.shops[name].set_stocks(values)

    def whmcs_url(self, shop: str) -> str:
        """Root address of a shop; the API lies below it at includes/api.php."""
        return f"{self.base_url}/{shop}"

    @property
    def telegram_url(self) -> str:
        """Base address of the Bot API, without "/bot"."""
        return self.base_url

    @property
    def smtp_port(self) -> int:
        return self.mail.port

    def webhook_url(self, name: str) -> str:
        return self.webhooks.url(name)

    def messages(self, kind: str = "", to: str = "") -> list[Received]:
        """What arrived, oldest first; `kind` as in Received."""
        return self.inbox.messages(kind, to)

    def wait(
        self,
        count: int = 1,
        kind: str = "",
        to: str = "",
        *,
        timeout: float = 5.0,
        where: Callable[[Received], bool] | None = None,
    ) -> list[Received]:
        """Waits for at least `count` fitting messages; raises TimeoutError."""
        return self.inbox.wait(count, kind, to, timeout=timeout, where=where)

    def calls(self, shop: str = "", action: str = "") -> list[Call]:
        """Requests to the shops, oldest first."""
        return self.journal.calls(shop, action)

    def reset(self) -> None:
        """Forgets shops, scripts, messages and calls."""
        self.whmcs.clear()
        self.webhooks.clear()
        self.telegram.reset()
        self.twilio.reset()
        self.mail.reset()
        self.inbox.clear()
        self.journal.clear()
        self.elsewhere.clear()

    def _answer(self, request: Request) -> Reply:
        first, _, rest = request.path.lstrip("/").partition("/")
        if not first or first == "page":
            return self._page(first)
        if first.startswith("bot") and ":" in unquote(first):
            return self.telegram.answer(request, unquote(first[3:]), rest.strip("/"))
        if first == "2010-04-01":
            return self.twilio.answer(request, rest)
        if first == "hooks":
            return self.webhooks.answer(request, rest.strip("/"))
        if first == "control":
            return self.control.answer(request, rest.strip("/"))
        if first == "elsewhere":
            self.elsewhere.append(request)
            return html_reply(200, "<h1>Another host</h1>")
        return self.whmcs.answer(request, first, rest)

    def _page(self, first: str) -> Reply:
        """The page for people; "page" is the part of it that changes."""
        fragment = world_fragment(list(self.whmcs.shops.values()), self.inbox.latest(40))
        return html_reply(200, fragment if first else whole_page(fragment))

    def state(self) -> dict[str, Any]:
        """The addresses of the world, and what is needed to use them."""
        return {
            "base_url": self.base_url,
            "shops": sorted(self.whmcs.shops),
            "rest": sorted(name for name, shop in self.whmcs.shops.items() if shop.has_rest),
            "whmcs": {"identifier": IDENTIFIER, "secret": SECRET},
            "telegram": {"url": self.telegram_url, "token": TOKEN, "chat_id": CHAT_ID},
            "twilio": {
                "url": self.base_url,
                "account": ACCOUNT,
                "token": TWILIO_TOKEN,
                "sender": SENDER,
            },
            "smtp": {"host": self.mail.host, "port": self.mail.port},
            "webhooks": self.webhook_url("NAME"),
        }


if __name__ == "__main__":
    from demo.cli import main

    raise SystemExit(main())
