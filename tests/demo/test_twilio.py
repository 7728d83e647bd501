from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
import requests

from demo.twilio import ACCOUNT, ERRORS, SENDER, TOKEN
from demo.world import World

TO = "+4915112345678"


def post(
    world: World, token: str = TOKEN, account: str = ACCOUNT, **form: str
) -> requests.Response:
    url = f"{world.base_url}/2010-04-01/Accounts/{account}/Messages.json"
    values = {"To": TO, "From": SENDER, "Body": "Hello", **form}
    return requests.post(url, data=values, auth=(ACCOUNT, token), timeout=5)


def test_a_message_is_taken_and_queued(world: World) -> None:
    answer = post(world)
    told = answer.json()
    assert (answer.status_code, told["status"], told["num_segments"]) == (201, "queued", "1")
    assert told["sid"].startswith("SM")
    assert parsedate_to_datetime(told["date_created"]).year > 2000
    (received,) = world.wait(1, "sms", TO)
    assert received.text == "Hello"


def test_a_wrong_token_or_account_is_refused(world: World) -> None:
    assert (post(world, token="x").status_code, post(world, token="x").json()["code"]) == (
        401,
        20003,
    )
    assert post(world, account="AC1").status_code == 404


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_a_scripted_error_has_the_form_of_twilio(world: World, code: int) -> None:
    world.twilio.fail(code, to=TO)
    answer = post(world)
    told = answer.json()
    assert (told["code"], told["status"]) == (code, answer.status_code)
    assert told["more_info"].endswith(f"/{code}")
    assert post(world).status_code == 201


def test_a_text_needs_words_of_at_most_1600_signs_or_a_template(world: World) -> None:
    assert post(world, Body="").json()["code"] == 21619
    assert post(world, Body="x" * 1601).json()["code"] == 21617
    assert post(world, To="").json()["code"] == 21604


def test_it_can_be_scripted_over_http(world: World) -> None:
    control = f"{world.base_url}/control/twilio"
    requests.post(f"{control}/fail", json={"what": 20429, "retry_after": 9}, timeout=5)
    assert post(world).headers["Retry-After"] == "9"
    requests.post(f"{control}/fail", json={"what": "server_error", "times": None}, timeout=5)
    assert post(world).status_code == 503
    requests.post(f"{control}/clear", json={}, timeout=5)
    assert post(world).status_code == 201


def test_reports_go_to_the_address_of_the_message_by_themselves(world: World) -> None:
    world.twilio.is_reporting = True
    post(world, StatusCallback=world.webhook_url("status"))
    reports = world.wait(2, "webhook", "status")
    assert [
        dict(p.split("=") for p in one.text.split("&"))["MessageStatus"] for one in reports
    ] == [
        "sent",
        "delivered",
    ]
    assert all(one.headers["x-twilio-signature"] for one in reports)


def test_a_report_to_nobody_is_harmless(world: World) -> None:
    sid = post(world, StatusCallback="http://127.0.0.1:9/").json()["sid"]
    assert world.twilio.report(sid, "sent") == 0
