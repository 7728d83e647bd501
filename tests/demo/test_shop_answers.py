"""GetProducts of the four generations, its filters and its shapes."""

from __future__ import annotations

import pytest
import requests

from demo.whmcs import Option, Shop
from tests.demo.calling import call, products

DOCUMENTED_ORDER = [
    "pid",
    "gid",
    "type",
    "name",
    "slug",
    "product_url",
    "description",
    "module",
    "paytype",
    "allowqty",
    "quantity_available",
    "pricing",
    "customfields",
    "configoptions",
]


def test_8_12_prints_numbers_and_a_quantity_where_zero_has_two_meanings(shop: Shop) -> None:
    body = call(shop).json()

    rows = body["products"]["product"]
    assert body["result"] == "success"
    assert body["totalresults"] == 3
    assert [row["pid"] for row in rows] == [1, 2, 3]
    assert [row["quantity_available"] for row in rows] == [5, 0, 0]
    assert list(rows[0]) == DOCUMENTED_ORDER


def test_old_shops_print_strings_and_a_stock_level_on_controlled_products_only(shop: Shop) -> None:
    shop.configure(dialect="6.3", totals="string")

    body = call(shop).json()
    first, second, third = body["products"]["product"]
    assert body["totalresults"] == "3"
    assert first["pid"] == "1"
    assert (first["stockcontrol"], first["stocklevel"]) == ("on", "5")
    assert second["stocklevel"] == "0"
    assert "stockcontrol" not in third
    assert "quantity_available" not in first


@pytest.mark.parametrize(("dialect", "has_slug"), [("7.10", False), ("8.3", True)])
def test_shops_between_6_and_8_12_print_no_stock(shop: Shop, dialect: str, has_slug: bool) -> None:
    shop.configure(dialect=dialect)

    row = products(shop)[0]
    assert not {"stockcontrol", "stocklevel", "qty", "quantity_available"} & set(row)
    assert ("slug" in row) is has_slug
    assert ("product_url" in row) is has_slug


def test_the_order_address_can_be_spelt_as_in_the_vendors_sample(shop: Shop) -> None:
    shop.configure(url_key="product-url")

    row = products(shop)[0]
    assert row["product-url"] == f"{shop.url}/store/vps/vps-s"
    assert "product_url" not in row


def test_an_uncontrolled_product_may_show_a_stale_number(shop: Shop) -> None:
    shop.update_product(3, stale_quantity=7)

    assert products(shop, pid="3")[0]["quantity_available"] == 7


@pytest.mark.parametrize(
    ("params", "pids"),
    [
        ({"pid": "2"}, [2]),
        ({"pid": "1,3"}, [1, 3]),
        ({"gid": "2"}, [2, 3]),
        ({"module": "virtualizor"}, [2]),
        ({"gid": "2", "module": "proxmox"}, [3]),
    ],
)
def test_a_filter_narrows_the_list(shop: Shop, params: dict[str, str], pids: list[int]) -> None:
    assert [row["pid"] for row in products(shop, **params)] == pids


def test_hidden_products_are_listed_without_a_flag(shop: Shop) -> None:
    row = products(shop, pid="2")[0]

    assert not [key for key in row if "hid" in key or "retire" in key]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("list", {"product": []}), ("array", []), ("object", {}), ("text", ""), ("missing", None)],
)
def test_an_empty_list_has_several_shapes(shop: Shop, shape: str, expected: object) -> None:
    shop.configure(empty_shape=shape)

    body = call(shop, pid="99").json()
    assert body["totalresults"] == 0
    assert body.get("products") == expected


def test_a_list_may_come_as_an_object_with_numbers_for_keys(shop: Shop) -> None:
    shop.configure(list_shape="numeric-keys")

    rows = call(shop).json()["products"]["product"]
    assert list(rows) == ["0", "1", "2"]
    assert rows["2"]["pid"] == 3


def test_the_shapes_reach_the_lists_inside_a_product(shop: Shop) -> None:
    disk = Option(9, "Disk", [(90, "20 GB", "0.00")])
    shop.update_product(1, options=[disk], custom_fields=["Hostname"])

    shop.configure(list_shape="numeric-keys")
    first = call(shop).json()["products"]["product"]["0"]
    assert first["configoptions"]["configoption"]["0"]["options"]["option"]["0"]["id"] == 90
    assert first["customfields"]["customfield"]["0"]["name"] == "Hostname"

    shop.configure(list_shape="single")
    single = call(shop, pid="1").json()["products"]["product"]
    assert single["configoptions"]["configoption"]["name"] == "Disk"


def test_a_single_product_may_come_bare(shop: Shop) -> None:
    shop.configure(list_shape="single")

    assert call(shop, pid="1").json()["products"]["product"]["pid"] == 1
    assert len(products(shop)) == 3


def test_prices_come_in_every_currency_with_minus_one_for_cycles_that_are_off(shop: Shop) -> None:
    shop.configure(currencies=["USD", "EUR"])
    shop.update_product(1, prices={"EUR": {"monthly": "3.00", "msetupfee": "1.00"}})

    pricing = products(shop, pid="1")[0]["pricing"]
    assert pricing["EUR"]["monthly"] == "3.00"
    assert pricing["EUR"]["msetupfee"] == "1.00"
    assert pricing["USD"]["monthly"] == "-1.00"
    assert (pricing["USD"]["prefix"], pricing["USD"]["suffix"]) == ("$", " USD")


def test_config_options_are_nested_and_carry_no_stock(shop: Shop) -> None:
    disk = Option(9, "Disk", [(90, "20 GB", "0.00"), (91, "40 GB (Out of Stock)", "1.00")])
    shop.update_product(1, options=[disk])

    option = products(shop, pid="1")[0]["configoptions"]["configoption"][0]
    assert (option["id"], option["name"], option["type"]) == (9, "Disk", "1")
    assert [o["name"] for o in option["options"]["option"]] == ["20 GB", "40 GB (Out of Stock)"]
    assert option["options"]["option"][1]["pricing"]["USD"]["monthly"] == "1.00"


def test_names_keep_emoji_and_right_to_left_text_and_may_be_escaped(shop: Shop) -> None:
    name = "VPS \U0001f680 <Fast> & \u062e\u0627\u062f\u0645"
    shop.update_product(1, name=name)
    assert products(shop, pid="1")[0]["name"] == name

    shop.configure(is_escaped=True)
    assert "&lt;Fast&gt; &amp;" in products(shop, pid="1")[0]["name"]


def test_an_unchanged_body_is_identical_and_a_change_shows_at_once(shop: Shop) -> None:
    first, second = call(shop), call(shop)
    assert first.content == second.content

    shop.set_stock(1, 4)
    assert products(shop)[0]["quantity_available"] == 4
    assert call(shop).content != first.content


def test_a_token_makes_every_body_differ(shop: Shop) -> None:
    shop.configure(token=True)

    assert call(shop).content != call(shop).content
    assert call(shop).json()["products"] == call(shop).json()["products"]


def test_a_catalogue_of_three_megabytes_is_served(shop: Shop) -> None:
    shop.add_products(1000)
    shop.configure(description_bytes=2600)

    answer = call(shop)
    assert len(answer.content) > 3_000_000
    assert answer.json()["totalresults"] == 1003


def test_a_product_can_be_renamed_moved_and_removed(shop: Shop) -> None:
    shop.update_product(1, name="VPS XS", gid=4, group="new")
    shop.remove(2)

    first, last = products(shop)
    assert (first["name"], first["gid"]) == ("VPS XS", 4)
    assert first["product_url"].endswith("/store/new/vps-s")
    assert last["pid"] == 3


def test_version_and_currencies_can_be_asked(shop: Shop) -> None:
    assert call(shop, "WhmcsDetails").json()["whmcs"]["version"] == "8.12.1"
    assert call(shop, "getcurrencies").json()["currencies"]["currency"][0]["code"] == "USD"


def test_old_shops_do_not_know_their_version(shop: Shop) -> None:
    shop.configure(dialect="7.10")

    answer = call(shop, "WhmcsDetails")
    assert answer.json() == {"result": "error", "message": "Action not found"}


def test_headers_forbid_caching_and_give_no_validator(shop: Shop) -> None:
    headers = call(shop).headers

    assert headers["Cache-Control"] == "no-store, no-cache, must-revalidate"
    assert headers["Expires"].startswith("Thu, 19 Nov 1981")
    assert headers["Set-Cookie"].startswith("WHMCS")
    assert "HttpOnly" in headers["Set-Cookie"]
    assert not {"ETag", "Last-Modified"} & set(headers)


def test_without_a_response_type_the_answer_is_name_value_pairs(shop: Shop) -> None:
    text = call(shop, responsetype="", **{"response-type": "json"}).text

    assert text.startswith("result=success;totalresults=3;")
    assert "products[product][0][pid]=1" in text


def test_xml_can_be_asked_for(shop: Shop) -> None:
    text = call(shop, responsetype="xml", pid="1").text

    assert text.startswith('<?xml version="1.0"')
    assert "<product><pid>1</pid>" in text


def test_a_get_is_not_served(shop: Shop) -> None:
    params = {**shop.credentials, "action": "GetProducts", "responsetype": "json"}
    answer = requests.get(shop.api_url, params=params, timeout=5)

    assert answer.status_code == 403
    assert answer.text == "result=error;message=Authentication Failed"


def test_another_path_of_the_shop_is_not_found(shop: Shop) -> None:
    assert requests.get(f"{shop.url}/shopping/vps/vps-s", timeout=5).status_code == 404
    assert requests.post(f"{shop.url}x/includes/api.php", timeout=5).status_code == 404
