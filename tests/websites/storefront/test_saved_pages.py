"""Pages saved as files, read by the command that people and programs use."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo.storefront_faults import PAGES
from tests.websites.storefront.pages import DATA

pytestmark = [pytest.mark.unit, pytest.mark.once]

EXPECTED = json.loads((DATA / "expected.json").read_text("utf-8"))
KEYS = ["product_id", "bundle_id", "name", "availability", "quantity", "stock_control", "price",
        "currency", "url", "evidence"]  # fmt: skip


def inspect(**options):
    out = StringIO()
    call_command("inspect_page", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_saved_page_is_read_as_it_was_labelled(name):
    wanted = EXPECTED[name]
    found = inspect(file=str(DATA / name), url=wanted["url"], final_url=wanted.get("final_url", ""))
    assert list(found) == ["page", "order_form", "readings"]
    assert (found["page"], found["order_form"]) == (wanted["page"], wanted["order_form"])
    assert len(found["readings"]) == len(wanted["readings"])
    for reading, label in zip(found["readings"], wanted["readings"], strict=True):
        assert list(reading) == KEYS
        assert {key: reading[key] for key in label} == label
        assert reading["evidence"]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("name", EXPECTED)
def test_no_page_that_came_with_a_failure_proves_anything(name, status):
    found = inspect(file=str(DATA / name), url=EXPECTED[name]["url"], status=status)
    assert found["readings"] == []
    assert found["page"] in ("blocked", "not_found", "rate_limited", "error")


CLASSES = {
    "login_wall": "login",
    "ip_banned": "blocked",
    "rate_limit_page": "rate_limited",
    "page_not_found": "not_found",
    "store_not_found": "not_found",
    "maintenance_page": "maintenance",
    "security_warning": "error",
    "licence_error": "error",
    "waf_wait": "blocked",
    "cloudflare_1020": "blocked",
    "sucuri": "blocked",
}


@pytest.mark.parametrize("status", ["its own", 200])
@pytest.mark.parametrize("name", PAGES)
def test_pages_that_are_no_shop_are_named(tmp_path, name, status):
    own, html = PAGES[name]
    saved = tmp_path / "page.html"
    saved.write_text(html, "utf-8")
    found = inspect(
        file=str(saved),
        url="https://shop.example/cart.php?a=add&pid=1",
        status=own if status == "its own" else status,
    )
    assert found == {"page": CLASSES[name], "order_form": None, "readings": []}


def test_a_challenge_is_known_by_its_header(tmp_path):
    headers = tmp_path / "headers.json"
    headers.write_text('{"CF-Mitigated": "challenge", "Set-Cookie": ["a=1", "b=2"]}')
    name = "standard_cart_9_0_french.html"
    found = inspect(file=str(DATA / name), headers_file=str(headers))
    assert found == {"page": "blocked", "order_form": None, "readings": []}


def test_a_product_named_after_a_firewall_blocks_nothing(tmp_path):
    saved = tmp_path / "page.html"
    html = (DATA / "standard_cart_9_0_french.html").read_text("utf-8")
    script = "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
    html = html.replace("VPS Vol", "ModSecurity Maintenance").replace("</body>", script + "</body>")
    saved.write_text(html, "utf-8")
    found = inspect(file=str(saved), url="https://shop.example/store/vps-fr")
    assert [one["availability"] for one in found["readings"]] == ["out_of_stock", "in_stock"]


def test_the_charset_of_the_header_is_used(tmp_path):
    page, headers = tmp_path / "page.html", tmp_path / "headers.json"
    html = (DATA / "legacy_boxes_german.html").read_text("utf-8")
    page.write_bytes(html.encode("iso-8859-1"))
    headers.write_text('{"Content-Type": "text/html; charset=iso-8859-1"}')
    found = inspect(file=str(page), headers_file=str(headers))
    assert [one["quantity"] for one in found["readings"]] == [0, 5, None, None]


@pytest.mark.parametrize(
    "mark",
    [
        "<!-- saved from url=(0042){} -->",
        "<!--\n Page saved with SingleFile \n url: {} \n saved date: today\n-->",
    ],
)
def test_a_saved_page_tells_where_it_came_from(tmp_path, mark):
    saved = tmp_path / "page.html"
    html = (DATA / "sold_out_swedish.html").read_text("utf-8")
    saved.write_text(
        f"<!DOCTYPE html>\n{mark.format('https://shop.example/cart.php?a=add&pid=5')}\n{html}",
        "utf-8",
    )
    assert [one["product_id"] for one in inspect(file=str(saved))["readings"]] == ["5"]
    asked = inspect(file=str(saved), url="https://shop.example/cart.php?a=add&pid=6")
    assert [one["product_id"] for one in asked["readings"]] == ["6"]


def test_a_page_in_two_bytes_a_letter_is_read(tmp_path):
    saved = tmp_path / "page.html"
    html = (DATA / "standard_cart_9_0_french.html").read_text("utf-8")
    saved.write_bytes(html.encode("utf-16"))
    assert [one["quantity"] for one in inspect(file=str(saved))["readings"]] == [-2, None]


@pytest.mark.parametrize(
    ("name", "said"), [("configure", "can be ordered"), ("checkout", "tells about stock")]
)
def test_people_are_told_what_a_page_means(name, said):
    out = StringIO()
    call_command("inspect_page", file=str(DATA / f"{name}.html"), stdout=out)
    assert said in out.getvalue()


def test_people_get_lines():
    out = StringIO()
    call_command("inspect_page", file=str(DATA / "standard_cart_9_0_french.html"), stdout=out)
    assert "Page: listing (standard_cart)" in out.getvalue()
    assert '41  out_of_stock -2 5.00 USD  VPS Élan  [shown "-2 Disponible"]' in out.getvalue()
    assert "2 products: 1 in stock, 1 out of stock, 0 not proved." in out.getvalue()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Give --url"),
        ({"file": "/nowhere/page.html"}, "cannot be read"),
        ({"url": "ftp://shop.example/"}, "https://"),
        ({"url": "http://10.0.0.1/cart.php"}, "private"),
    ],
)
def test_what_cannot_be_read_is_said(options, said):
    with pytest.raises(CommandError, match=said):
        inspect(**options)


@pytest.mark.parametrize("text", ["[]", "{"])
def test_headers_must_be_an_object(tmp_path, text):
    headers = tmp_path / "headers.json"
    headers.write_text(text)
    with pytest.raises(CommandError, match="JSON object"):
        inspect(file=str(DATA / "configure.html"), headers_file=str(headers))
