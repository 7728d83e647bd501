"""What comes before, after or instead of the JSON."""

from __future__ import annotations

import json

import pytest

from websites.sources.answers import clean_text
from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    RateLimitedError,
    SourceError,
)
from websites.sources.whmcs_api.decoding import decode, error_message
from websites.sources.whmcs_api.errors import http_error

pytestmark = [pytest.mark.unit, pytest.mark.once]

GOOD = b'{"result":"success","totalresults":0}'


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        b"<br />\n<b>Warning</b>: {} undefined in x.php\n" + GOOD,
        b'<b>Warning</b>: {"result" is odd' + GOOD,
        GOOD + b"\n<!-- hook -->",
        b'{ \n "result":"success"}',
        GOOD.decode().encode("utf-16"),
        b"\xff\xfe" + GOOD,
    ],
)
def test_the_object_is_found(body: bytes) -> None:
    assert decode(body)["result"] == "success"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", BadAnswerError, "empty_answer"),
        (b" \r\n\xef\xbb\xbf"[:3], BadAnswerError, "empty_answer"),
        (b"null", BadAnswerError, "not_whmcs"),
        (b"[]", BadAnswerError, "not_whmcs"),
        (b"{}", BadAnswerError, "not_whmcs"),
        (b'{"result":"success"', BadAnswerError, "truncated"),
        (b"[" * 100_000, BadAnswerError, "not_whmcs"),
        (b'{"result":' * 50_000, BadAnswerError, "truncated"),
        (b'{"message":"Rate Limit Exceeded"}', RateLimitedError, "rate_limited"),
        (b'{"result":"error"}', BadAnswerError, "api_error"),
        (b'{"result":"error","message":["x"]}', BadAnswerError, "api_error"),
        (b'{"result":"error","message":"Invalid IP"}', AuthError, "ip_not_allowed"),
        (b"result=error;message=Authentication Failed", AuthError, "bad_credentials"),
        (b"\xef\xbb\xbfresult=error\nmessage=Access Denied\n", AuthError, "access_denied"),
        (b"<html>DDoS-Guard</html>", BlockedError, "blocked"),
    ],
)
def test_what_is_no_answer_has_a_name(body: bytes, kind: type[SourceError], code: str) -> None:
    with pytest.raises(SourceError) as error:
        decode(body)
    assert (type(error.value), error.value.code) == (kind, code)


def test_a_firewall_named_in_a_product_is_no_block() -> None:
    rows = [{"pid": 1, "description": "DDoS-Guard, Imunify360, ModSecurity. Just a moment"}]
    body = json.dumps({"result": "success", "products": {"product": rows}}).encode()
    assert http_error(200, {}, body) is None
    assert decode(body)["products"]


def test_only_errors_of_the_api_have_a_message() -> None:
    assert error_message(b'{"result":"error","message":"No"}') == "No"
    assert error_message(b"result=error;message=No") == "No"
    assert error_message(GOOD) is None
    assert error_message(b"<html>result=error") is None


def test_foreign_text_is_short_and_without_markup() -> None:
    assert clean_text("<script>x</script>\x00 y" + "z" * 500).startswith("x y")
    assert len(clean_text("z" * 5000)) == 200
