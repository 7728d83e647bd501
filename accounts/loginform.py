"""The log-in page of the admin. Outside of its package: the theme loads it before pages register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.lockout import is_locked_out, lock_seconds, lock_sentence
from common.throttling import TooManyRequestsError, client_network, request_count

if TYPE_CHECKING:
    from django.contrib.admin.forms import AdminAuthenticationForm as ThemedLoginForm
else:
    from unfold.forms import AuthenticationForm as ThemedLoginForm


class LoginForm(ThemedLoginForm):
    """Counts tries from one address, and wrong ones with one name from one address."""

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        try:
            request_count(
                rate=settings.API_RATE_LOGIN,
                whose="to log in from this address",
                who=client_network(self.request),
            )
        except TooManyRequestsError as error:
            raise ValidationError(str(error.detail), code="throttled") from None
        return super().clean() or self.cleaned_data

    def get_invalid_login_error(self) -> ValidationError:
        if not is_locked_out(self.request):
            return super().get_invalid_login_error()
        seconds = lock_seconds(self.request, str(self.cleaned_data.get("username")))
        return ValidationError(lock_sentence(seconds), code="locked_out")
