"""Importing products at the desk, against a fake shop over real sockets."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from demo.whmcs import Shop
from monitoring.models import Monitor
from tests.admin.conftest import texts
from tests.admin.world import page
from websites.models import CatalogueProduct, Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]


def address(website: Website) -> str:
    return page(Website, "import", website.pk)


def test_opening_the_page_reads_no_shop(owner: Client, website: Website, shop: Shop) -> None:
    assert "No catalogue yet" in owner.get(address(website)).content.decode()
    assert shop.request_count == 0


def test_reading_shows_what_the_shop_lists(
    owner: Client, website: Website, sends: list[bool]
) -> None:
    response = owner.post(address(website), {"read": "1"})
    assert [offer.name for offer in response.context["offers"]] == ["VPS L", "VPS M", "VPS S"]
    assert set(sends) == {False}
    assert not CatalogueProduct.objects.filter(website=website).exists()


def test_ticked_products_are_watched(owner: Client, website: Website) -> None:
    response = owner.post(
        address(website), {"import": "1", "token": "abc", "product": ["1", "3"]}, follow=True
    )
    assert set(website.monitors.values_list("product_id", flat=True)) == {"1", "3"}
    assert "2 of 2 products are watched now" in texts(response)
    assert "watched already" in owner.get(address(website)).content.decode()


def test_the_script_gets_progress_and_the_next_page(owner: Client, website: Website) -> None:
    posted = {"import": "1", "token": "tok/../en1", "products": json.dumps(["1", "2"])}
    answer = owner.post(address(website), posted, headers={"accept": "application/json"}).json()
    assert answer["next"].endswith(f"website__id__exact={website.pk}")
    assert owner.get(address(website) + "?progress=other").json() == {"done": 0, "total": 0}
    assert owner.get(address(website) + "?progress=token1").json() == {"done": 2, "total": 2}


def test_all_products_can_be_watched_at_once(operator: Client, website: Website) -> None:
    operator.post(address(website), {"import": "1", "all": "1"})
    assert website.monitors.count() == 3
    again = operator.post(address(website), {"import": "1", "all": "1"}, follow=True)
    assert "3 were watched already" in texts(again)


@pytest.mark.parametrize("posted", [{}, {"products": "no json"}, {"products": "{}"}])
def test_nothing_ticked_is_said(owner: Client, website: Website, posted: dict[str, str]) -> None:
    response = owner.post(address(website), {"import": "1", **posted}, follow=True)
    assert "Choose at least one product" in texts(response)


def test_a_shop_that_refuses_says_what_to_do(owner: Client, website: Website, shop: Shop) -> None:
    shop.configure(secret="another")
    for posted in ({"read": "1"}, {"import": "1", "all": "1"}):
        response = owner.post(address(website), posted, follow=True)
        assert len(texts(response)) > 20
    assert not Monitor.objects.filter(website=website).exists()


def test_a_viewer_may_not_import(viewer: Client, website: Website) -> None:
    assert viewer.get(address(website)).status_code == 403
    assert viewer.post(address(website), {"import": "1", "all": "1"}).status_code == 403
