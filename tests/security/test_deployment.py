"""What https switches on, in a process that reads production settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check import PRODUCTION
from tests.config.test_settings import read, start

pytestmark = [pytest.mark.unit, pytest.mark.once]
ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_deployment_check_finds_nothing_under_production_settings(tmp_path):
    environment = {**os.environ, **PRODUCTION, "VAR_DIR": str(tmp_path),
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, "no issues" in result.stdout) == (0, True), result.stderr


def test_cookies_travel_by_https_only_and_scripts_cannot_read_the_session(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
             "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE")  # fmt: skip
    found = read(tmp_path, *names, PUBLIC_URL="https://stock.example")
    assert list(found.values()) == [True, True, True, "Lax", "Lax"]


def test_other_origins_are_open_in_development_and_named_in_production(tmp_path):
    names = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ALLOWED_ORIGINS", "CORS_ALLOW_CREDENTIALS")
    assert list(read(tmp_path, *names, DEBUG="true").values()) == [True, [], False]
    named = "https://app.example, http://127.0.0.1:3000"
    found = read(tmp_path, *names, CORS_ALLOWED_ORIGINS=named)
    assert list(found.values()) == [
        False, ["https://app.example", "http://127.0.0.1:3000"], False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "app.example"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example/"),
        ("CORS_ALLOWED_ORIGINS", "https://user@app.example"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example:port"),
        ("LOGIN_FAILURES", "0"),
        ("LOGIN_LOCK_MINUTES", "forever"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(tmp_path, name, value):
    result = start(tmp_path, "DEBUG", **{name: value})
    assert f"ImproperlyConfigured: {name} is wrong" in result.stderr
