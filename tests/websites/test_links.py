"""Links of buy buttons."""

from __future__ import annotations

import pytest

from common.errors import InvalidInputError
from websites.links import buy_link, cleaned_template

TEMPLATE = "https://shop.example/aff.php?aff=7&pid={product_id}"
SHOP = "https://shop.example/billing"


@pytest.mark.parametrize(
    ("template", "own", "product_id", "expected"),
    [
        ("", "", "12", ""),
        ("", "https://shop.example/store/a", "12", "https://shop.example/store/a"),
        (TEMPLATE, "", "12", "https://shop.example/aff.php?aff=7&pid=12"),
        (TEMPLATE, "https://www.shop.example/store/a", "12", "https://shop.example/aff.php?aff=7&pid=12"),
        (TEMPLATE, "https://elsewhere.example/deal", "12", "https://elsewhere.example/deal"),
        (TEMPLATE, "https://shop.example/store/a", "slug:vps/one", "https://shop.example/store/a"),
        (TEMPLATE, "", "b12", ""),
    ],
)  # fmt: skip
def test_the_template_replaces_links_to_the_shop_itself(template, own, product_id, expected):
    found = buy_link(template=template, own=own, product_id=product_id, shop_url=SHOP)
    assert found == expected


@pytest.mark.parametrize("good", ["", "  ", TEMPLATE, f" {TEMPLATE} "])
def test_a_good_template_is_kept(good):
    assert cleaned_template(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "https://shop.example/aff.php?aff=7",
        "https://shop.example/{product_id}/{other}",
        "https://shop.example/{product_id",
        "https://shop.example/{product_id.__class__}",
        "https://shop.example/{0}",
        "javascript:alert({product_id})",
        "{product_id}",
    ],
)
def test_a_bad_template_is_refused_with_the_field(bad):
    with pytest.raises(InvalidInputError) as caught:
        cleaned_template(bad)
    assert set(caught.value.fields) == {"link_template"}
