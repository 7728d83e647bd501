"""The second factor of a person's log-in: an authenticator app, backup codes for when it is lost."""

from __future__ import annotations

import base64
import secrets
import time
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.oath import TOTP

from accounts.models import SecondFactor, User
from common.errors import ConflictError, ProductError
from common.fields import DecryptionError

STEP_SECONDS = 30
TOLERANCE = 1
"""Codes before and after the current one that are taken too: clocks differ, people are slow."""

BACKUP_CODES = 10
FREE_TRIES = 3
LONGEST_WAIT = timedelta(minutes=15)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCodeError(ProductError):
    """The code opens nothing, or none is looked at for a while."""


def two_factor_begin(*, user: User) -> SecondFactor:
    """A new secret, which counts for nothing until a code confirms it. Raises ConflictError."""
    if user.two_factor_at is not None:
        raise ConflictError("Two-factor is on already.", advice="Switch it off first.")
    key = base64.b32encode(secrets.token_bytes(20)).decode()
    factor, _ = SecondFactor.objects.update_or_create(
        user=user,
        defaults={"secret": {"key": key}, "confirmed_at": None, "last_step": 0,
                  "backup_hashes": [], "failure_count": 0, "failed_at": None},
    )  # fmt: skip
    return factor


def two_factor_confirm(*, user: User, code: str) -> list[str]:
    """Switches it on and returns the backup codes, which are not kept. Raises WrongCodeError, and
    ConflictError where nothing was begun. All other log-ins of the person end."""
    with transaction.atomic():
        factor = _locked(user)
        if factor is None or factor.confirmed_at is not None:
            raise ConflictError("There is nothing to confirm.", advice="Begin again.")
        right = _use_code(factor, code)
        if right:
            codes = _new_backup_codes(factor)
            user.two_factor_at = factor.confirmed_at = timezone.now()
            factor.save()
            user.save(update_fields=["two_factor_at"])
    if not right:
        raise WrongCodeError(_why_not(factor))
    return codes


def two_factor_check(*, user: User, code: str) -> None:
    """Takes a code of the app or a backup code, each once. Raises WrongCodeError for any other."""
    with transaction.atomic():
        factor = _locked(user)
        right = factor is not None and factor.confirmed_at is not None and _use(factor, code)
    if not right:
        raise WrongCodeError(_why_not(factor))


def backup_codes_renew(*, user: User, code: str) -> list[str]:
    """New backup codes; the old ones open nothing from now on. Raises WrongCodeError."""
    two_factor_check(user=user, code=code)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        codes = _new_backup_codes(factor)
        factor.save(update_fields=["backup_hashes", "updated_at"])
    return codes


def two_factor_end(*, user: User) -> None:
    """Switches it off. Who may do so is asked by the caller. All log-ins of the person end."""
    with transaction.atomic():
        SecondFactor.objects.filter(user=user).delete()
        user.two_factor_at = None
        user.save(update_fields=["two_factor_at"])


def app_address(factor: SecondFactor) -> str:
    """What the QR code says to an authenticator app (Google's Key URI format)."""
    label = quote(f"{settings.APP_NAME}:{factor.user.get_username()}")
    values = urlencode({"secret": app_key(factor), "issuer": settings.APP_NAME}, quote_via=quote)
    return f"otpauth://totp/{label}?{values}"


def app_key(factor: SecondFactor) -> str:
    """The secret as people type it into an app."""
    return str(factor.secret["key"])


def wait_seconds(factor: SecondFactor) -> int:
    """How long no code is looked at; 0 when one may be tried now."""
    over = factor.failure_count - FREE_TRIES
    if over < 0 or factor.failed_at is None:
        return 0
    wait = min(timedelta(seconds=2 ** min(over + 1, 20)), LONGEST_WAIT)
    left = factor.failed_at + wait - timezone.now()
    return max(0, int(left.total_seconds()) + 1) if left > timedelta() else 0


def _locked(user: User) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update().filter(user=user).first()


def _use(factor: SecondFactor, code: str) -> bool:
    return _use_code(factor, code) or _use_backup_code(factor, code)


def _use_code(factor: SecondFactor, code: str) -> bool:
    """Counts a wrong one; a backup code that follows takes the failure back."""
    if wait_seconds(factor):
        return False
    digits = "".join(code.split())
    try:
        app = TOTP(base64.b32decode(app_key(factor)), step=STEP_SECONDS)
    except (DecryptionError, KeyError):  # the keys were lost: backup codes still work
        return _failed(factor)
    app.time = time.time()
    is_number = digits.isascii() and digits.isdigit() and len(digits) == 6
    if is_number and app.verify(int(digits), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        factor.last_step = app.t()
        return _succeeded(factor)
    return _failed(factor)


def _use_backup_code(factor: SecondFactor, code: str) -> bool:
    given = _hash(code)
    for kept in factor.backup_hashes:
        if constant_time_compare(kept, given):
            factor.backup_hashes = [one for one in factor.backup_hashes if one != kept]
            return _succeeded(factor)
    return False


def _succeeded(factor: SecondFactor) -> bool:
    factor.failure_count, factor.failed_at = 0, None
    factor.save()
    return True


def _failed(factor: SecondFactor) -> bool:
    factor.failure_count += 1
    factor.failed_at = timezone.now()
    factor.save(update_fields=["failure_count", "failed_at", "updated_at"])
    return False


def _new_backup_codes(factor: SecondFactor) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(12)) for _ in range(BACKUP_CODES)]
    factor.backup_hashes = [_hash(code) for code in codes]
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _hash(code: str) -> str:
    """Keyed: whoever reads the database alone cannot try codes against it."""
    plain = "".join(one for one in code.lower() if one.isalnum())
    return salted_hmac("backup code", plain, algorithm="sha256").hexdigest()


def _why_not(factor: SecondFactor | None) -> str:
    wait = wait_seconds(factor) if factor else 0
    told = ["This code is wrong or was used already."]
    told += [f"Try again in {wait} s."] if wait else []
    return " ".join(told)
