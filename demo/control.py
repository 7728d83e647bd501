"""The control route: the Python API of the world as JSON over HTTP.

    GET  /control/state                     {"base_url", "shops"}
    GET  /control/log?shop=&action=&limit=  requests to the shops, newest last
    GET  /control/messages?kind=&to=&limit= what arrived
    POST /control/reset
    POST /control/shops                     {"name", "count", "products": [..] | number, ...}
                                            opens a shop (`count` > 1: name1, name2, ...); every
                                            other key is a switch of Style, Access or Look
    POST /control/stock                     {"shop": {"pid": stock, ...}, ...}
    POST /control/shops/NAME/stock          {"pid": stock, ...}; null = stock control off
    POST /control/shops/NAME/products       {"pid", "name", "stock", "price", ...}: adds, or changes
    POST /control/shops/NAME/remove         {"pids": [..]}
    POST /control/shops/NAME/settings       switches
    POST /control/shops/NAME/faults         {"name", "times": n | null, "action", options...}
    POST /control/shops/NAME/clear          no more faults
    POST /control/webhooks/NAME             {"steps": [..], "is_sticky": bool}; [] = back to 200
    POST /control/telegram/fail             {"name", "times", "chat_id", options...}
    POST /control/telegram/chats            {"chat_id", "kind", "title", "threads": [..]}
    POST /control/telegram/migrate          {"chat_id", "new_id"}
    POST /control/telegram/say              {"text", "chat_id", "user_id", "thread"}: a person writes
    POST /control/telegram/press            {"button": label or data, "chat_id", "message_id", "user_id"}
    POST /control/telegram/put_out          {"chat_id", "status"}: blocks the bot, throws it out
    POST /control/telegram/updates          {"kind", "body"}: any update
    POST /control/telegram/clear
    POST /control/twilio/fail               {"what", "times", "to", options...}
    POST /control/twilio/report             {"sid", "status", "code"}
    POST /control/twilio/clear
    POST /control/mail/fail                 {"code", "text", "stage", "times", "to"}
    POST /control/mail/clear | down | up

Answers are JSON; a wrong request is 400 {"error"}.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from demo.server import Reply, Request, json_reply

if TYPE_CHECKING:
    from demo.mail import MailSink
    from demo.telegram import Telegram
    from demo.twilio import Twilio
    from demo.whmcs import Shop
    from demo.world import World

Body = dict[str, Any]


class Control:
    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request, path: str) -> Reply:
        try:
            if request.method == "GET":
                return json_reply(self._get(path, request.params()))
            return json_reply(self._post(path.split("/"), request.json()) or {"ok": True})
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            return json_reply({"error": f"{type(error).__name__}: {error}"}, 400)

    def _get(self, path: str, params: dict[str, str]) -> Any:
        limit = int(params.get("limit", 200))
        if path == "state":
            return self.world.state()
        if path == "log":
            calls = self.world.calls(params.get("shop", ""), params.get("action", ""))
            return [call.as_dict() for call in calls[-limit:]]
        if path == "messages":
            messages = self.world.messages(params.get("kind", ""), params.get("to", ""))
            return [message.as_dict() for message in messages[-limit:]]
        raise ValueError(f"no such page: {path}")

    def _post(self, parts: list[str], body: Body) -> Any:
        match parts:
            case ["reset"]:
                self.world.reset()
            case ["stock"]:
                self.world.set_stock({name: _stocks(rows) for name, rows in body.items()})
            case ["shops"]:
                return {"shops": self._open(body)}
            case ["shops", name, verb] if verb in SHOP_VERBS:
                SHOP_VERBS[verb](self.world.whmcs.shops[name], body)
            case ["telegram", verb] if verb in TELEGRAM_VERBS:
                TELEGRAM_VERBS[verb](self.world.telegram, body)
            case ["twilio", verb] if verb in TWILIO_VERBS:
                TWILIO_VERBS[verb](self.world.twilio, body)
            case ["mail", verb] if verb in MAIL_VERBS:
                MAIL_VERBS[verb](self.world.mail, body)
            case ["webhooks", name]:
                self._script_hook(name, body)
            case _:
                raise ValueError(f"no such command: {'/'.join(parts)}")
        return None

    def _script_hook(self, name: str, body: Body) -> None:
        if not body.get("steps"):
            self.world.webhooks.clear(name)
        else:
            is_sticky = bool(body.get("is_sticky"))
            self.world.webhooks.script(name, body["steps"], is_sticky=is_sticky)

    def _open(self, body: Body) -> list[str]:
        name, count = str(body.pop("name")), int(body.pop("count", 1))
        products = body.pop("products", 0)
        names = [name] if count == 1 else [f"{name}{index}" for index in range(1, count + 1)]
        for each in names:
            shop = self.world.shop(each)
            shop.configure(**body)
            if isinstance(products, int):
                shop.add_products(products)
            else:
                for row in products:
                    shop.add_product(**row)
        return names


def _stocks(rows: Body) -> dict[int, int | None]:
    return {int(pid): None if stock is None else int(stock) for pid, stock in rows.items()}


def _put_product(shop: Shop, body: Body) -> None:
    put = shop.update_product if body.get("pid") in shop.products else shop.add_product
    put(**body)


SHOP_VERBS: dict[str, Callable[[Shop, Body], object]] = {
    "stock": lambda shop, body: shop.set_stocks(_stocks(body)),
    "products": _put_product,
    "remove": lambda shop, body: shop.remove(*(int(pid) for pid in body["pids"])),
    "settings": lambda shop, body: shop.configure(**body),
    "faults": lambda shop, body: shop.fault(**body),
    "clear": lambda shop, _: shop.clear_faults(),
}
TELEGRAM_VERBS: dict[str, Callable[[Telegram, Body], object]] = {
    "fail": lambda telegram, body: telegram.fail(**body),
    "chats": lambda telegram, body: telegram.add_chat(**body),
    "migrate": lambda telegram, body: telegram.migrate(**body),
    "say": lambda telegram, body: telegram.say(**body),
    "press": lambda telegram, body: telegram.press(**body),
    "put_out": lambda telegram, body: telegram.put_out(**body),
    "updates": lambda telegram, body: telegram.updates.put(body["kind"], body["body"]),
    "clear": lambda telegram, _: telegram.clear(),
}
TWILIO_VERBS: dict[str, Callable[[Twilio, Body], object]] = {
    "fail": lambda twilio, body: twilio.fail(**body),
    "report": lambda twilio, body: twilio.report(**body),
    "clear": lambda twilio, _: twilio.clear(),
}
MAIL_VERBS: dict[str, Callable[[MailSink, Body], object]] = {
    "fail": lambda mail, body: mail.fail(**body),
    "clear": lambda mail, _: mail.clear(),
    "down": lambda mail, _: mail.down(),
    "up": lambda mail, _: mail.up(),
}
