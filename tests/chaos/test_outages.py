"""The broker is wiped, receivers are away for a while: everything arrives, once."""

from __future__ import annotations

from collections import Counter

import pytest
from django_q.models import OrmQ

from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from runtime import core
from tests.chaos.work import drain, live
from tests.notifications.factories import TOKEN, make_channel, subscribe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_a_broker_wiped_in_the_middle_of_work_costs_a_minute_and_no_change(
    clock, world, shop, website
):
    shop.set_stock(1, 49)
    clock.shift(5)
    core.tick()
    assert OrmQ.objects.exists()
    OrmQ.objects.all().delete()
    live(clock, seconds=50)
    assert not MonitorHistory.objects.exists()
    live(clock, seconds=15)
    assert [row.to_quantity for row in MonitorHistory.objects.all()] == [49]
    assert len(world.messages("webhook")) == 1
    for stock in (48, 47, 46):
        shop.set_stock(1, stock)
        clock.shift(60)
        core.tick()
        OrmQ.objects.all().delete()
    live(clock, seconds=65)
    assert [row.to_quantity for row in MonitorHistory.objects.order_by("id")] == [49, 46]
    assert len(world.messages("webhook")) == 2


@pytest.fixture
def everywhere(clock, world, website, settings):
    """Telegram and mail beside the webhook."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = world.mail.host, world.mail.port
    settings.TELEGRAM_API_URL, settings.TELEGRAM_BOT_TOKEN = world.telegram_url, TOKEN
    world.telegram.tokens.add(TOKEN)
    team = website.team
    subscribe(make_channel(team, kind="email", config={"to": ["a@example.com"]}, secrets={}))
    subscribe(make_channel(team, kind="telegram", config={"chat_id": "1001"}, secrets={}))


@pytest.mark.usefixtures("everywhere")
def test_mail_server_and_telegram_are_away_for_a_while_and_everything_arrives_once(
    clock, world, shop
):
    world.mail.down()
    back = world.telegram.fail("server_error", times=None)
    for stock in (49, 48, 47):
        shop.set_stock(1, stock)
        live(clock, seconds=10)
    live(clock, seconds=60, step=20)
    assert {message.kind for message in world.messages()} == {"webhook"}
    assert NotificationLog.objects.filter(status="pending").count() == 6
    world.mail.up()
    back()
    live(clock, seconds=600, step=60)
    assert Counter(message.kind for message in world.messages()) == {
        "webhook": 3,
        "mail": 3,
        "telegram": 3,
    }
    assert set(NotificationLog.objects.values_list("status", flat=True)) == {"sent"}
    drain()
