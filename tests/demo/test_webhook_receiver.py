from __future__ import annotations

import pytest
import requests

from demo.webhooks import WebhookStep
from demo.world import World


def post(world: World, name: str = "ops") -> requests.Response:
    return requests.post(
        world.webhook_url(name),
        data=b'{"a": 1}',
        headers={"Webhook-Id": "msg_1"},
        timeout=5,
        allow_redirects=False,
    )


def test_a_hook_keeps_headers_and_the_raw_body(world: World) -> None:
    assert post(world).status_code == 200

    (message,) = world.wait(1, "webhook", "ops")
    assert message.headers["webhook-id"] == "msg_1"
    assert message.body == b'{"a": 1}'
    assert message.json() == {"a": 1}
    assert message.status == 200


def test_a_script_is_answered_step_by_step(world: World) -> None:
    steps: list[WebhookStep] = [
        500,
        410,
        {"status": 429, "retry_after": 7},
        {"status": 302, "location": "/x"},
    ]
    world.webhooks.script("ops", steps)

    answers = [post(world) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [500, 410, 429, 302, 200]
    assert answers[2].headers["Retry-After"] == "7"
    assert answers[3].headers["Location"] == "/x"
    assert [m.status for m in world.messages("webhook")] == [500, 410, 429, 302, 200]


def test_the_last_step_of_a_sticky_script_stays_until_cleared(world: World) -> None:
    world.webhooks.script("ops", [200, 503], is_sticky=True)
    assert [post(world).status_code for _ in range(3)] == [200, 503, 503]

    world.webhooks.clear("ops")
    assert post(world).status_code == 200


def test_hooks_have_scripts_of_their_own(world: World) -> None:
    world.webhooks.script("ops", [500])

    assert post(world, "sales").status_code == 200
    assert post(world, "ops").status_code == 500


def test_a_slow_hook_answers_late_and_a_hung_one_never(world: World) -> None:
    world.webhooks.script("ops", [{"delay_seconds": 0.05}, {"hang_seconds": 0.1}])

    assert post(world).elapsed.total_seconds() >= 0.05
    with pytest.raises(requests.ConnectionError):
        post(world)
    assert len(world.messages("webhook", "ops")) == 2
