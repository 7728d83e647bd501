from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.redaction import MASK, redact

pytestmark = [pytest.mark.unit, pytest.mark.once]

TOKEN = "123456789:AAHfTw0Y-Zx_9sdkjhfkjhsdf987sdfkjh12"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/sendMessage", TOKEN),
        (f"token is {TOKEN}", TOKEN),
        ("http://127.0.0.1/bot42:short/getMe", "42:short"),
        ("identifier=Ab1&secret=Xy9zz&action=GetProducts", "Xy9zz"),
        ("identifier=Ab1cd&secret=Xy9", "Ab1cd"),
        ("{'password': 'pa ss,word', 'a': 1}", "pa ss,word"),
        ('{"api_secret": "s3cr3t"}', "s3cr3t"),
        ("accesskey=qwertz", "qwertz"),
        ("WHMCS_API_SECRET=abcdef", "abcdef"),
        ("Authorization: Api-Key sm_abcdefghijk", "sm_abcdefghijk"),
        ("authorization: bearer eyJhbGciOi.J9.x", "eyJhbGciOi.J9.x"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("stored enc1:gAAAAABh-x_y==", "gAAAAABh-x_y"),
        ("postgres://stock:hunter2@db/stock", "hunter2"),
        ("https://user:p%40ss@shop.example/includes/api.php", "p%40ss"),
    ],
)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    masked = redact(text)
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "Poll of website 3 took 0.2 s",
        "https://shop.example/cart.php?a=add&pid=12",
        "at 12:30:45 the queue had 3 tasks",
        "no secret was given",
        "mail to sales@shop.example",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_any_text_can_be_masked_and_masking_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
