"""Everything that can go wrong between a shop and its caller, once or until cleared."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from demo.whmcs import Shop
from demo.world import World
from tests.demo.calling import call, products


def test_a_fault_hits_once_unless_it_is_sticky(shop: Shop) -> None:
    shop.fault("empty")
    assert [len(call(shop).content) > 0 for _ in range(2)] == [False, True]

    undo = shop.fault("empty", times=None)
    assert [call(shop).content for _ in range(2)] == [b"", b""]
    undo()
    assert call(shop).content


def test_one_shot_faults_are_played_in_order_before_sticky_ones(shop: Shop) -> None:
    shop.fault("cloudflare", times=None, status=521)
    shop.fault("cloudflare", times=2, status=522)
    shop.fault("php_error")

    assert [call(shop).status_code for _ in range(4)] == [522, 522, 500, 521]
    shop.clear_faults()
    assert call(shop).status_code == 200


def test_a_fault_may_concern_one_action(shop: Shop) -> None:
    shop.fault("php_error", action="GetProducts")

    assert call(shop, "WhmcsDetails").status_code == 200
    assert call(shop).status_code == 500


def test_an_unknown_fault_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="fault is one of"):
        shop.fault("nonsense")


def test_php_warnings_come_before_valid_json(shop: Shop) -> None:
    shop.fault("warning")

    text = call(shop).text
    assert text.startswith("<br />\n<b>Warning</b>")
    assert json.loads(text[text.index('{"result"') :])["totalresults"] == 3


def test_a_byte_order_mark_comes_before_valid_json(shop: Shop) -> None:
    shop.fault("bom")

    content = call(shop).content
    assert content.startswith(b"\xef\xbb\xbf")
    assert json.loads(content.decode("utf-8-sig"))["result"] == "success"


def test_json_may_end_early(shop: Shop) -> None:
    shop.fault("truncated")

    with pytest.raises(requests.JSONDecodeError):
        call(shop).json()


@pytest.mark.parametrize(
    ("fault", "options", "status", "words"),
    [
        ("html", {}, 200, "maintenance"),
        ("forbidden_html", {}, 403, "nginx"),
        ("cloudflare", {}, 403, "Just a moment..."),
        ("cloudflare", {"status": 503}, 503, "_cf_chl_opt"),
        ("cloudflare", {"status": 520}, 520, "error code: 520"),
        ("cloudflare", {"status": 521}, 521, "error code: 521"),
        ("cloudflare", {"status": 522}, 522, "error code: 522"),
        ("rate_limited", {}, 429, "Too Many Requests"),
        ("php_error", {}, 500, "Fatal error"),
    ],
)
def test_other_pages_come_as_html(
    shop: Shop, fault: str, options: dict[str, Any], status: int, words: str
) -> None:
    shop.fault(fault, **options)

    answer = call(shop)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert words in answer.text


def test_a_challenge_is_marked_and_an_origin_failure_is_not(shop: Shop) -> None:
    shop.fault("cloudflare")
    shop.fault("cloudflare", status=520)

    assert call(shop).headers["cf-mitigated"] == "challenge"
    assert "cf-mitigated" not in call(shop).headers


def test_a_rate_limit_may_say_when_to_come_back(shop: Shop) -> None:
    shop.fault("rate_limited")
    shop.fault("rate_limited", retry_after=30)

    assert "Retry-After" not in call(shop).headers
    assert call(shop).headers["Retry-After"] == "30"


def test_a_redirect_leads_to_another_host_that_notes_who_followed(world: World, shop: Shop) -> None:
    shop.fault("redirect", times=2)

    location = call(shop).headers["Location"]
    assert location.startswith("http://localhost:")
    assert world.elsewhere == []

    requests.post(shop.api_url, data={"secret": "s"}, timeout=5)
    assert len(world.elsewhere) == 1


def test_a_dripping_body_arrives_whole_in_the_end(shop: Shop) -> None:
    shop.fault("drip", seconds=0.1, chunks=5)

    answer = call(shop)
    assert answer.json()["totalresults"] == 3


def test_a_hung_shop_never_answers_and_lets_go_in_the_end(shop: Shop) -> None:
    shop.fault("hang", times=2, seconds=0.1)

    with pytest.raises(requests.ConnectionError):
        call(shop)
    with pytest.raises(requests.Timeout):
        requests.post(shop.api_url, data={"action": "x"}, timeout=0.05)


def test_a_connection_may_be_closed_without_an_answer(shop: Shop) -> None:
    shop.fault("reset")

    with pytest.raises(requests.ConnectionError):
        call(shop)


def test_an_answer_may_be_late(shop: Shop) -> None:
    shop.fault("delay", seconds=0.05)

    answer = call(shop)
    assert answer.json()["totalresults"] == 3
    assert answer.elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_may_be_over_any_cap(shop: Shop, declared: bool) -> None:
    shop.fault("oversize", bytes=300_000, declared=declared)

    answer = call(shop)
    assert len(answer.content) == 300_000
    assert ("Content-Length" in answer.headers) is declared
    assert answer.json()["result"] == "success"


def test_an_error_may_come_with_status_200(shop: Shop) -> None:
    shop.fault("error", message="Product not found")

    answer = call(shop)
    assert answer.status_code == 200
    assert answer.json() == {"result": "error", "message": "Product not found"}


def test_a_list_may_be_cut_short_under_its_full_number(shop: Shop) -> None:
    shop.fault("partial", keep=1)

    body = call(shop).json()
    assert body["totalresults"] == 3
    assert len(body["products"]["product"]) == 1


def test_any_text_may_come(shop: Shop) -> None:
    shop.fault("text", body="please wait", status=406)

    answer = call(shop)
    assert (answer.status_code, answer.text) == (406, "please wait")


def test_faults_leave_the_stock_alone(shop: Shop) -> None:
    shop.fault("truncated")
    call(shop)

    assert products(shop)[0]["quantity_available"] == 5
