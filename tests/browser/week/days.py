"""The shops of `make demo` over a week, read by the real walk on a clock that is set: what the
browser tests look at and what the pictures of docs/ show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import time_machine
from django.test import override_settings
from django.utils import timezone

from accounts.models import Team, User
from common.patience import wait_for_background
from common.queues import clusters
from demo.story import Story
from demo.world import World as FakeWorld
from monitoring.models import Alert, Monitor
from monitoring.services.polling import cycle_now
from notifications.models import NotificationLog
from runtime.heartbeats import TICKER, beat
from runtime.sampledata import board_open, world_channels, world_shops
from tests.chaos.work import drain
from tests.factories import make_team, make_user
from websites.models import Website

BEATS = (*range(168, 24, -4), *range(24, 0, -2), 0.5, 0.02)
"""Hours before now at which the story goes on and both shops are read."""
TOLD = 12
"""In these last hours there are channels: people are told."""


@dataclass(slots=True)
class DemoWeek:
    fakes: FakeWorld
    story: Story
    team: Team
    owner: User

    @property
    def shop(self) -> Website:
        return Website.objects.get(name="Alpine Hosting")

    @property
    def monitor(self) -> Monitor:
        """Sells out and comes back every day and a half."""
        return Monitor.objects.get(product_name__startswith="Alpine Nano")

    @property
    def alert(self) -> Alert:
        return Alert.objects.filter(status="open", monitor__isnull=False).latest("pk")

    @property
    def message(self) -> NotificationLog:
        return NotificationLog.objects.filter(status="sent").latest("pk")


@contextmanager
def demo_week() -> Iterator[DemoWeek]:
    """Needs an open database; whoever asks for it empties the tables afterwards."""
    with FakeWorld() as fakes:
        state: dict[str, Any] = fakes.state()
        with override_settings(
            FLAP_FLIPS=0,
            TELEGRAM_API_URL=fakes.telegram_url,
            TELEGRAM_BOT_TOKEN=state["telegram"]["token"],
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST=state["smtp"]["host"],
            EMAIL_PORT=state["smtp"]["port"],
        ):
            yield _lived(fakes)
            assert wait_for_background(10)


def _lived(fakes: FakeWorld) -> DemoWeek:
    now = timezone.now()
    story = Story(fakes)
    story.open_shops()
    with time_machine.travel(now - timedelta(hours=BEATS[0] + 1)):
        team = make_team("Main team")
        owner = make_user("ada", team=team, is_staff=True)
        world_shops(team, fakes.state())
        board_open(team)
    is_told = False
    for number, hours in enumerate(BEATS, 1):
        with time_machine.travel(now - timedelta(hours=hours)):
            if hours < TOLD and not is_told:
                world_channels(team, fakes.state())
                is_told = True
            story.play(number)
            cycle_now(all_websites=True)
            drain()
    for part in (TICKER, *clusters()):
        beat(part, timezone.now() + timedelta(minutes=5))  # nothing is silent on the pictures
    return DemoWeek(fakes, story, team, owner)
