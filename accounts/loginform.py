"""The log-in page of the admin. Outside of its package: the theme loads it before pages register.

Who has a second factor is asked for its code on a second page. Between the two nothing is kept: a
signed text, good for some minutes, says that the password was right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lockout import is_locked_out, lock_seconds, lock_sentence
from accounts.models import User
from accounts.services.twofactor import WrongCodeError, two_factor_check
from common.texts import shown
from common.throttling import TooManyRequestsError, client_network, request_count

if TYPE_CHECKING:
    from django.contrib.admin.forms import AdminAuthenticationForm as ThemedLoginForm
    from django.forms import TextInput as TextWidget
else:
    from unfold.forms import AuthenticationForm as ThemedLoginForm
    from unfold.widgets import UnfoldAdminTextInputWidget as TextWidget

PROOF_SALT = "accounts.login.password-was-right"
PROOF_SECONDS = 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


class LoginForm(ThemedLoginForm):
    """Counts tries from one address, and wrong ones with one name from one address.

    `proof` is what the second page sends back; `asks_code` says that the second page is due.
    """

    request: HttpRequest

    otp = forms.CharField(
        label=_("Code"),
        max_length=64,
        required=False,
        widget=TextWidget(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.proof = str(self.data.get("proof", ""))
        self.proved = _proved(self.proof) if self.proof else None
        self.asks_code = self.proved is not None
        if self.asks_code:
            del self.fields["username"], self.fields["password"]

    def clean(self) -> dict[str, Any]:
        try:
            request_count(
                rate=settings.API_RATE_LOGIN,
                whose="to log in from this address",
                who=client_network(self.request),
            )
        except TooManyRequestsError as error:
            raise ValidationError(str(error.detail), code="throttled") from None
        if self.proved is not None:
            self._check_code(self.proved, str(self.cleaned_data.get("otp", "")))
            self.user_cache: User | None = self.proved
            return self.cleaned_data
        if self.proof:
            raise ValidationError(
                gettext("That took too long. Log in again."), code="proof_too_old"
            )
        cleaned = super().clean() or self.cleaned_data
        user = self.user_cache
        if user is not None and user.two_factor_at is not None:
            self.user_cache = None
            self.asks_code = True
            self.proof = signing.dumps(
                {"user": user.pk, "hash": user.get_session_auth_hash()}, salt=PROOF_SALT
            )
            raise ValidationError("", code="code_required")
        return cleaned

    @property
    def is_first_look(self) -> bool:
        """The second page is shown for the first time: nothing was wrong."""
        return self.has_error("__all__", "code_required")

    def get_invalid_login_error(self) -> ValidationError:
        if not is_locked_out(self.request):
            return super().get_invalid_login_error()
        return self._locked(str(self.cleaned_data.get("username")))

    def _check_code(self, user: User, code: str) -> None:
        """Raises ValidationError. Wrong codes count as wrong passwords do."""
        self.confirm_login_allowed(user)
        credentials = {"username": user.get_username()}
        if not AxesProxyHandler.is_allowed(self.request, credentials):
            self.request.axes_locked_out = True  # type: ignore[attr-defined]
            raise self._locked(user.get_username())
        try:
            two_factor_check(user=user, code=code)
        except WrongCodeError as error:
            user_login_failed.send(sender=__name__, credentials=credentials, request=self.request)
            if is_locked_out(self.request):
                raise self._locked(user.get_username()) from None
            raise ValidationError(shown(error.message), code="wrong_code") from None
        user.backend = BACKEND  # as authenticate() would note it

    def _locked(self, username: str) -> ValidationError:
        sentence = lock_sentence(lock_seconds(self.request, username))
        return ValidationError(sentence, code="locked_out")


def _proved(proof: str) -> User | None:
    """Whose password was right some minutes ago; None when that is not proved or no longer so."""
    try:
        said = signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], two_factor_at__isnull=False).first()
    if user is None or not constant_time_compare(said["hash"], user.get_session_auth_hash()):
        return None
    return user
