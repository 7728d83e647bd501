"""Who may call the API: address first, then credentials, then the role's permission."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

IDENTIFIER = "demo-identifier"
SECRET = "demo-" + "secret"


@dataclass(slots=True)
class Access:
    identifier: str = IDENTIFIER
    secret: str = SECRET
    accesskey: str = ""
    """Set = a caller that sends it skips the address check."""
    allowed_ips: set[str] = field(default_factory=lambda: {"127.0.0.1", "::1"})
    """Exact addresses; empty = nobody. Ranges are not understood, as in the real thing."""
    caller_ip: str = ""
    """Address the shop believes to be called from; "" = the real one."""
    admin_username: str = ""
    admin_password: str = ""
    """Login of old versions: user name and md5 of the password."""
    is_admin_disabled: bool = False
    has_api_permission: bool = True
    refused_actions: set[str] = field(default_factory=set)
    """Lower case."""

    def refusal(self, params: dict[str, str], client: str) -> tuple[int, str] | None:
        """(HTTP status, message) in the order the checks are made, None when all is well."""
        address = self.caller_ip or client
        has_key = bool(self.accesskey) and params.get("accesskey") == self.accesskey
        if not has_key and address not in self.allowed_ips:
            return 403, f"Invalid IP {address}"
        if message := self._stranger(params):
            return 403, message
        if self.is_admin_disabled:
            return 403, "Administrator Account Disabled"
        if not self.has_api_permission:
            return 403, "Access Denied"
        action = params.get("action", "").lower()
        if not action:
            return 400, "Empty action request"
        if action in self.refused_actions:
            return 403, f'Invalid Permissions: API action "{action}" is not allowed'
        return None

    def _stranger(self, params: dict[str, str]) -> str:
        """identifier/secret, the same under the names username/password, or an admin's login."""
        name = params.get("identifier") or params.get("username") or ""
        key = params.get("secret") or params.get("password") or ""
        if not name or not key:
            return "Authentication Failed"
        if self.admin_username and name == self.admin_username:
            digest = hashlib.md5(self.admin_password.encode(), usedforsecurity=False).hexdigest()
            return "" if hmac.compare_digest(key, digest) else "Authentication Failed"
        if name != self.identifier:
            return "Invalid or missing credentials"
        return (
            ""
            if hmac.compare_digest(key.encode(), self.secret.encode())
            else ("Authentication Failed")
        )
