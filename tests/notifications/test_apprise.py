"""Any other service: real sockets on the other side, the plugins of Apprise in between."""

from __future__ import annotations

import json
import logging
import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import InvalidInputError
from common.patience import wait_for_background
from notifications.channels.apprise import address, door
from notifications.channels.apprise.schemes import BY_NAME
from notifications.channels.apprise.transport import AppriseTransport
from notifications.channels.base import Message, Target
from notifications.channels.errors import DeliveryError
from notifications.services.channels import channel_create, channel_test, channel_update
from notifications.services.outbox import deliver
from tests.common.raw_server import always, answer, read_request, serving
from tests.factories import make_team
from tests.notifications.factories import make_channel, make_notification

MESSAGE = Message(
    id="5ad10c6e", type="sold_out", subject="Sold out: VPS *S*", text="VPS *S* is sold out."
)
TOPIC = "planted-topic"


def ntfy(port: int, rest: str = "") -> str:
    return f"ntfy://127.0.0.1:{port}/{TOPIC}{rest}"


def send(url: str, message: Message = MESSAGE):
    return AppriseTransport(Target(config={}, secrets={"url": url})).send(message)


def failure(url: str, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(url, message)
    return caught.value


class Recorder:
    """Answers each request with the next of `answers` (the last one for ever), keeps them all."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.seen: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        while request := read_request(connection):
            self.seen.append(request)
            connection.sendall(self.answers[min(len(self.seen), len(self.answers)) - 1])

    def body(self, index: int = 0) -> dict[str, str]:
        value = json.loads(self.seen[index].partition(b"\r\n\r\n")[2])
        assert isinstance(value, dict)
        return value


def test_a_message_arrives_with_title_and_text():
    other_side = Recorder(answer(b"{}"))
    with serving(other_side) as port:
        receipt = send(ntfy(port))
    assert receipt.provider_status == "200"
    sent = other_side.body()
    assert (sent["topic"], sent["title"]) == (TOPIC, "Sold out: VPS *S*")
    assert sent["message"] == "VPS *S* is sold out."


def test_credentials_of_the_address_travel_in_a_header():
    other_side = Recorder(answer(b"{}"))
    with serving(other_side) as port:
        send(f"ntfy://me:word@127.0.0.1:{port}/{TOPIC}")
    assert b"Authorization: Basic bWU6d29yZA==" in other_side.seen[0]


def test_text_is_made_safe_for_services_that_read_markdown():
    other_side = Recorder(answer(b"ok"))
    with serving(other_side) as port:
        send(f"rocket://aaaa/bbbb@127.0.0.1:{port}")
    assert "VPS \\*S\\*" in other_side.body()["text"]


def test_too_long_a_text_is_cut_and_sent_once():
    other_side = Recorder(answer(b"ok"))
    long = Message(id="1", type="sold_out", subject="Many", text="sold out\n" * 1000)
    with serving(other_side) as port:
        send(f"rocket://aaaa/bbbb@127.0.0.1:{port}", long)
    assert len(other_side.seen) == 1
    assert len(other_side.body()["text"]) <= 1000


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_wrong_token_or_place_is_final(status):
    with serving(always(answer(b"no", status=f"{status} No"))) as port:
        error = failure(ntfy(port))
    assert (error.permanent, error.code) == (True, f"http_{status}")
    assert error.advice


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_tried_again_and_nothing_is_repeated_here(status):
    other_side = Recorder(answer(b"no", "Retry-After: 42", status=f"{status} Busy"))
    with serving(other_side) as port:
        error = failure(ntfy(port))
    assert (error.permanent, error.retry_after) == (False, 42.0)
    assert len(other_side.seen) == 1


def test_a_plugin_that_likes_to_repeat_may_not(monkeypatch):
    """That of Discord asks again at once when it is told to wait."""
    other_side = Recorder(answer(b'{"retry_after": 3}', status="429 Slow down"))
    with serving(other_side) as port:
        plugin = address._plugin(BY_NAME["discord"])
        monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{port}/hooks")
        assert failure("discord://planted-id/planted-token").retry_after == 3.0
    assert len(other_side.seen) == 1


def test_a_wait_in_the_answer_counts_too():
    with serving(always(answer(b'{"retry_after": 1.5}', status="429 Slow down"))) as port:
        assert failure(ntfy(port)).retry_after == 1.5


def test_another_refusal_is_given_up_early():
    with serving(always(answer(b"no", status="400 Bad"))) as port:
        error = failure(ntfy(port))
    assert (error.permanent, error.max_attempts) == (False, 5)


def test_a_redirect_is_not_followed():
    elsewhere = Recorder(answer(b"{}"))
    with serving(elsewhere) as goal:
        moved = answer(b"", f"Location: http://127.0.0.1:{goal}/", status="302 Found")
        with serving(always(moved)) as port:
            assert failure(ntfy(port)).code == "http_302"
    assert elsewhere.seen == []


def test_a_200_that_says_no_is_a_refusal(monkeypatch):
    """DingTalk, WeCom and Feishu answer 200 to a wrong token; the plugin takes that for a yes."""
    scheme = BY_NAME["wecombot"]
    refusal = Recorder(answer(b'{"errcode": 93000, "errmsg": "invalid webhook url"}'))
    with serving(refusal) as port:
        plugin = address._plugin(scheme)
        monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{port}/?key={{key}}")
        error = failure("wecombot://planted-key")
    assert (error.code, error.max_attempts) == ("not_accepted", 5)
    assert "93000 invalid webhook url" in error.message


def test_a_200_that_says_yes_is_accepted(monkeypatch):
    with serving(always(answer(b'{"errcode": 0, "errmsg": "ok"}'))) as port:
        plugin = address._plugin(BY_NAME["wecombot"])
        monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{port}/?key={{key}}")
        assert send("wecombot://planted-key").provider_status == "200"


def test_a_trickling_answer_holds_nobody_longer_than_the_deadline(monkeypatch):
    monkeypatch.setattr(door, "DEADLINE_SECONDS", 0.3)

    def trickle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)

    with serving(trickle) as port:
        assert failure(ntfy(port)).code == "timeout"


def test_an_endless_answer_is_cut(monkeypatch):
    monkeypatch.setattr(door, "MAX_BODY_BYTES", 1000)
    with serving(always(answer(b"x" * 5000))) as port:
        assert failure(ntfy(port)).code == "too_large"


def test_internal_addresses_are_refused_unless_the_operator_allows_them(settings):
    settings.ALLOW_PRIVATE_NETWORKS = []
    other_side = Recorder(answer(b"{}"))
    with serving(other_side) as port:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            with pytest.raises(DeliveryError) as caught:
                send(f"ntfy://{host}:{port}/{TOPIC}?mode=private")
            assert caught.value.code in ("address_refused", "bad_address")
    assert other_side.seen == []


def test_the_address_that_was_judged_is_the_one_connected_to(settings, monkeypatch):
    """Rebinding: a name that is public when asked first and internal when asked again."""
    settings.ALLOW_PRIVATE_NETWORKS = []
    answers = iter(["93.184.215.14", "127.0.0.1"])
    asked: list[str] = []

    def lookup(host, port, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    failure("ntfy://rebinding.example/topic?mode=private")  # stopped by the guard of the tests
    assert asked == ["rebinding.example"]


def test_a_second_host_in_the_address_leads_nowhere_unjudged(settings):
    settings.ALLOW_PRIVATE_NETWORKS = []
    other_side = Recorder(answer(b"{}"))
    with serving(other_side) as port:
        for url in (
            f"gotify://ntfy.sh@127.0.0.1:{port}/TOKEN",
            f"gotify://127.0.0.1:{port}/path/../TOKEN",
            f"mmost://user:word@127.0.0.1:{port}/TOKEN",
        ):
            assert failure(url).code in ("address_refused", "bad_address")
    assert other_side.seen == []


def test_words_of_the_other_side_are_kept_without_the_address():
    with serving(always(answer(b'{"code": 40301, "error": "forbidden"}', status="403 No"))) as port:
        error = failure(ntfy(port))
    assert "forbidden" in error.message
    assert TOPIC not in error.message


def test_nothing_apprise_says_reaches_our_logs():
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        with serving(always(answer(b"no", status="500 No"))) as port:
            failure(ntfy(port))
    finally:
        logging.getLogger().removeHandler(ear)
    assert TOPIC not in " ".join(heard)


def test_a_plugin_that_stumbles_is_a_failed_send(monkeypatch):
    def stumble(*args, **kwargs):
        raise KeyError("planted-topic")

    monkeypatch.setattr(address._plugin(BY_NAME["ntfy"]), "send", stumble)
    error = failure("ntfys://planted-topic")
    assert error.code == "not_accepted"
    assert TOPIC not in error.message


@pytest.mark.django_db(transaction=True)
def test_the_outbox_repeats_and_settles(world):
    other_side = Recorder(answer(b"no", status="503 Busy"), answer(b"{}"))
    with serving(other_side) as port:
        channel = make_channel(kind="apprise", config={}, secrets={"url": ntfy(port)})
        notification = make_notification(channel)
        assert deliver([notification.pk]).retried == 1
        notification.refresh_from_db()
        assert (notification.status, notification.error_code) == ("pending", "http_503")
        assert TOPIC not in notification.error_message
        assert deliver([notification.pk], now=timezone.now() + timedelta(minutes=1)).sent == 1
        assert wait_for_background(10)
    notification.refresh_from_db()
    assert (notification.status, notification.provider_status) == ("sent", "200")
    assert len(other_side.seen) == 2


@pytest.mark.django_db(transaction=True)
def test_a_test_message_tells_the_outcome():
    with serving(always(answer(b"no", status="404 Not Found"))) as port:
        channel = make_channel(kind="apprise", config={}, secrets={"url": ntfy(port)})
        row = channel_test(channel=channel)
    assert (row.status, row.error_code) == ("dead", "http_404")


@pytest.mark.django_db
def test_the_address_is_kept_as_a_secret_and_checked_when_it_is_entered():
    team = make_team()
    channel, shown = channel_create(
        team=team, name="Phone", kind="apprise", config={"url": "ntfys://my-topic"}
    )
    assert (channel.config, channel.secrets, shown) == ({}, {"url": "ntfys://my-topic"}, {})
    with pytest.raises(InvalidInputError) as caught:
        channel_update(channel=channel, config={"url": "json://127.0.0.1/planted"})
    assert "Webhook" in caught.value.fields["url"][0]
    assert "planted" not in str(caught.value.fields)
