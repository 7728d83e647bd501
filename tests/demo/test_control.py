"""Everything scriptable is scriptable over HTTP too."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from demo.whmcs import Shop
from demo.world import World
from tests.demo.calling import call, products


def post(world: World, path: str, body: Any = None) -> requests.Response:
    return requests.post(f"{world.base_url}/control/{path}", json=body or {}, timeout=5)


def get(world: World, path: str) -> Any:
    return requests.get(f"{world.base_url}/control/{path}", timeout=5).json()


def test_a_shop_is_opened_with_products_and_switches(world: World) -> None:
    rows = [{"pid": 7, "name": "KVM", "stock": 3, "price": "2.00"}]
    body = {"name": "beta", "products": rows, "dialect": "6.3", "secret": "s2"}

    assert post(world, "shops", body).json() == {"shops": ["beta"]}
    shop = world.shop("beta")
    assert shop.access.secret == "s2"
    assert products(shop)[0]["stocklevel"] == "3"
    assert get(world, "state")["shops"] == ["beta"]


def test_a_thousand_shops_are_opened_and_stocked_in_two_requests(world: World) -> None:
    opened = post(world, "shops", {"name": "s", "count": 1000, "products": 5}).json()["shops"]
    assert len(opened) == 1000

    post(world, "stock", {name: {"2": 77} for name in opened})
    assert products(world.shop("s1000"), pid="2")[0]["quantity_available"] == 77


def test_stock_products_and_removal(world: World, shop: Shop) -> None:
    post(world, "shops/alpha/stock", {"1": 9, "2": None})
    post(world, "shops/alpha/products", {"pid": 1, "name": "Renamed"})
    post(world, "shops/alpha/products", {"name": "Added", "stock": 1})
    post(world, "shops/alpha/remove", {"pids": [3]})

    assert (shop.products[1].stock, shop.products[2].stock) == (9, None)
    assert [p.name for p in shop.products.values()] == ["Renamed", "VPS M", "Added"]


def test_faults_are_set_and_cleared(world: World, shop: Shop) -> None:
    post(world, "shops/alpha/faults", {"name": "cloudflare", "times": None, "status": 520})
    assert [call(shop).status_code for _ in range(2)] == [520, 520]

    post(world, "shops/alpha/clear")
    assert call(shop).status_code == 200


def test_settings_of_a_hook(world: World) -> None:
    post(world, "webhooks/ops", {"steps": [500]})
    url = world.webhook_url("ops")

    assert requests.post(url, timeout=5).status_code == 500
    assert requests.post(url, data=b"x", timeout=5).status_code == 200
    assert [m["status"] for m in get(world, "messages?kind=webhook&to=ops")] == [500, 200]


def test_the_log_lists_requests_to_shops(world: World, shop: Shop) -> None:
    call(shop, "WhmcsDetails")
    call(shop)

    (entry,) = get(world, "log?shop=alpha&action=GetProducts")
    assert (entry["action"], entry["status"], entry["outcome"]) == ("getproducts", 200, "ok")
    assert entry["version"] == shop.version


def test_reset_forgets_everything(world: World, shop: Shop) -> None:
    call(shop)
    requests.post(world.webhook_url("ops"), timeout=5)

    post(world, "reset")
    assert world.messages() == []
    assert world.calls() == []
    assert requests.post(shop.api_url, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("nonsense", {}),
        ("shops/nowhere/stock", {"1": 1}),
        ("shops/alpha/stock", {"99": 1}),
        ("shops/alpha/faults", {"name": "nonsense"}),
        ("shops/alpha/settings", {"nonsense": 1}),
        ("shops/alpha/settings", {"dialect": "5.0"}),
    ],
)
def test_a_wrong_command_is_answered_with_the_reason(
    world: World, shop: Shop, path: str, body: dict[str, Any]
) -> None:
    answer = post(world, path, body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_telegram_and_mail_are_scripted_too(world: World) -> None:
    chat = {"chat_id": -5, "kind": "group"}
    assert post(world, "telegram/chats", chat).status_code == 200
    assert post(world, "telegram/migrate", {"chat_id": -5, "new_id": -1005}).status_code == 200
    assert post(world, "telegram/fail", {"name": "blocked", "times": None}).status_code == 200
    assert world.telegram.moved == {-5: -1005}

    assert post(world, "mail/fail", {"code": 550, "stage": "to"}).status_code == 200
    assert world.mail.scripted("to") == "550 Try again later"
    for command in ("mail/down", "mail/up", "mail/clear", "telegram/clear"):
        assert post(world, command).status_code == 200


def test_an_unknown_page_is_an_error(world: World) -> None:
    assert "no such page" in get(world, "nonsense")["error"]
