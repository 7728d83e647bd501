"""Pages a visitor meets instead of the shop. None of them says anything about stock.

Names of faults, to be used like those of demo/whmcs/faults.py: login_wall, ip_banned,
rate_limit_page, page_not_found, store_not_found, maintenance_page, security_warning, licence_error,
waf_wait, cloudflare_1020, sucuri. With `action="store"` they meet storefront pages only.
"""

from __future__ import annotations

from typing import Any

from demo.server import Reply, html_reply

STOCK_NOISE = "<p>Out of Stock - 0 Available - Order Now</p>"


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8" /><title>{title}</title></head>
<body>{body}{STOCK_NOISE}</body></html>"""


LOGIN = _page(
    "Login - Shop",
    """<div menuItemName="Login"></div><form method="post" action="/index.php?rp=/login"
 class="login-form" role="form"><input type="email" name="username" id="inputEmail">
<input type="password" name="password" id="inputPassword"><button id="login">Login</button></form>""",
)
BANNED = _page(
    "Access Denied",
    """<div class="alert alert-danger"><strong><i class="fas fa-gavel"></i> Your IP 192.0.2.7 has
 been banned</strong><ul><li>Reason</li></ul></div>""",
)
LIMITED = _page(
    "Shop",
    """<div class="container"><div class="text-center p-5">
<i class="fas fa-exclamation-circle display-1"></i><h1 class="display-1">Oops!</h1>
<h3>You have sent too many requests.</h3><p>Try again later.</p>
<div class="buttons"><a href="/" class="btn">Home</a></div></div></div>""",
)
NOT_FOUND = _page(
    "Shop",
    """<div class="container"><div class="text-center p-5">
<i class="fas fa-exclamation-circle display-1"></i><h1 class="display-1">Oops!</h1>
<h3>We couldn't find that page</h3><p>Please try navigating using the options below.</p>
<div class="buttons"><a href="/" class="btn">Home</a><a href="/contact.php" class="btn">Ticket</a>
</div></div></div>""",
)
STORE_NOT_FOUND = _page(
    "Shop",
    """<div class="card"><div class="card-body text-center"><h2>
<i class="far fa-times fa-2x text-danger"></i><br>Product Unavailable</h2></div></div>""",
)
MAINTENANCE = _page(
    "Down for Maintenance",
    "<h1>Down for Maintenance</h1><p>We are working on it. Please come back soon.</p>",
)
SECURITY = _page(
    "Security Warning", "<h1>Security Warning</h1><p>Please delete the install folder.</p>"
)
LICENCE = _page(
    "License Required", "<h1>License Required</h1><p>There is a licensing issue with this shop.</p>"
)
WAIT = _page(
    "Please wait...",
    "<p>One moment, we are checking your browser.</p><script>location.reload()</script>",
)
DENIED_1020 = _page("Access denied", "<h1>Error 1020</h1><p>error code: 1020</p>")
SUCURI = _page("Sucuri WebSite Firewall", "<h1>Sucuri WebSite Firewall - Access Denied</h1>")

PAGES = {
    "login_wall": (200, LOGIN),
    "ip_banned": (200, BANNED),
    "rate_limit_page": (200, LIMITED),
    "page_not_found": (404, NOT_FOUND),
    "store_not_found": (200, STORE_NOT_FOUND),
    "maintenance_page": (503, MAINTENANCE),
    "security_warning": (200, SECURITY),
    "licence_error": (200, LICENCE),
    "waf_wait": (200, WAIT),
    "cloudflare_1020": (403, DENIED_1020),
    "sucuri": (200, SUCURI),
}


def page_fault(name: str) -> Any:
    status, body = PAGES[name]

    def fault(_: Reply, options: dict[str, Any]) -> Reply:
        return html_reply(int(options.get("status", status)), body)

    return fault


PAGE_FAULTS = {name: page_fault(name) for name in PAGES}
