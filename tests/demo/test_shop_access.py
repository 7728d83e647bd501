"""Who is let in, in which order, and what the refused are told."""

from __future__ import annotations

import hashlib

import pytest

from demo.whmcs import Shop
from tests.demo.calling import call


def said(shop: Shop, action: str = "GetProducts", **params: str) -> tuple[int, str]:
    answer = call(shop, action, **params)
    return answer.status_code, answer.json().get("message", "")


def test_the_address_is_checked_before_the_credentials(shop: Shop) -> None:
    shop.configure(caller_ip="203.0.113.9")

    assert said(shop, secret="wrong") == (403, "Invalid IP 203.0.113.9")


def test_an_ipv6_caller_is_named_in_the_refusal(shop: Shop) -> None:
    shop.configure(caller_ip="2001:db8::9")

    assert said(shop) == (403, "Invalid IP 2001:db8::9")


@pytest.mark.parametrize("allowed", [[], ["*"], ["0.0.0.0/0"], ["203.0.113.0/24"]])
def test_only_exact_addresses_are_allowed(shop: Shop, allowed: list[str]) -> None:
    shop.configure(caller_ip="203.0.113.9", allowed_ips=allowed)

    assert said(shop)[0] == 403


def test_an_access_key_skips_the_address_check(shop: Shop) -> None:
    shop.configure(allowed_ips=[], accesskey="open!")

    assert said(shop)[0] == 403
    assert said(shop, accesskey="shut!")[0] == 403
    assert said(shop, accesskey="open!") == (200, "")
    assert said(shop, accesskey="open!", secret="wrong") == (403, "Authentication Failed")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"identifier": "wrong"}, "Invalid or missing credentials"),
        ({"secret": "wrong"}, "Authentication Failed"),
        ({"identifier": ""}, "Authentication Failed"),
        ({"secret": ""}, "Authentication Failed"),
    ],
)
def test_wrong_credentials_are_refused(shop: Shop, params: dict[str, str], message: str) -> None:
    assert said(shop, **params) == (403, message)


def test_credentials_may_be_called_username_and_password(shop: Shop) -> None:
    pair = {"username": shop.access.identifier, "password": shop.access.secret}

    assert said(shop, identifier="", secret="", **pair) == (200, "")


def test_an_admin_may_log_in_with_a_hashed_password(shop: Shop) -> None:
    shop.configure(admin_username="root", admin_password="pass")
    digest = hashlib.md5(b"pass", usedforsecurity=False).hexdigest()
    login = {"identifier": "", "secret": "", "username": "root"}

    assert said(shop, **login, password=digest) == (200, "")
    assert said(shop, **login, password="pass") == (403, "Authentication Failed")


def test_a_role_without_the_action_is_told_so_in_lower_case(shop: Shop) -> None:
    shop.refuse_action("GetProducts")

    message = 'Invalid Permissions: API action "getproducts" is not allowed'
    assert said(shop) == (403, message)
    assert said(shop, "WhmcsDetails") == (200, "")


def test_the_version_can_be_refused_alone(shop: Shop) -> None:
    shop.configure(refused_actions=["WhmcsDetails"])

    assert said(shop, "WhmcsDetails")[0] == 403
    assert said(shop) == (200, "")


def test_a_disabled_admin_and_a_role_without_api_are_refused(shop: Shop) -> None:
    shop.configure(has_api_permission=False)
    assert said(shop) == (403, "Access Denied")

    shop.configure(is_admin_disabled=True)
    assert said(shop) == (403, "Administrator Account Disabled")


def test_no_action_and_an_unknown_action_are_errors(shop: Shop) -> None:
    assert said(shop, "") == (400, "Empty action request")
    assert said(shop, "GetProductGroups") == (400, "Action not found")


def test_some_installations_name_the_result_status(shop: Shop) -> None:
    shop.configure(error_key="status")

    assert call(shop, secret="wrong").json()["status"] == "error"


def test_a_refusal_without_a_response_type_is_text(shop: Shop) -> None:
    shop.configure(allowed_ips=[])

    assert call(shop, responsetype="").text == "result=error;message=Invalid IP 127.0.0.1"
