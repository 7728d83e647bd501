"""Switching the second factor on and logging in with it, in a real browser."""

from __future__ import annotations

import base64
import time

from django_otp.oath import TOTP

from accounts.models import SecondFactor
from tests.admin.world import World
from tests.browser.desk import LOOKS, Desk


def code(steps: int) -> str:
    """What an authenticator app shows, so many steps from now."""
    app = TOTP(base64.b32decode(str(SecondFactor.objects.get().secret["key"])))
    app.time = time.time() + 30 * steps
    return f"{app.token():06d}"


@LOOKS
def test_a_code_is_asked_after_the_password(desk: Desk, world: World) -> None:
    desk.log_in("demo-owner", "password-1234")
    desk.open("/admin/accounts/user/two-factor/")
    desk.press("Switch it on")
    desk.page.wait_for_selector(".desk-qr svg")
    desk.shoot("two-factor")
    desk.page.fill("#code", code(0))
    desk.press("Confirm")
    desk.page.wait_for_selector("text=Keep these backup codes")
    desk.shoot("two-factor-codes")
    desk.page.context.clear_cookies()
    desk.open("/admin/login/")
    desk.page.fill("input[name=username]", "demo-owner")
    desk.page.fill("input[name=password]", "password-1234")
    desk.page.click("button[type=submit]")
    desk.page.wait_for_selector("input[name=otp]")
    desk.shoot("two-factor-login")
    desk.page.fill("input[name=otp]", code(1))
    desk.page.click("button[type=submit]")
    desk.page.wait_for_url("**/admin/")
