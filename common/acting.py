"""Who acts in this thread: the request that is being answered, or a command of a person.

None in workers. Only the audit log asks; what somebody may see or do never depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar

from django.http import HttpRequest

COMMANDS = frozenset(
    {
        "changepassword",
        "config_import",
        "create_api_key",
        "createsuperuser",
        "import_single_site",
        "init_db",
        "reset_two_factor",
        "shell",
        "sync_env_websites",
    }
)
"""Those by which a person changes settings. The rest are the machine at work."""

acting: ContextVar[HttpRequest | str | None] = ContextVar("acting", default=None)


def command_begins(arguments: Sequence[str]) -> None:
    """Notes the command of this process, given as `sys.argv`."""
    name = arguments[1] if len(arguments) > 1 else ""
    if name in COMMANDS:
        acting.set(f"command {name}")
