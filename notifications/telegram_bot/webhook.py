"""The other way in: Telegram calls us. The secret it was given at registration proves that it is
Telegram."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.telegram_bot.late import calling

HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATH = "/telegram/webhook/"
"""Written down, as config/urls.py says it: to ask would load every page into the bot's process."""
WEBHOOK, POLLING = "webhook", "polling"


def webhook_address() -> str:
    return f"{settings.PUBLIC_URL}{PATH}"


def webhook_secret(token: str) -> str:
    """Follows from the token and our key: every machine knows it, and it is stored nowhere."""
    return salted_hmac("notifications.telegram.webhook", token, algorithm="sha256").hexdigest()


@csrf_exempt
@require_POST
def telegram_webhook(request: HttpRequest) -> HttpResponse:
    """200 for everything that is genuine and done with, also what we do not understand: Telegram
    repeats whatever is answered otherwise. 503 asks it to come again."""
    token = settings.TELEGRAM_BOT_TOKEN
    if not token or settings.TELEGRAM_MODE != WEBHOOK:
        return HttpResponse(status=404)
    if not constant_time_compare(request.headers.get(HEADER, ""), webhook_secret(token)):
        return HttpResponse(status=403)
    return HttpResponse(status=200 if calling().update_receive(request.body, token) else 503)
