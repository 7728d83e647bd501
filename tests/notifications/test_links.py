"""Links in mails: they work without log-in, do one thing, and tell nobody anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from common.rates import Rate
from monitoring.models import Silence
from notifications.channels.base import Message
from notifications.links import Link, address_of, mark_of, token_of
from notifications.models import Channel
from notifications.services.outbox import deliver
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture(autouse=True)
def public(settings):
    settings.PUBLIC_URL = "https://stock.example"


@pytest.fixture
def channel():
    return make_channel(name="Ops", kind="email", config={"to": [ADA]}, secrets={})


@pytest.fixture
def both():
    return make_channel(name="Both", kind="email", config={"to": [ADA, BOB]}, secrets={})


def mailed(channel):
    row = make_notification(channel)
    deliver([row.pk])
    return row, mail.outbox[-1]


def links(text):
    return re.findall(r"https://stock\.example(/n/\S+)", text)


def path_of(link):
    return link.partition("stock.example")[2]


def unsubscribe_path(channel, address=""):
    return path_of(address_of("unsubscribe", Link(channel.pk, mark_of(address) if address else "")))


def test_a_mail_ends_with_links_in_text_and_html_and_with_headers(channel):
    _, letter = mailed(channel)
    mute, unsubscribe = links(letter.body)
    html = str(letter.alternatives[0][0])
    assert mute in html
    assert unsubscribe in html
    assert "channel “Ops”" in html
    assert letter.extra_headers["List-Unsubscribe"] == f"<https://stock.example{unsubscribe}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_not_promised_where_nobody_knows_who_clicked(both, channel, settings):
    _, letter = mailed(both)
    assert "List-Unsubscribe" in letter.extra_headers
    assert "List-Unsubscribe-Post" not in letter.extra_headers
    settings.PUBLIC_URL = "http://stock.example"
    assert "List-Unsubscribe-Post" not in mailed(channel)[1].extra_headers


def test_other_kinds_of_channels_have_no_links():
    row = make_notification(make_channel())
    deliver([row.pk])
    row.refresh_from_db()
    assert row.rendered["foot"] is None


def test_every_attempt_carries_the_same_links(channel, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = make_notification(channel)
    deliver([row.pk])
    row.refresh_from_db()
    frozen = row.rendered["foot"]
    row.next_attempt_at = timezone.now()
    row.save()
    deliver([row.pk])
    row.refresh_from_db()
    assert row.retry_count == 2
    assert row.rendered["foot"] == frozen


def test_who_may_read_a_message_is_not_handed_its_links(channel):
    row, _ = mailed(channel)
    viewer = make_user("vi", team=channel.team, role=Role.VIEWER, is_staff=True)
    client = Client()
    client.force_login(viewer)
    for where in (
        f"/api/v1/notifications/{row.pk}/",
        f"/admin/notifications/notificationlog/{row.pk}/change/",
    ):
        answer = client.get(where)
        assert answer.status_code == 200
        assert "/n/" not in answer.content.decode()


def test_looking_changes_nothing_and_a_post_mutes_for_a_day_once(channel, client):
    row, letter = mailed(channel)
    mute, _ = links(letter.body)
    for _ in range(2):
        assert client.get(mute).status_code == 200
    assert not Silence.objects.exists()
    for _ in range(2):
        assert client.post(mute).status_code == 200
    silence = Silence.objects.get()
    assert silence.monitor == row.events.get().monitor
    assert silence.author == "link in a mail of Ops"
    assert timedelta(hours=23) < silence.ends_at - timezone.now() <= timedelta(hours=24)


def test_a_link_of_a_websites_event_mutes_the_website(channel, client):
    website = make_website(channel.team)
    client.post(path_of(address_of("mute", Link(channel.pk, mark_of(ADA), None, website.pk))))
    assert Silence.objects.get().website == website


def test_one_click_of_the_mail_program_unsubscribes_the_only_recipient(channel):
    client = Client(enforce_csrf_checks=True)
    where = unsubscribe_path(channel, ADA)
    client.get(where)
    assert Channel.objects.get().is_active
    answer = client.post(where, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    channel.refresh_from_db()
    assert not channel.is_active
    assert channel.disabled_reason == f"{ADA} unsubscribed by the link in a mail."
    assert client.post(where).status_code == 410, "it is done already"


def test_of_several_recipients_the_one_who_says_so_is_taken_out(both, client):
    where = unsubscribe_path(both)
    assert 'name="address"' in client.get(where).content.decode()
    client.post(where)
    client.post(where, {"address": "Ada@Example.com "})
    both.refresh_from_db()
    assert (both.is_active, both.config["to"]) == (True, [BOB])
    client.post(where, {"address": BOB})
    both.refresh_from_db()
    assert not both.is_active


def test_nobody_learns_who_else_gets_the_mail(both, client):
    where = unsubscribe_path(both)
    pages = [client.get(where), client.post(where, {"address": "eve@example.com"})]
    known = client.post(where, {"address": BOB})
    assert pages[1].content == known.content
    for page in (*pages, known):
        assert "example.com" not in page.content.decode()


def test_an_old_wrong_or_borrowed_link_is_answered_kindly_and_does_nothing(channel, client):
    monitor = make_monitor(make_website(channel.team))
    mute = Link(channel.pk, mark_of(ADA), monitor.pk)
    token = token_of("mute", mute)
    assert client.post(f"/n/{token}/unsubscribe/").status_code == 404, "signed for something else"
    assert client.post(f"/n/{token[:-1]}x/mute/").status_code == 404
    assert client.post("/n/nonsense/mute/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        answer = client.post(f"/n/{token}/mute/")
    assert answer.status_code == 410
    assert "not good any more" in answer.content.decode()
    assert not Silence.objects.exists()


def test_a_link_is_good_for_its_channel_address_and_team_only(channel, client):
    monitor = make_monitor(make_website(channel.team))
    foreign = make_monitor(make_website(make_team("Other"), name="Foreign"))
    former = Link(channel.pk, mark_of(BOB), monitor.pk)
    other = Link(channel.pk, mark_of(ADA), foreign.pk)
    own = Link(channel.pk, mark_of(ADA), monitor.pk)
    for link in (former, other):
        answer = client.post(path_of(address_of("mute", link)))
        assert answer.status_code == 410
        assert "Foreign" not in answer.content.decode()
    Channel.objects.update(is_active=False)
    assert client.post(path_of(address_of("mute", own))).status_code == 410
    assert not Silence.objects.exists()


def test_tries_from_one_address_are_counted(channel, client, settings):
    settings.API_RATE_ANONYMOUS = Rate(2, "minute")
    codes = [client.get("/n/nonsense/mute/").status_code for _ in range(3)]
    assert codes == [404, 404, 429]


def test_the_pages_say_nothing_about_where_they_were_opened_from(channel, client):
    answer = client.get(unsubscribe_path(channel, ADA))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "退订"), ("ru", "Отписаться")])
def test_the_pages_speak_the_language_of_the_channel(channel, client, language, word):
    Channel.objects.update(language=language)
    assert word in client.get(unsubscribe_path(channel, ADA)).content.decode()


def test_what_a_link_changed_is_in_the_audit_log_without_a_person(both, client):
    client.post(unsubscribe_path(both), {"address": BOB})
    for entry in AuditEntry.objects.filter(kind="channel", action="changed"):
        assert entry.user is None


def test_a_message_without_links_has_no_headers():
    assert Message(id="1", type="x", subject="", text="").unsubscribe == ""
