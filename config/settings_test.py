"""Settings of the tests: independent of `.env`, fast hashes, nothing that leaves this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# A developer's own `.env` and environment must not reach the tests.
os.environ["ENV_FILE"] = os.devnull
for _name in ("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "QUEUE_BROKER", "QUEUE_REDIS_URL", "TELEGRAM_BOT_TOKEN",
              "TELEGRAM_CHAT_ID", "SENTRY_DSN", "DEADMAN_URL", "METRICS_TOKEN", "EMAIL_URL", "PUBLIC_URL", "WEB_WORKERS",
              "WHMCS_API_URL", "WHMCS_API_IDENTIFIER", "WHMCS_API_SECRET", "ALLOWED_HOSTS",
              "TRUSTED_PROXIES", "DEBUG", "PORT"):  # fmt: skip
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 40
os.environ["FIELD_ENCRYPTION_KEYS"] = "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMzI="
os.environ["ALLOW_PRIVATE_NETWORKS"] = "127.0.0.0/8,::1/128"
if _url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = _url

from config.settings import *  # noqa: E402, F403 - the environment had to be set first
from config.settings import DATABASES, IS_SQLITE, WEBSITES_FROM_ENV  # noqa: E402
from config.twilio import Twilio  # noqa: E402

TEST_DIR = Path(tempfile.gettempdir()) / f"stock-monitor-tests-{os.getuid()}"
TEST_DIR.mkdir(exist_ok=True)

if IS_SQLITE:
    # In a file, so that threads and processes of a test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DIR / f"test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    if "TEST_DATABASE_NAME" in os.environ:  # several runs share the server
        DATABASES["default"]["TEST"] = {"NAME": os.environ["TEST_DATABASE_NAME"]}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True  # no scan of all static files for every test client
WEBSITES_FROM_ENV.clear()
API_RATE_KEY = API_RATE_USER = API_RATE_ANONYMOUS = API_RATE_LOGIN = None  # tests set their own
TWILIO = Twilio()  # not that of a developer's environment
