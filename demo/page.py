"""The page for people: what the shops have, and what arrived, newest first."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from demo.inbox import Received
from demo.whmcs import Product, Shop

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
SHOWN_SHOPS = 4
SHOWN_PRODUCTS = 20
LOW = 3
"""Up to this number the badge warns."""
KINDS = {
    "telegram": "Telegram", "mail": "E-mail", "webhook": "Webhook", "sms": "SMS",
    "whatsapp": "WhatsApp",
}  # fmt: skip


def whole_page(fragment: str) -> str:
    return PAGE.substitute(fragment=fragment)


def world_fragment(shops: Sequence[Shop], messages: Sequence[Received]) -> str:
    cards = "".join(_shop(shop) for shop in shops[:SHOWN_SHOPS])
    if len(shops) > SHOWN_SHOPS:
        cards += f'<p class="empty">and {len(shops) - SHOWN_SHOPS} more shops</p>'
    cards = cards or '<div class="card empty">No shop is open.</div>'
    inbox = "".join(_message(message) for message in messages)
    inbox = inbox or '<div class="card empty">Nothing yet. A change of stock will bring mail.</div>'
    return (
        f"<section><h2>The shops</h2>{cards}</section><section><h2>The inbox</h2>{inbox}</section>"
    )


def _shop(shop: Shop) -> str:
    with shop.lock:
        products = list(shop.products.values())
        changes = list(shop.changes)
    lines: dict[int, list[int]] = {}
    for _, pid, before, after in changes:
        lines.setdefault(pid, [before or 0]).append(after or 0)
    rows = "".join(_product(p, lines.get(p.pid, [])[-24:]) for p in products[:SHOWN_PRODUCTS])
    if len(products) > SHOWN_PRODUCTS:
        rows += f'<tr><td colspan="4">and {len(products) - SHOWN_PRODUCTS} more</td></tr>'
    title = f"<b>{escape(shop.name)}</b><span>WHMCS {shop.style.rules.version}</span>"
    return f'<div class="card"><div class="title">{title}</div><table>{rows}</table></div>'


def _product(product: Product, line: list[int]) -> str:
    price = next(iter(product.prices.get("USD", {}).values()), "")
    return (
        f"<tr><td>{escape(product.name)}</td>"
        f'<td class="line">{_sparkline(line)}</td>'
        f'<td class="price">{"$" + price if price else ""}</td>'
        f'<td class="stock">{_badge(product.stock)}</td></tr>'
    )


def _badge(stock: int | None) -> str:
    if stock is None:
        return '<span class="pill calm">unlimited</span>'
    if stock <= 0:
        return '<span class="pill bad">sold out</span>'
    tone = "warn" if stock <= LOW else "good"
    return f'<span class="pill {tone}">{stock} left</span>'


def _sparkline(values: list[int]) -> str:
    """Steps of the latest stock numbers, oldest on the left."""
    if len(values) < 2:
        return ""
    top = max(*values, 1)
    width = 92 / (len(values) - 1)
    points, previous = [], values[0]
    for index, value in enumerate(values):
        points += [_point(index * width, previous, top), _point(index * width, value, top)]
        previous = value
    return (
        f'<svg viewBox="0 0 96 26" aria-hidden="true"><polyline points="{" ".join(points)}"/></svg>'
    )


def _point(x: float, value: int, top: int) -> str:
    return f"{2 + x:.1f},{23 - 20 * max(value, 0) / top:.1f}"


def _message(message: Received) -> str:
    at = time.strftime("%H:%M:%S", time.localtime(message.at))
    failed = message.kind == "webhook" and not 200 <= message.status < 300
    refused = f'<span class="refused">answered {message.status}</span>' if failed else ""
    parts = [
        f'<div class="meta"><b>{KINDS[message.kind]}</b><span>to {escape(message.to)}</span>',
        f"{refused}<time>{at}</time></div>",
    ]
    if message.kind == "webhook":
        title, text = _readable(message.body)
        parts.append(f'<div class="subject">{escape(title)}</div>' if title else "")
        parts.append(f'<pre class="text">{escape(text)}</pre>')
    else:
        if message.subject:
            parts.append(f'<div class="subject">{escape(message.subject)}</div>')
        parts.append(f'<div class="text">{escape(message.text.strip())}</div>')
        parts.append(_buttons(message))
    return f'<div class="card message {message.kind}">{"".join(parts)}</div>'


def _readable(body: bytes) -> tuple[str, str]:
    """The type of an event and its data; ("", the body) when it is not such a JSON object."""
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
        return str(value["type"]), json.dumps(value.get("data", {}), ensure_ascii=False)
    except (ValueError, KeyError, TypeError):
        return "", text


def _buttons(message: Received) -> str:
    """Addresses as links; what acts as buttons that press as the person of the chat."""
    markup = message.detail.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    shown = [_button(button, message) for row in rows for button in row]
    return f'<div class="buttons">{"".join(shown)}</div>' if shown else ""


def _button(button: dict[str, str], message: Received) -> str:
    label = escape(button["text"])
    if "callback_data" not in button:
        return f'<a href="{escape(button.get("url", "#"))}">{label}</a>'
    press = {
        "button": button["callback_data"],
        "chat_id": int(message.to),
        "message_id": message.detail.get("message_id", 0),
    }
    return f'<button data-press="{escape(json.dumps(press))}">{label}</button>'
