"""Encryption keys change while people work: no request fails, nothing written meanwhile is lost."""

from __future__ import annotations

import threading

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from rest_framework.test import APIClient

from accounts.services import api_key_create
from common.rotation import keys_rotate
from tests.factories import make_team, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db(transaction=True)

WEBSITES = 40


def test_web_requests_go_on_while_keys_rotate(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [old]
    team = make_team()
    rows = [make_website(team, credentials={"identifier": "ident", "secret": f"secret-{number}"})
            for number in range(WEBSITES)]  # fmt: skip
    _, key = api_key_create(team=team, name="Board", scope="admin")
    settings.FIELD_ENCRYPTION_KEYS = [new, old]

    answers: list[int] = []
    over, begun = threading.Event(), threading.Event()

    def work():
        """A program that reads all websites and gives some a new secret, over and over."""
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
        try:
            for turn in range(10_000):
                row = rows[turn * 7 % WEBSITES]
                body = {"api_secret": f"fresh-{row.pk}"}
                where = f"/api/v1/websites/{row.pk}/"
                answers.append(client.patch(where, body, format="json").status_code)
                answers.append(client.get("/api/v1/websites/").status_code)
                begun.set()
                if over.is_set():
                    return
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert begun.wait(20)
        report = keys_rotate()
    finally:
        over.set()
        worker.join(30)
    assert set(answers) == {200}
    assert report.unreadable == []
    assert keys_rotate().old == 0

    settings.FIELD_ENCRYPTION_KEYS = [new]
    secrets = {row.pk: dict(row.credentials)["secret"] for row in Website.objects.all()}
    for number, row in enumerate(rows):
        assert secrets[row.pk] in {f"secret-{number}", f"fresh-{row.pk}"}
    assert any(one.startswith("fresh-") for one in secrets.values())
