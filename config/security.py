"""Security headers, cookies, the guard of log-ins, and what browsers of other origins may do."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from config.env import Env

HASHERS = {
    "pbkdf2": ("PBKDF2PasswordHasher", ""),
    "scrypt": ("ScryptPasswordHasher", ""),
    "argon2": ("Argon2PasswordHasher", "argon2"),
    "bcrypt": ("BCryptSHA256PasswordHasher", "bcrypt"),
}
"""PASSWORD_HASHER -> class of Django, and the module of a package of its own that it needs."""


def build(env: Env, *, public_url: str, has_proxies: bool, is_debug: bool) -> dict[str, Any]:
    """The settings that Django and the four libraries for this read, by name."""
    return {
        **transport(public_url, has_proxies=has_proxies),
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": content_policy()},
        **cross_origin(origins=env.origins("CORS_ALLOWED_ORIGINS"), is_open=is_debug),
        **login_guard(
            failures=env.integer("LOGIN_FAILURES", 5, low=1, high=100),
            minutes=env.integer("LOGIN_LOCK_MINUTES", 15, low=1, high=1440),
        ),
        "PASSWORD_HASHERS": hashers(env.choice("PASSWORD_HASHER", "pbkdf2", tuple(HASHERS))),
    }


def hashers(first: str) -> list[str]:
    """New passwords take the first; the others are still understood, and a password that has one of
    them gets the first at its next log-in. Raises ImproperlyConfigured without its package."""
    module = HASHERS[first][1]
    if module and find_spec(module) is None:
        package = {"argon2": "argon2-cffi"}.get(module, module)
        raise ImproperlyConfigured(
            f"PASSWORD_HASHER={first} needs a package: run `pip install {package}`."
        )
    order = [first, *(name for name in HASHERS if name != first)]
    return [f"django.contrib.auth.hashers.{HASHERS[name][0]}" for name in order]


def transport(public_url: str, *, has_proxies: bool) -> dict[str, Any]:
    """What https switches on: cookies that never travel in the clear, and HSTS for a year."""
    public = urlsplit(public_url)
    is_https = public.scheme == "https"
    return {
        "SESSION_COOKIE_SECURE": is_https,
        "CSRF_COOKIE_SECURE": is_https,
        "LANGUAGE_COOKIE_SECURE": is_https,
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_AGE": 365 * 86_400,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000 if is_https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
        "SILENCED_SYSTEM_CHECKS": ["security.W005", "security.W021"],  # other names may not be ours
        # Whether a request came by https is known only from a proxy that we trust.
        "SECURE_SSL_REDIRECT": is_https and has_proxies,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if has_proxies else None,
        "CSRF_TRUSTED_ORIGINS": [f"{public.scheme}://{public.netloc}"],
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
    }


def content_policy() -> dict[str, Any]:
    """Nothing from another host, no script that stands in a page without our mark (the nonce).

    Styles inside pages stay allowed: the admin theme and the API pages set them. The admin's
    evaluated expressions are allowed below /admin/ only (config/middleware.py).
    """
    return {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],  # the API reference searches in one
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }


def cross_origin(*, origins: list[str], is_open: bool) -> dict[str, Any]:
    """Keys and tokens may come from these origins, never a cookie."""
    return {
        "CORS_URLS_REGEX": r"^/api/",
        "CORS_ALLOWED_ORIGINS": origins,
        "CORS_ALLOW_ALL_ORIGINS": is_open,
        "CORS_ALLOW_CREDENTIALS": False,
        "CORS_EXPOSE_HEADERS": ["Retry-After"],
    }


def login_guard(*, failures: int, minutes: int) -> dict[str, Any]:
    """So many wrong log-ins with one name from one address lock that pair (django-axes).

    The rows lie in the database, hold no password, and go when they are too old to count.
    """
    return {
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",  # first: it refuses whoever guessed too often
            "django.contrib.auth.backends.ModelBackend",
        ],
        "AXES_FAILURE_LIMIT": failures,
        "AXES_COOLOFF_TIME": timedelta(minutes=minutes),
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_CLIENT_IP_CALLABLE": "accounts.lockout.client_address",
        "AXES_LOCKOUT_CALLABLE": "accounts.lockout.locked_response",
        "AXES_RESET_ON_SUCCESS": True,
        # Otherwise a stranger could keep somebody out for as long as they go on trying.
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
        "AXES_DISABLE_ACCESS_LOG": True,  # nothing is kept beyond "last login"
        "AXES_ENABLE_ADMIN": False,  # accounts/admin/lockouts.py shows them
        "AXES_SENSITIVE_PARAMETERS": ["username", "ip_address", "csrfmiddlewaretoken", "otp"],
        "AXES_VERBOSE": False,
    }
