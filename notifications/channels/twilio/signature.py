"""Proof that a request comes from Twilio: HMAC-SHA1 over its address and form, with our token.

https://www.twilio.com/docs/usage/security, "Validating requests".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence


def sign(*, token: str, url: str, form: Mapping[str, Sequence[str]]) -> str:
    """`url` as Twilio was given it, with its query; `form`: every value of every field."""
    signed = url + "".join(
        name + value for name in sorted(form) for value in sorted(set(form[name]))
    )
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


def is_signed(*, token: str, url: str, form: Mapping[str, Sequence[str]], signature: str) -> bool:
    """False without a token: nothing can be proved then."""
    expected = sign(token=token, url=url, form=form)
    return bool(token) and hmac.compare_digest(expected.encode(), signature.encode())
