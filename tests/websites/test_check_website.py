"""The command check_website."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo.whmcs import Shop
from tests.factories import make_website
from websites.models import Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def website(shop: Shop) -> Website:
    return make_website(name="Alpha", url=shop.url, credentials=shop.credentials)


@pytest.mark.parametrize("by", ["pk", "name"])
def test_a_good_connection_prints_what_it_sees(website: Website, by: str) -> None:
    out = StringIO()
    call_command("check_website", str(getattr(website, by)), stdout=out)
    assert "Alpha: OK: 3 products" in out.getvalue()


def test_a_failure_prints_the_fix_and_ends_with_1(website: Website, shop: Shop) -> None:
    shop.configure(caller_ip="203.0.113.9")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("check_website", "alpha", stdout=out)
    assert end.value.code == 1
    assert "add the address 203.0.113.9" in out.getvalue()


def test_json_is_one_object(website: Website, shop: Shop) -> None:
    out = StringIO()
    call_command("check_website", str(website.pk), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["ok"], answer["code"], answer["website"]) == (True, "ok", website.pk)
    shop.configure(secret="changed")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_website", str(website.pk), "--json", stdout=out)
    assert json.loads(out.getvalue())["code"] == "bad_credentials"
    assert "demo-secret" not in out.getvalue()


def test_an_ambiguous_name_lists_the_ids(website: Website) -> None:
    other = make_website(name="Alpha")
    with pytest.raises(CommandError, match=rf"{website.pk} \(team .*{other.pk} \(team"):
        call_command("check_website", "Alpha")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(CommandError, match="no website"):
        call_command("check_website", "nobody")
