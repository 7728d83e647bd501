"""Everything an operator would look at after an installation or a move, in one list of words."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable

from django.conf import settings
from django.core.mail import get_connection

from common.fields import DecryptionError, decrypt, encrypt
from common.rotation import encrypted_columns
from notifications.telegram_bot.late import calling
from runtime.health import CHECKS, OK

logger = logging.getLogger(__name__)

NOT_SET = "not configured"
UNSET_MAIL_SERVER = ("localhost", 25)
"""What the settings fall back to without EMAIL_URL."""


def check_encryption() -> str:
    """Do the keys open every stored secret, of every model that has some?"""
    decrypt(encrypt("self-check"))
    for column in encrypted_columns():
        try:
            values = column.model._base_manager.values_list(column.field, flat=True)
            for value in values.iterator(chunk_size=500):
                dict(value)  # opened by the look into it
        except DecryptionError:
            return f"{column}: a stored secret needs a key that is not in FIELD_ENCRYPTION_KEYS"
    return OK


def check_email() -> str:
    """Does the mail server of EMAIL_URL accept a connection (and the login)? Nothing is sent."""
    if (settings.EMAIL_HOST, settings.EMAIL_PORT) == UNSET_MAIL_SERVER:
        return NOT_SET
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("selfcheck_email failed error=%s", type(error).__name__)
        return "the mail server of EMAIL_URL does not let us in"
    return OK


def check_telegram() -> str:
    """Is TELEGRAM_BOT_TOKEN the token of a bot?"""
    if not settings.TELEGRAM_BOT_TOKEN:
        return NOT_SET
    return calling().token_trouble(settings.TELEGRAM_BOT_TOKEN) or OK


MORE: dict[str, Callable[[], str]] = {
    "encryption": check_encryption,
    "email": check_email,
    "telegram": check_telegram,
}


def selfcheck() -> dict[str, str]:
    """The word of every check; OK and NOT_SET are fine."""
    words = {}
    for name, check in {**CHECKS, **MORE}.items():
        try:
            words[name] = check()
        except Exception:
            # The boundary of a check: no fault of one may hide the others.
            logger.exception("selfcheck %s failed", name)
            words[name] = "failed; the log has the details"
    return words
