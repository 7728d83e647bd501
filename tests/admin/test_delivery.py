"""Channels, subscriptions and the notification log at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from demo.world import World as FakeWorld
from notifications.models import Channel, NotificationLog, Subscription
from notifications.services.channels import channel_create
from tests.admin.conftest import texts
from tests.admin.world import SECRETS, World, make_world, page

pytestmark = pytest.mark.django_db


def channel_form(world: World, **values: Any) -> dict[str, Any]:
    return {"team": world.team.pk, "name": "New", "kind": "webhook",
            "opt_webhook__url": "https://hook.example/in", **values}  # fmt: skip


def row_of(world: World, model: type[Any]) -> Any:
    return world.rows[model]


def test_a_webhook_shows_its_generated_secret_once(owner: Client, world: World) -> None:
    response = owner.post(page(Channel, "add"), channel_form(world))
    made = Channel.objects.get(name="New")
    secret = made.secrets["secret"]
    assert secret in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in owner.get(page(Channel, "change", made.pk)).content.decode()
    assert secret not in str(owner.session.items())


def test_a_bad_address_is_said_at_its_field(owner: Client, world: World) -> None:
    values = channel_form(world, opt_webhook__url="nowhere")
    errors = owner.post(page(Channel, "add"), values).context["adminform"].form.errors
    assert "opt_webhook__url" in errors


def test_recipients_are_typed_one_by_line(owner: Client, world: World) -> None:
    values = channel_form(world, kind="email", opt_email__to="a@example.com\nb@example.com")
    owner.post(page(Channel, "add"), values)
    made = Channel.objects.get(name="New")
    assert made.config == {"to": ["a@example.com", "b@example.com"]}
    text = owner.get(page(Channel, "change", made.pk)).content.decode()
    assert "a@example.com\nb@example.com" in text


def test_empty_secrets_stay_and_emptied_options_go(owner: Client, world: World) -> None:
    made, _ = channel_create(
        team=world.team,
        name="Chat",
        kind="telegram",
        config={
            "chat_id": "1001",
            "message_thread_id": 5,
            "bot_token": "123456:planted-bot-token-90ab",
        },
    )
    values = {"name": "Chat 2", "opt_telegram__chat_id": "1002",
              "opt_telegram__message_thread_id": "", "opt_telegram__bot_token": ""}  # fmt: skip
    owner.post(page(Channel, "change", made.pk), values)
    made.refresh_from_db()
    assert (made.name, made.config) == ("Chat 2", {"chat_id": "1002"})
    assert made.secrets == {"bot_token": "123456:planted-bot-token-90ab"}


def test_an_operator_tests_but_does_not_edit(operator: Client, world: World) -> None:
    channel = row_of(world, Channel)
    assert operator.post(page(Channel, "change", channel.pk), {}).status_code == 403
    assert operator.post(page(Channel, "disable", channel.pk)).status_code == 403
    text = operator.get(page(Channel, "change", channel.pk)).content.decode()
    assert "Send a test" in text
    assert "set, not shown" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_disabling_and_enabling(owner: Client, world: World) -> None:
    channel = row_of(world, Channel)
    text = owner.post(page(Channel, "disable", channel.pk), follow=True).content.decode()
    assert "Disabled" in text
    assert "enable it again" in text
    owner.post(page(Channel, "enable", channel.pk))
    channel.refresh_from_db()
    assert channel.is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.integration
def test_a_test_message_tells_its_outcome(operator: Client, world: World, fakes: FakeWorld) -> None:
    channel, _ = channel_create(
        team=world.team, name="Hook", kind="webhook", config={"url": fakes.webhook_url("in")}
    )
    address = page(Channel, "test", channel.pk)
    assert "accepted" in texts(operator.post(address, follow=True))
    assert len(fakes.messages("webhook", to="in")) == 1
    fakes.webhooks.script("in", [410])
    response = operator.post(address, follow=True)
    assert "did not arrive" in texts(response)


def subscription_form(world: World, **values: Any) -> dict[str, Any]:
    return {"channel": row_of(world, Channel).pk, "events": ["restocked", "sold_out"],
            "digest": "now", "is_active": "on", **values}  # fmt: skip


def test_a_subscription_names_events_and_shops(owner: Client, world: World) -> None:
    Subscription.objects.all().delete()
    owner.post(page(Subscription, "add"), subscription_form(world, websites=[world.website.pk]))
    made = Subscription.objects.get()
    assert made.events == ["restocked", "sold_out"]
    assert list(made.websites.all()) == [world.website]
    text = owner.get(page(Subscription, "changelist")).content.decode()
    assert "Restocked, Sold out" in text
    assert "1 website" in text


def test_everything_swallows_single_events(owner: Client, world: World) -> None:
    made = row_of(world, Subscription)
    values = subscription_form(world, events=["*", "restocked"], monitors=[world.monitor.pk])
    owner.post(page(Subscription, "change", made.pk), values)
    made.refresh_from_db()
    assert made.events == ["*"]
    assert (made.websites.count(), made.monitors.count()) == (0, 1)


def test_shops_of_an_own_other_team_do_not_fit_the_channel(owner: Client, world: World) -> None:
    """An owner of two teams: a channel of one takes no shop of the other."""
    second = make_world("second")
    second.team.memberships.create(user=world.owner, role="owner")
    values = subscription_form(world, websites=[second.website.pk])
    for address in (
        page(Subscription, "add"),
        page(Subscription, "change", row_of(world, Subscription).pk),
    ):
        errors = owner.post(address, values).context["adminform"].form.errors
        assert "websites" in errors


def test_a_message_is_sent_again_by_an_operator(operator: Client, world: World) -> None:
    row = row_of(world, NotificationLog)
    NotificationLog.objects.filter(pk=row.pk).update(
        status="dead", error_message="The receiver answered 410.", error_code="http_410"
    )
    text = operator.get(page(NotificationLog, "change", row.pk)).content.decode()
    assert "It failed for good" in text
    assert "mine-0-message" in text
    response = operator.post(page(NotificationLog, "resend", row.pk), follow=True)
    again = NotificationLog.objects.get(resend_of=row)
    assert f"message {again.pk}" in texts(response)


def test_a_message_under_way_cannot_be_sent_again(operator: Client, world: World) -> None:
    row = row_of(world, NotificationLog)
    NotificationLog.objects.filter(pk=row.pk).update(status="pending", retry_count=1)
    response = operator.post(page(NotificationLog, "resend", row.pk), follow=True)
    assert "does not apply" in texts(response)
    assert "Waits to retry" in response.content.decode()


def test_the_log_cannot_be_edited_by_anybody(owner: Client, world: World) -> None:
    row = row_of(world, NotificationLog)
    for name in ("add", "delete"):
        args = () if name == "add" else (row.pk,)
        assert owner.post(page(NotificationLog, name, *args), {"post": "yes"}).status_code == 403
    assert owner.post(page(NotificationLog, "change", row.pk), {}).status_code == 403
