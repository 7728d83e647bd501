"""The proxy of a website: for superusers, and its password is never shown."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone

from monitoring.services.leases import take
from monitoring.services.polling import websites_poll
from tests.admin.world import make_world
from tests.factories import make_user, make_website
from tests.proxy import Proxy, running_proxy
from websites.models import Website

pytestmark = pytest.mark.django_db

ADDRESS = "http://me:planted-password@proxy.example:3128"


@pytest.fixture
def world():
    return make_world("mine")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root():
    return client_of(make_user("root", is_staff=True, is_superuser=True))


def page(row, name="change"):
    return f"/admin/websites/website/{row.pk}/{name}/"


def test_a_superuser_sets_and_removes_it(world, root):
    root.post(page(world.website, "proxy"), {"proxy": ADDRESS})
    world.website.refresh_from_db()
    assert world.website.proxy["url"] == ADDRESS
    text = root.get(page(world.website)).content.decode()
    assert "proxy.example:3128" in text
    assert "planted-password" not in text
    root.post(page(world.website, "proxy"), {"proxy": ""})
    world.website.refresh_from_db()
    assert dict(world.website.proxy) == {}


def test_a_wrong_one_says_what_to_give(world, root):
    text = root.post(page(world.website, "proxy"), {"proxy": "x"}, follow=True).content.decode()
    assert "http://host:port" in text


def test_nobody_else_may(world):
    owner = client_of(world.owner)
    assert owner.post(page(world.website, "proxy"), {"proxy": ADDRESS}).status_code == 403
    assert "Superusers only" not in owner.get(page(world.website)).content.decode()


def test_a_lease_shows_no_password_of_it():
    website = make_website(proxy={"url": ADDRESS})
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    assert "planted-password" not in repr(lease)


def test_a_poll_goes_by_way_of_it():
    with running_proxy() as address:
        website = make_website(
            source="whmcs_storefront",
            url="http://shop.example/billing",
            credentials={},
            proxy={"url": f"http://me:planted-password@{address}"},
        )
        websites_poll([website.pk], only_queued=False)
    assert Proxy.asked
    assert all(target.startswith("http://shop.example/") for _, target, _ in Proxy.asked)


def test_without_a_key_that_opens_it_the_shop_is_not_asked_directly(settings):
    website = make_website(source="whmcs_storefront", proxy={"url": ADDRESS}, credentials={})
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    websites_poll([website.pk], only_queued=False)
    website = Website.objects.defer("proxy").get(pk=website.pk)
    assert website.last_error_code == "credentials_unreadable"
