from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Team"

    def ready(self) -> None:
        from accounts.api import schema  # noqa: F401 - registers itself
