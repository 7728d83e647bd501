"""Where the API is looked for, and what an operator may say about it."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import InvalidInputError
from common.plugin import clean_config
from demo.whmcs import Shop
from websites.sources.base import SourceContext
from websites.sources.errors import SourceError
from websites.sources.whmcs_rest.config import FIELDS, shop_root
from websites.sources.whmcs_rest.source import WhmcsRestSource

pytestmark = [pytest.mark.integration, pytest.mark.once]


def source_of(
    shop: Shop, *, memory: dict[str, Any] | None = None, **config: Any
) -> WhmcsRestSource:
    shop.configure(dialect="9.0")
    return WhmcsRestSource(SourceContext(shop.url, config, memory=memory or {}))


def test_a_given_path_is_the_only_one_that_is_asked(shop: Shop) -> None:
    shop.configure(rest="query")
    given = source_of(shop, base_path="/index.php?rp=/api/v2")
    snapshot = given.read(())
    assert (len(snapshot.readings), snapshot.requests_made) == (3, 1)


def test_a_given_path_outranks_what_was_remembered(shop: Shop) -> None:
    memory = {"base": "/index.php/api/v2", "pages": 1}
    snapshot = source_of(shop, memory=memory, base_path="/api/v2").read(())
    assert snapshot.requests_made == 1
    assert snapshot.memory == {"base": "/api/v2", "pages": 1}


def test_a_given_path_that_leads_nowhere_is_an_error_with_the_way_out(shop: Shop) -> None:
    given = source_of(shop, base_path="/rest/v2")
    with pytest.raises(SourceError) as caught:
        given.read(())
    assert caught.value.code == "rest_missing"
    assert len(shop.calls()) == 1


@pytest.mark.parametrize("given", ["/api/v2/", "/index.php?rp=/api/v2", "/shop-1/index.php/api/v2"])
def test_a_path_below_the_shop_is_taken(given: str) -> None:
    assert clean_config(FIELDS, {"base_path": given})["base_path"] == given.rstrip("/")


@pytest.mark.parametrize(
    "given",
    [
        "api/v2",
        "https://shop.example/api/v2",
        "//elsewhere.example",
        "/../secret",
        "/a b",
        "/a#b",
        "/\\elsewhere.example",
        "/@elsewhere.example",
        "/x" * 200,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        clean_config(FIELDS, {"base_path": given})
    assert "base_path" in caught.value.fields


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://shop.example", ""),
        ("https://shop.example/", ""),
        ("https://shop.example/cart.php?gid=2", ""),
        ("https://shop.example/billing/index.php?rp=/store/vps", "/billing"),
        ("https://shop.example/billing/index.php/store/vps/small", "/billing"),
        ("https://shop.example/billing/store/vps", "/billing"),
        ("https://shop.example/billing/api/v2/store/products?page=1", "/billing"),
        ("https://shop.example/billing/includes/api.php", "/billing"),
        ("https://shop.example/billing/admin/index.php", "/billing"),
        ("https://shop.example/store/cart.php", "/store"),
        ("https://shop.example/store/index.php?rp=/store/vps", "/store"),
        ("https://store.example/store", ""),
        ("https://admin", ""),
    ],
)
def test_the_root_is_found_in_the_address_of_any_page(url: str, root: str) -> None:
    host = url.split("/")[2]
    assert shop_root(url) == f"https://{host}{root}"
