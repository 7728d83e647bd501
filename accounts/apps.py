from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Team"

    def ready(self) -> None:
        from django.conf import settings

        from accounts import audit

        audit.watch(settings.AUDITED)
