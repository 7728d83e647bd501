from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Team"

    def ready(self) -> None:
        from django.conf import settings

        from accounts import audit
        from accounts.api import schema  # noqa: F401 - registers itself

        audit.watch(settings.AUDITED)
