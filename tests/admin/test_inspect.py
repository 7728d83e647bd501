"""The page that shows what the reader makes of a page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from demo.world import World
from tests.admin.world import make_world

pytestmark = pytest.mark.django_db

PAGE = "/admin/websites/website/inspect/"
LISTING = b"""<!doctype html><html><body><div id="order-standard_cart"><div class="products" id="products">
<div class="product clearfix" id="product7"><header><span id="product7-name">VPS &lt;b&gt; 1</span>
<span class="qty">3 Available</span></header><footer><a id="product7-order-button"
href="/cart.php?a=add&amp;pid=7" class="btn btn-success btn-sm">Order Now</a></footer></div>
</div></div></body></html>"""


@pytest.fixture
def world():
    return make_world("mine")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_saved_page_is_read_product_by_product(world):
    saved = SimpleUploadedFile("page.html", LISTING)
    text = client_of(world.operator).post(PAGE, {"url": "", "page": saved}).content.decode()
    for told in ("the list of products", "standard_cart", "In stock", "3 Available"):
        assert told in text
    assert "VPS &lt;b&gt; 1" in text


def test_an_address_is_read_over_the_network(world):
    with World() as fake:
        shop = fake.shop("alpha")
        shop.add_products(1, stock=5)
        text = client_of(world.operator).post(PAGE, {"url": shop.url}).content.decode()
    assert "HTTP status" in text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"url": ""}, "Give an address or a saved page."),
        ({"url": "http://169.254.169.254/"}, "not allowed"),
    ],
)
def test_what_cannot_be_read_says_why(world, settings, values, told):
    settings.ALLOW_PRIVATE_NETWORKS = ()
    page = client_of(world.operator).post(PAGE, values)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_a_block_page_proves_nothing(world):
    saved = SimpleUploadedFile("page.html", b"<title>Just a moment...</title>_cf_chl_opt")
    text = client_of(world.operator).post(PAGE, {"page": saved}).content.decode()
    assert "a block page" in text
    assert "No product is proved by it" in text


def test_viewers_neither_see_the_link_nor_the_page(world):
    viewer, operator = client_of(world.viewer), client_of(world.operator)
    assert viewer.get(PAGE).status_code == 403
    assert PAGE not in viewer.get("/admin/").content.decode()
    assert operator.get(PAGE).status_code == 200
    assert PAGE in operator.get("/admin/").content.decode()
