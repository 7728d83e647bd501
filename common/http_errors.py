"""What can go wrong on the way to another host. Texts name no address of ours and no secret."""

from __future__ import annotations

from common.errors import ProductError


class HttpError(ProductError):
    """No complete answer. The text is safe to show to whoever typed the address."""

    code = "http_error"


class InvalidUrlError(HttpError):
    """The address cannot be used as it is written."""

    code = "invalid_url"


class AddressRefusedError(HttpError):
    """The host leads to a private address or to a port that the operator does not allow."""

    code = "address_refused"


class NameNotFoundError(HttpError):
    """The host name has no address."""

    code = "name_not_found"


class ConnectFailedError(HttpError):
    """Nobody answers at that address and port, or the connection broke."""

    code = "connect_failed"


class TimedOutError(HttpError):
    """The other side took longer than we wait."""

    code = "timeout"


class TlsFailedError(HttpError):
    """The certificate is not valid for the host, or no common protocol."""

    code = "tls_failed"


class BodyTooLargeError(HttpError):
    """The decoded body is larger than the cap."""

    code = "too_large"


class RedirectRefusedError(HttpError):
    """A redirect that must not be followed. `location` is where it leads, without credentials."""

    code = "redirected"

    def __init__(self, message: str, *, location: str, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.location = location
