"""The admin without its pages: only the process that shows them has the memory for them.

Django would load the pages of all rooms, with every library they use, into every process. Here the
addresses load them (config/urls.py), so that core process, queue and supervisor never do.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdminConfig(SimpleAdminConfig):
    def ready(self) -> None:
        # Not that of the class above: its look at the pages would be a look at none.
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_pages, checks.Tags.admin)


def check_pages(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Django's look at every page of the admin, once they are there."""
    autodiscover()
    return list(check_admin_app(app_configs, **kwargs))
