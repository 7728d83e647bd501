"""Settings are read in a process of their own, because a process reads them once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from config import operations, security
from config.env import Env
from tests.config import reader

pytestmark = [pytest.mark.unit, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = {
    "SECRET_KEY": "k" * 60,
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMzI=",
}


def start(tmp_path: Path, *names: str, **values: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **KEYS,
        **values,
    }
    return reader.start(environment, names)


def read(tmp_path: Path, *names: str, **values: str) -> Any:
    result = start(tmp_path, *names, **values)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_defaults_are_safe_and_need_nothing_but_keys(tmp_path: Path) -> None:
    found = read(
        tmp_path, "DEBUG", "ALLOWED_HOSTS", "DATABASES", "PUBLIC_URL", "SECURE_PROXY_SSL_HEADER",
        "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "ALLOW_PRIVATE_NETWORKS", "Q_CLUSTER",
    )  # fmt: skip
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert found["ALLOW_PRIVATE_NETWORKS"] == []
    assert not found["SECURE_SSL_REDIRECT"]
    assert not found["SESSION_COOKIE_SECURE"]
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    database = found["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert "ATOMIC_REQUESTS" not in database or database["ATOMIC_REQUESTS"] is False
    assert found["Q_CLUSTER"]["workers"] == 2


def test_the_cache_lies_in_files_until_a_redis_is_named(tmp_path: Path) -> None:
    alone = read(tmp_path, "CACHES")["CACHES"]["default"]
    assert alone["LOCATION"] == str(tmp_path / "cache")
    (tmp_path / "redis").write_text("rediss://:pass@cache.example:6380/1\n")
    shared = read(tmp_path, "CACHES", REDIS_URL_FILE=str(tmp_path / "redis"))["CACHES"]["default"]
    assert shared["LOCATION"] == "rediss://:pass@cache.example:6380/1"
    assert shared["BACKEND"] == "common.rediscache.RedisCache"


def test_the_queue_lies_in_the_database_until_redis_is_named(tmp_path: Path) -> None:
    postgresql = {"DATABASE_URL": "postgres://u:p@127.0.0.1/d", "QUEUE_BROKER": "redis"}
    plain = operations.queue(Env({}, {}), is_sqlite=False, redis_url="redis://cache/0")
    assert plain["broker_class"] == "runtime.broker.AddressedBroker"
    assert "redis" not in plain
    shared, own = "redis://:pass@cache.example/0", "redis://:pass@queue.example/0"
    queue = read(tmp_path, "Q_CLUSTER", REDIS_URL=shared, **postgresql)["Q_CLUSTER"]
    assert queue["broker_class"] == "runtime.broker_redis.RedisBroker"
    assert queue["redis"] == shared
    both = Env({"QUEUE_REDIS_URL": own, **postgresql}, {})
    assert operations.queue(both, is_sqlite=False, redis_url=shared)["redis"] == own


def test_a_queue_in_redis_says_what_it_needs() -> None:
    redis = Env({"QUEUE_BROKER": "redis"}, {})
    with pytest.raises(ImproperlyConfigured, match="needs PostgreSQL: set DATABASE_URL"):
        operations.queue(redis, is_sqlite=True, redis_url="redis://h/0")
    with pytest.raises(ImproperlyConfigured, match="needs REDIS_URL"):
        operations.queue(redis, is_sqlite=False, redis_url="")
    with pytest.raises(ImproperlyConfigured, match="QUEUE_BROKER is wrong: expected one of orm"):
        operations.queue(Env({"QUEUE_BROKER": "x"}, {}), is_sqlite=False, redis_url="")


def test_passwords_are_hashed_as_the_setting_says_and_old_ones_are_understood() -> None:
    usual = security.hashers("pbkdf2")
    assert usual[0].endswith(".PBKDF2PasswordHasher")
    first, *others = security.hashers("scrypt")
    assert make_password("secret", hasher=import_string(first)()).startswith("scrypt$")
    assert {first, *others} == set(usual)


def test_a_way_to_hash_that_needs_a_package_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "find_spec", lambda name: None)
    for name, package in (("argon2", "argon2-cffi"), ("bcrypt", "bcrypt")):
        with pytest.raises(ImproperlyConfigured, match=f"pip install {package}`"):
            security.hashers(name)
    monkeypatch.setattr(security, "find_spec", lambda name: object())
    assert security.hashers("bcrypt")[0].endswith(".BCryptSHA256PasswordHasher")


def test_the_database_password_may_come_apart_from_the_address(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p/a+s=s\n")
    file = str(tmp_path / "password")
    for url, password in (("u@h", "p/a+s=s"), ("u:in-it@h", "in-it")):
        url = f"postgres://{url}/d"
        found = read(tmp_path, "DATABASES", DATABASE_URL=url, DATABASE_PASSWORD_FILE=file)
        assert found["DATABASES"]["default"]["PASSWORD"] == password


def test_one_web_process_serves_sqlite_and_four_postgresql(tmp_path: Path) -> None:
    postgresql = {"DATABASE_URL": "postgres://u:p@127.0.0.1/d"}
    assert read(tmp_path, "WEB_WORKERS") == {"WEB_WORKERS": 1}
    assert read(tmp_path, "WEB_WORKERS", **postgresql) == {"WEB_WORKERS": 4}
    assert read(tmp_path, "WEB_WORKERS", WEB_WORKERS="6") == {"WEB_WORKERS": 6}


def test_https_switches_secure_cookies_and_hsts_on_and_proxies_the_redirect(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
             "SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "ALLOWED_HOSTS",
             "CSRF_TRUSTED_ORIGINS")  # fmt: skip
    alone = read(tmp_path, *names, PUBLIC_URL="https://stock.example:8443/")
    assert alone["SESSION_COOKIE_SECURE"]
    assert alone["CSRF_COOKIE_SECURE"]
    assert alone["SECURE_HSTS_SECONDS"] > 0
    assert alone["SECURE_SSL_REDIRECT"] is False
    assert alone["SECURE_PROXY_SSL_HEADER"] is None
    assert "stock.example" in alone["ALLOWED_HOSTS"]
    assert alone["CSRF_TRUSTED_ORIGINS"] == ["https://stock.example:8443"]
    behind = read(
        tmp_path, *names, PUBLIC_URL="https://stock.example", TRUSTED_PROXIES="10.0.0.0/8"
    )
    assert behind["SECURE_SSL_REDIRECT"] is True
    assert behind["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_postgresql_keeps_its_connections(tmp_path: Path) -> None:
    found = read(tmp_path, "DATABASES", "Q_CLUSTER", DATABASE_URL="postgres://u:p@db.example/stock")
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"]) == ("db.example", "stock")
    assert database["CONN_MAX_AGE"] == 300
    assert database["CONN_HEALTH_CHECKS"] is True
    assert found["Q_CLUSTER"]["ALT_CLUSTERS"].keys() == {"poll", "notify"}


def test_the_mail_server_comes_from_one_address(tmp_path: Path) -> None:
    found = read(
        tmp_path, "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_USE_TLS", "EMAIL_TIMEOUT",
        EMAIL_URL="smtp+tls://me:pw@mail.example:587",
    )  # fmt: skip
    assert found == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "me",
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 10,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("FIELD_ENCRYPTION_KEYS", ""),
        ("FIELD_ENCRYPTION_KEYS", "no-key"),
        ("DEBUG", "perhaps"),
        ("PORT", "0"),
        ("MONITORING_INTERVAL", "4"),
        ("GUARD_LOST_SHARE", "2"),
        ("ALLOW_PRIVATE_NETWORKS", "everything"),
        ("TIME_ZONE", "Nowhere"),
        ("PUBLIC_URL", "stock.example"),
        ("DATABASE_URL", "mysql://u:p@h/d"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "memcached://cache.example"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://cache.example:port/0"),
        ("WEB_WORKERS", "0"),
        ("EMAIL_URL", "ftp://mail.example"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("QUEUE_WORKERS", "0"),
        ("QUEUE_TASK_SECONDS", "30"),
        ("QUEUE_WORKER_MEMORY_MB", "lots"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    result = start(tmp_path, "DEBUG", **{name: value})
    assert result.returncode != 0
    assert re.search(rf"ImproperlyConfigured: {name} is (wrong|missing)", result.stderr)


@pytest.mark.parametrize(
    "values",
    [{}, {"QUEUE_TASK_SECONDS": "600"}, {"QUEUE_WORKERS": "1"},
     {"QUEUE_TASK_SECONDS": "600", "QUEUE_WORKERS": "1"}],
)  # fmt: skip
def test_the_queue_waits_long_enough_before_it_gives_a_task_out_again(
    tmp_path: Path, values: dict[str, str]
) -> None:
    queue = read(tmp_path, "Q_CLUSTER", **values)["Q_CLUSTER"]
    assert queue["retry"] >= (queue["queue_limit"] / queue["workers"] + 3) * queue["timeout"]
    assert queue["save_limit"] == -1
    assert queue["catch_up"] is False


def test_workers_and_their_memory_are_set_per_queue(tmp_path: Path) -> None:
    queue = read(
        tmp_path, "Q_CLUSTER", DATABASE_URL="postgres://u:p@127.0.0.1/d", QUEUE_WORKERS="1",
        QUEUE_POLL_WORKERS="8", QUEUE_NOTIFY_WORKERS="3", QUEUE_WORKER_MEMORY_MB="512",
    )["Q_CLUSTER"]  # fmt: skip
    assert queue["workers"] == 1
    assert queue["max_rss"] == 512_000, "in kilobytes"
    assert {name: own["workers"] for name, own in queue["ALT_CLUSTERS"].items()} == {
        "poll": 8,
        "notify": 3,
    }


def test_the_example_environment_lists_what_settings_read_and_nothing_else(tmp_path: Path) -> None:
    program = (
        "import config.settings as s; print('\\n'.join(sorted(s.env.names)));"
        "print('--'); print('\\n'.join(sorted(s.env.secret_names)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(tmp_path), **KEYS},
        capture_output=True,
        text=True,
        check=True,
    )
    read_names, secret_names = (part.split() for part in result.stdout.split("--"))
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#([A-Z0-9_]+)=", text, flags=re.MULTILINE)
    assert sorted(listed) == sorted(set(listed)), "a setting is listed twice"
    assert set(listed) == set(read_names)
    assert set(secret_names) <= set(listed)
