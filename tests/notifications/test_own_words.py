"""A team's own words: filled with values, refused when they cannot be, never in a message's way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Language, Role
from common.errors import InvalidInputError
from monitoring.choices import EventType
from notifications.manner import Manner
from notifications.matching import zone_of
from notifications.models import MessageTemplate
from notifications.rendering import render_sample
from notifications.services.outbox import deliver
from notifications.services.templates import template_create, template_reset, template_update
from notifications.wording.own import PLACEHOLDERS, OwnWords, fill, own_values, problems_of, sample
from tests.factories import make_team, make_user
from tests.notifications.factories import make_channel, make_notification

WORDS = "/admin/notifications/messagetemplate"
UTC = zone_of("UTC")


def values(**known):
    return {**dict.fromkeys(PLACEHOLDERS, ""), **known}


def test_placeholders_become_values_and_only_html_is_escaped():
    words = OwnWords("{product}!", "Now {quantity} of {product}", "<b>{product}</b>")
    filled = fill(words, values(product="VPS <1>", quantity="3"))
    assert filled == ("VPS <1>!", "Now 3 of VPS <1>", "<b>VPS &lt;1&gt;</b>")


def test_a_line_about_nothing_known_is_left_out():
    words = OwnWords(text="{product}\nPrice: {price}\nThe end")
    assert fill(words, values(product="VPS")).text == "VPS\nThe end"


@pytest.mark.parametrize(
    "text",
    [
        "{product.__class__}",
        "{product!r}",
        "{product:>99999999}",
        "{0}",
        "{{ settings.SECRET_KEY }}",
        "{% load x %}{% include 'a' %}{% debug %}",
        "%(product)s ${product} a { color: red }",
    ],
)
def test_nothing_but_names_in_braces_is_read(text):
    filled = fill(OwnWords(text=text), values(product="VPS"))
    assert filled.text == text.replace("{product}", "VPS")


@given(st.text(max_size=300))
def test_whatever_is_written_it_is_refused_or_filled(text):
    words = OwnWords(text, text, text)
    if not problems_of(words):
        fill(words, values(product="x"))


def test_a_value_that_looks_like_a_placeholder_is_no_placeholder():
    filled = fill(OwnWords(text="{product}"), values(product="{price}", price="4"))
    assert filled.text == "{price}"


@pytest.mark.parametrize("event_type", EventType.values)
def test_every_placeholder_has_a_value_or_nothing_at_every_event(event_type):
    everything = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for language in Language.values:
        known = own_values(sample(event_type), Manner(language, UTC))
        assert set(known) == set(PLACEHOLDERS)
        message = render_sample(event_type, Manner(language, UTC), OwnWords(text=everything))
        assert "{" not in message.text
        assert "None" not in message.text


def test_every_placeholder_stands_for_something_at_some_event():
    manner = Manner("en", UTC)
    known = [own_values(sample(event_type), manner) for event_type in EventType.values]
    assert {name for name in PLACEHOLDERS if not any(one[name] for one in known)} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (OwnWords(subject="{produkt}"), "subject", "Unknown: {produkt}."),
        (OwnWords(text="x" * 3001), "text", "At most 3000"),
        (OwnWords(html="<script>x</script>"), "html", "<script"),
        (OwnWords(html='<img src="x" onerror="x">'), "html", "onerror="),
        (OwnWords(html='<a href="JavaScript:x">x</a>'), "html", "JavaScript:"),
        (OwnWords(subject="a\nb"), "subject", "one line"),
        (OwnWords(text="{old_group}"), "text", "Nothing would be left"),
        (OwnWords(text="{headline}" * 300, html="{headline}" * 2000), "text", "too long"),
    ],
)
def test_words_that_cannot_be_used_are_refused_with_the_reason(words, field, said):
    if field == "text" and "too long" in said:
        words = OwnWords(html="{link}" * 3000)
    with pytest.raises(InvalidInputError) as caught:
        template_create(team=make_team(), event_type="sold_out", language="en", words=words)
    assert said in caught.value.fields[field][0]


@pytest.mark.django_db
def test_a_team_has_words_for_an_event_in_a_language_once():
    team = make_team()
    template_create(team=team, event_type="sold_out", language="en", words=OwnWords("a"))
    template_create(team=team, event_type="sold_out", language="ru", words=OwnWords("a"))
    with pytest.raises(InvalidInputError):
        template_create(team=team, event_type="sold_out", language="en", words=OwnWords("b"))


def sent(channel):
    row = make_notification(channel)
    deliver([row.pk])
    row.refresh_from_db()
    assert row.subject
    return row


@pytest.mark.django_db(transaction=True)
def test_own_words_are_sent_by_the_team_that_wrote_them_and_empty_parts_stay():
    channel = make_channel(kind="email", config={"to": ["ops@example.com"]}, secrets={})
    other = make_channel(make_team("Other"))
    words = OwnWords(subject="{product} is gone")
    template = template_create(team=channel.team, event_type="sold_out", language="en", words=words)
    row = sent(channel)
    assert row.subject == "VPS 1 is gone"
    assert "is sold out." in row.message
    assert sent(other).subject.startswith("Sold out:")
    template_update(template=template, words=OwnWords(text="Gone", html="<i>{product}</i>"))
    row.refresh_from_db()
    assert row.subject == "VPS 1 is gone", "words are frozen"
    row = sent(channel)
    assert row.subject.startswith("Sold out:")
    assert row.message == "Gone"
    assert "<i>VPS 1</i>" in row.rendered["html"]
    template_reset(template=template)
    assert "is sold out." in sent(channel).message


@pytest.mark.django_db(transaction=True)
def test_words_that_broke_after_they_were_saved_do_not_hold_the_message_back(caplog):
    channel = make_channel()
    MessageTemplate.objects.create(team=channel.team, event_type="sold_out", text="{was_removed}")
    assert "is sold out." in sent(channel).message
    assert "own_words_failed" in caplog.text


@pytest.fixture
def team(db):
    return make_team()


def desk(team, role):
    client = Client()
    client.force_login(make_user(role, team=team, role=role, is_staff=True))
    return client


def test_an_owner_writes_words_and_is_told_what_is_wrong(team):
    client = desk(team, Role.OWNER)
    form = {"team": team.pk, "event_type": "sold_out", "language": "en", "subject": "{oops}"}
    page = client.post(f"{WORDS}/add/", form)
    assert "Unknown: {oops}." in page.content.decode()
    client.post(f"{WORDS}/add/", {**form, "subject": "{product}!"})
    row = MessageTemplate.objects.get()
    assert row.subject == "{product}!"
    client.post(f"{WORDS}/{row.pk}/reset/")
    row.refresh_from_db()
    assert row.subject == ""


def test_only_owners_write(team):
    client = desk(team, Role.OPERATOR)
    assert client.get(f"{WORDS}/add/").status_code == 403
    assert client.get(f"{WORDS}/").status_code == 200


def test_the_preview_shows_what_is_typed_in_a_frame_that_may_do_nothing(team):
    client = desk(team, Role.OWNER)
    typed = {
        "event_type": "sold_out",
        "language": "ru",
        "text": "Own {product}",
        "html": "<i>x</i>",
    }
    page = client.post(f"{WORDS}/preview/", typed)
    shown = page.content.decode()
    assert "Own VPS SSD 2G" in shown
    assert "Распродано" in shown
    assert 'sandbox=""' in shown
    assert "&lt;i&gt;x&lt;/i&gt;" in shown
    assert "<i>x</i>" not in shown
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    wrong = client.post(f"{WORDS}/preview/", {**typed, "html": "<script>x</script>"})
    assert "may not be used" in wrong.content.decode()
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("kind", ["email", "telegram"])
def test_the_shipped_words_can_be_looked_at(team, kind):
    query = {"event_type": "alert_reminder", "language": "zh-hans", "kind": kind}
    shown = desk(team, Role.VIEWER).get(f"{WORDS}/shipped/", query).content.decode()
    assert "仍未解决" in shown
    assert ("店铺：Alpha Hosting\n" in shown) is (kind == "email")


def test_the_guide_lists_every_placeholder():
    guide = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\{(\w+)\}` \| (.+) \|$", guide, re.MULTILINE)
    assert dict(rows) == dict(PLACEHOLDERS)


def test_a_stranger_sees_no_preview(client, db):
    for where in ("preview", "shipped"):
        assert client.get(f"{WORDS}/{where}/").status_code == 302
