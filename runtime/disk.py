"""Is there room to write? On SQLite the database counts, too: its file may have a limit of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection

LEAST_BYTES = 64 * 1024 * 1024
"""Less is too little: a day's history, a backup or a vacuum need more."""


def free_bytes() -> int:
    """What can still be written where our files lie. Raises OSError, DatabaseError."""
    folder = Path(settings.VAR_DIR)
    there = next(one for one in (folder, *folder.parents) if one.exists())
    found = [shutil.disk_usage(there).free]
    if connection.vendor == "sqlite":
        found.append(_free_in_database())
        name = Path(str(connection.settings_dict["NAME"]))
        if name.is_file():
            found.append(shutil.disk_usage(name).free)
    return min(found)


def _free_in_database() -> int:
    """Pages that are free or not yet made. Reads; waits for no writer."""
    numbers = {}
    with connection.cursor() as cursor:
        for name in ("max_page_count", "page_count", "freelist_count", "page_size"):
            cursor.execute(f"PRAGMA {name}")
            numbers[name] = int(cursor.fetchone()[0])
    pages = numbers["max_page_count"] - numbers["page_count"] + numbers["freelist_count"]
    return pages * numbers["page_size"]
