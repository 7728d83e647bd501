"""Settings of the project. Read from the environment, then `.env`, then the default here.

Blocks: site, apps, database, cache, queue, monitoring, outgoing HTTP, channels, web, security, API, logs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config import __version__, openapi, operations, rest, security, telegram, twilio, unfold
from config import logging as config_logging
from config.audit import AUDITED as AUDITED
from config.env import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env.load(BASE_DIR)
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()

# --- Site ------------------------------------------------------------------------------------

APP_NAME = env.text("APP_NAME", "WHMCS Stock Monitor")
APP_VERSION = env.text("APP_VERSION", __version__)
DEBUG = env.flag("DEBUG", default=False)
PORT = env.integer("PORT", 8000, low=1, high=65535)
WEB_BIND = env.text("WEB_BIND", "127.0.0.1")
PUBLIC_URL = env.url("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
USE_TZ = True
LANGUAGE_CODE = "en"  # of all but pages: those speak what their reader chose
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
FORMS_URLFIELD_ASSUME_HTTPS = True  # an address typed without a scheme means https

SECRET_KEY = env.secret("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")
for _name, _value in (("SECRET_KEY", SECRET_KEY), ("FIELD_ENCRYPTION_KEYS", FIELD_ENCRYPTION_KEYS)):
    if not _value:
        raise ImproperlyConfigured(
            f"{_name} is missing: run `python -m config.bootstrap` once, or set it."
        )

_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    tuple(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", _public.hostname or "localhost"])),
)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# --- Apps ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "common",  # first: words of models are made translatable before a page is made of them
    "unfold",  # before the admin it replaces templates of
    "unfold.contrib.filters",
    "config.pages.AdminConfig",  # loads its pages with the addresses
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "csp",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "accounts",
    "websites",
    "monitoring",
    "notifications",
    "runtime",
]
MIDDLEWARE = [
    "config.middleware.TrustedProxyMiddleware",  # first: the others believe scheme and id
    "config.requestid.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",  # before what may answer a preflight request
    "config.conditional.ConditionalApiMiddleware",  # below it: a 304 needs its headers too
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.middleware.TwoFactorMiddleware",
    "accounts.audit.AuditMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it sees the answer to a wrong log-in
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "runtime.banner.context",
            ],
        },
    },
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database --------------------------------------------------------------------------------
# No ATOMIC_REQUESTS: a reader must not take SQLite's write lock.

VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
_database = env.parsed(
    "DATABASE_URL",
    f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
    environ.Env.db_url_config,
    "sqlite:////path/to/file or postgres://user:password@host:5432/name",
)
if _database["ENGINE"] not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
    raise ImproperlyConfigured("DATABASE_URL is wrong: expected a sqlite or postgres address.")
_database["PASSWORD"] = _database["PASSWORD"] or env.secret("DATABASE_PASSWORD")
IS_SQLITE = _database["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # Readers do not block the writer (WAL); a transaction takes the write lock when it begins
    # (IMMEDIATE), because taking it half-way fails at once instead of waiting.
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # The queue polls twice a second: a new session each time costs more than the query.
    _database |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    _database["OPTIONS"] = {"connect_timeout": 5, **_database.get("OPTIONS", {})}
DATABASES = {"default": _database}

# --- Cache -----------------------------------------------------------------------------------
# Web, core process and queue must see the same entries: on one machine in files, on several in
# Redis. Nothing depends on an entry being there: losing the cache loses no stock and no message.

REDIS_URL = env.address("REDIS_URL", ("redis", "rediss"), "redis://:password@host:6379/0")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "common.rediscache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "stock-monitor",
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 2000},
    }
}

# --- Queue -----------------------------------------------------------------------------------

Q_CLUSTER: dict[str, Any] = operations.queue(env, is_sqlite=IS_SQLITE, redis_url=REDIS_URL)

# --- Supervisor ------------------------------------------------------------------------------

# How long running tasks may take to finish when everything is stopped.
SUPERVISOR_GRACE_SECONDS = env.number("SUPERVISOR_GRACE_SECONDS", 20.0, low=0.1)
# Every process is asked so often whether it still works ...
CANARY_SECONDS = env.number("CANARY_SECONDS", 5.0, low=0.1)
# ... and one that does not answer for so long is killed and started again.
CANARY_LIMIT_SECONDS = env.number("CANARY_LIMIT_SECONDS", 30.0, low=1.0)

# --- Monitoring ------------------------------------------------------------------------------

MONITORING_INTERVAL = env.integer("MONITORING_INTERVAL", 60, low=5)
# Longer than the longest read (25 s) and a wait for the database (20 s); the shop of a worker that
# died is free again after it.
POLL_LEASE_SECONDS = env.integer("POLL_LEASE_SECONDS", 60, low=1)
HOST_MIN_GAP_SECONDS = env.number("HOST_MIN_GAP_SECONDS", 1.0, high=3600.0)
# Order links that one poll of public pages may open for products whose group page proves nothing.
PROBES_PER_POLL = env.integer("PROBES_PER_POLL", 10, low=0, high=100)
GUARD_LOST_MIN = env.integer("GUARD_LOST_MIN", 5)
GUARD_LOST_SHARE = env.number("GUARD_LOST_SHARE", 0.2, high=1.0)
GUARD_FLIP_MIN = env.integer("GUARD_FLIP_MIN", 10)
GUARD_FLIP_SHARE = env.number("GUARD_FLIP_SHARE", 0.5, high=1.0)
GUARD_CONFIRM_SECONDS = env.integer("GUARD_CONFIRM_SECONDS", 8, high=10)
# More than a year: the same season can be compared.
RETENTION_DAYS = env.integer("RETENTION_DAYS", 400, low=1)
# Four sell-outs within half an hour are news; what goes on like this is noise until it rests.
FLAP_FLIPS = env.integer("FLAP_FLIPS", 8, low=0, high=50)
FLAP_WINDOW_SECONDS = env.integer("FLAP_WINDOW_SECONDS", 1800, low=1)
FLAP_COOLDOWN_SECONDS = env.integer("FLAP_COOLDOWN_SECONDS", 1800, low=1)
# After a message about a monitor its small changes are gathered for so long; 0: never.
COALESCE_SECONDS = env.integer("COALESCE_SECONDS", 60, low=0, high=3600)
# The first user; a password that is not given is invented and printed once.
DJANGO_SUPERUSER_USERNAME = env.text("DJANGO_SUPERUSER_USERNAME", "admin")
DJANGO_SUPERUSER_EMAIL = env.text("DJANGO_SUPERUSER_EMAIL")
DJANGO_SUPERUSER_PASSWORD = env.secret("DJANGO_SUPERUSER_PASSWORD")
# Seeds of the first Website, used by `init_db` on a fresh database.
WHMCS_API_URL = env.url("WHMCS_API_URL", "")
WHMCS_API_IDENTIFIER = env.secret("WHMCS_API_IDENTIFIER")
WHMCS_API_SECRET = env.secret("WHMCS_API_SECRET")
# More of them, by number; `sync_env_websites` reads these two sets of settings.
WEBSITES_FROM_ENV = env.numbered(
    "WEBSITE", ("NAME", "URL", "API_ID", "API_SECRET"), ("API_ID", "API_SECRET")
)

# --- Outgoing HTTP ---------------------------------------------------------------------------

ALLOW_PRIVATE_NETWORKS = env.networks("ALLOW_PRIVATE_NETWORKS")
HTTP_ALLOWED_PORTS = env.ports("HTTP_ALLOWED_PORTS", (80, 443))
HTTP_MAX_BODY_BYTES = env.integer("HTTP_MAX_BODY_BYTES", 16 * 1024 * 1024, low=1024)
USER_AGENT = env.text("USER_AGENT", f"stock-monitor/{APP_VERSION} (+{PUBLIC_URL})")

# --- Channels --------------------------------------------------------------------------------

TELEGRAM_BOT_TOKEN = env.secret("TELEGRAM_BOT_TOKEN")
TELEGRAM_CHAT_ID = env.text("TELEGRAM_CHAT_ID")
TELEGRAM_API_URL = env.url("TELEGRAM_API_URL", "https://api.telegram.org")
TELEGRAM_MODE, TELEGRAM_LEASE_SECONDS = telegram.hearing(env, public_url=PUBLIC_URL)
_email = env.parsed(
    "EMAIL_URL",
    "smtp://localhost:25",
    environ.Env.email_url_config,
    "smtp+tls://user:password@host:587",
)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH = _email["EMAIL_FILE_PATH"] or None
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{APP_NAME} <stock-monitor@localhost>")
TWILIO = twilio.build(env, public_url=PUBLIC_URL)

# --- Web -------------------------------------------------------------------------------------

# SQLite has one writer at a time anyway: more processes would only cost memory.
WEB_WORKERS = env.integer("WEB_WORKERS", 1 if IS_SQLITE else 4, low=1, high=64)
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
WHITENOISE_USE_FINDERS = True  # served straight from the packages: no build step to forget

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$", r"^api/v1/health/"]  # probes: plain http
UNFOLD = unfold.build(app_name=APP_NAME, app_version=APP_VERSION)

# --- Security --------------------------------------------------------------------------------

AUDIT_DAYS = env.integer("AUDIT_DAYS", 365, low=1, high=36_500)
ADMIN_REQUIRES_TOTP = env.flag("ADMIN_REQUIRES_TOTP", default=False)
globals().update(
    security.build(env, public_url=PUBLIC_URL, has_proxies=bool(TRUSTED_PROXIES), is_debug=DEBUG)
)

# --- API -------------------------------------------------------------------------------------

# Requests per caller; a stranger is known by address only. Log-ins count per address and per name.
API_RATE_KEY = env.rate("API_RATE_KEY", "1200/minute")
API_RATE_USER = env.rate("API_RATE_USER", "1200/minute")
API_RATE_ANONYMOUS = env.rate("API_RATE_ANONYMOUS", "120/minute")
API_RATE_LOGIN = env.rate("API_RATE_LOGIN", "10/minute")
JWT_ACCESS_MINUTES = env.integer("JWT_ACCESS_MINUTES", 10, low=1, high=60)
JWT_REFRESH_DAYS = env.integer("JWT_REFRESH_DAYS", 14, low=1, high=365)
REST_FRAMEWORK = rest.FRAMEWORK
SIMPLE_JWT = rest.tokens(SECRET_KEY, access_minutes=JWT_ACCESS_MINUTES, days=JWT_REFRESH_DAYS)
SPECTACULAR_SETTINGS = openapi.build(APP_NAME, APP_VERSION, PUBLIC_URL)

# --- Logs ------------------------------------------------------------------------------------

LOG_LEVEL, LOG_FORMAT = operations.logs(env)
LOGGING = config_logging.build(LOG_LEVEL, LOG_FORMAT)

# --- Watching over it ------------------------------------------------------------------------

METRICS_TOKEN, METRICS_BY_TEAM = operations.metrics(env)
SENTRY_DSN, SENTRY_ENVIRONMENT, DEADMAN_URL = operations.watch(env)
