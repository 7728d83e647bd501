"""Which addresses of other services are taken, and what is never repeated of them."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module

import pytest

from notifications.channels.apprise import address, door
from notifications.channels.apprise.address import read
from notifications.channels.apprise.masking import mask
from notifications.channels.apprise.schemes import REFUSED, SCHEMES
from tests.common.raw_server import always, answer, serving


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.label)
def test_the_example_of_every_service_can_be_used(scheme):
    assert read(scheme.example).scheme is scheme


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.label)
def test_every_plugin_leaves_by_our_door_only(scheme):
    """Reads its source: what it imports, and which parts of `requests` it uses."""
    module = import_module(address._plugin(scheme).__module__)
    tree = ast.parse(inspect.getsource(module))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {
        node.module.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    assert not imported & {"socket", "smtplib", "subprocess", "ssl", "http", "urllib3", "asyncio"}
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "requests"
    }
    assert used
    assert used <= {name for name in dir(door.DOOR) if not name.startswith("_")}
    assert vars(module)["requests"] is door.DOOR


def test_reading_an_address_connects_to_nothing():
    with serving(always(answer(b"{}"))) as port:
        with door.listening(may_connect=False), pytest.raises(door.Door.RequestException):
            door.DOOR.get(f"http://127.0.0.1:{port}/")
        with pytest.raises(door.Door.RequestException):
            door.DOOR.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_other_schemes_are_refused_with_the_reason(name):
    with pytest.raises(ValueError, match=r"is not offered\. .{20,}"):
        read(f"{name}://host/path")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "discord",
        "discord://",
        "https://example.com/hook",
        "https://localhost/x",
        "http://127.0.0.1/x",
        "//host/x",
        "file:///etc/passwd",
        "ntfy://host/topic ntfy://other/topic",
        "ntfy://host/one/two",
        "ntfy://host/topic\n",
        "ntfys://" + "x" * 2000,
    ],
)
def test_what_is_no_address_of_a_service_is_refused(url):
    with pytest.raises(ValueError, match=r"\.$"):
        read(url)


@pytest.mark.parametrize(
    "option",
    ["redirect=yes", "retry=5", "wait=9", "cto=99", "rto=99", "overflow=split", "format=html",
     "tags_=x", "verify=no", "store=yes", "attach=/etc/passwd", "attach=http://127.0.0.1/",
     "avatar_url=http://127.0.0.1/", "actions=x", "email=a@b.example", "optional=yes", "+X=y",
     "-x=y", ":x=y", "tz=UTC", "emojis=yes"],
)  # fmt: skip
def test_options_that_are_not_offered_are_refused(option):
    with pytest.raises(ValueError, match="is not offered"):
        read(f"ntfys://host.example/topic?priority=high&{option}")


@pytest.mark.parametrize(
    "url",
    [
        "discord://WEBHOOK_ID/WEBHOOK_TOKEN?template=/etc/passwd",
        "workflows://HOST:443/WORKFLOW/SIGNATURE?template=/etc/passwd",
        "pover://USER_KEY@TOKEN?key=/etc/passwd",
        "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX?template=/etc/passwd",
    ],
)
def test_options_that_read_files_are_refused(url):
    with pytest.raises(ValueError, match="is not offered"):
        read(url)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV", "Discord"),
        ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "Slack"),
        ("https://chat.googleapis.com/v1/spaces/AAA/messages?key=KEY&token=TOKEN", "Google Chat"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY", "WeCom bot"),
    ],
)
def test_the_https_address_of_a_known_webhook_is_understood(url, label):
    assert read(url).scheme.label == label


def test_masking_covers_every_part_of_the_address_in_any_spelling():
    url = "discord://planted%2Did/planted%20token?thread=planted-thread"
    said = "id PLANTED-ID token planted token and planted%20token thread planted-thread ok"
    shown = mask(said, url)
    assert "planted" not in shown.lower()
    assert shown.endswith("ok")


def test_masking_keeps_one_line_of_bounded_length():
    shown = mask("a b\n" * 500, "ntfys://topic")
    assert "\n" not in shown
    assert len(shown) <= 301
