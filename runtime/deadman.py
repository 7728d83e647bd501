"""A sign of life to somebody outside, who raises the alarm when it stops.

It travels the whole way: the schedule of the queue, a worker, the database, the way out. What is
not well, and the death of the machine, are told by silence.
"""

from __future__ import annotations

import logging

from django.conf import settings

from common.http import fetch
from common.http_errors import HttpError
from runtime.health import OK, readiness

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0


def deadman_ping() -> str:
    """Asks DEADMAN_URL while every check is ok. Never raises; returns what happened, in a word.

    The address is a secret (who knows it can keep the alarm silent) and is not logged.
    """
    if not settings.DEADMAN_URL:
        return "not configured"
    trouble = {name: word for name, word in readiness().items() if word != OK}
    if trouble:
        logger.warning("deadman_held_back %s", " ".join(sorted(trouble)))
        return "held back"
    try:
        answer = fetch(
            "GET",
            settings.DEADMAN_URL,
            deadline=DEADLINE_SECONDS,
            max_bytes=65_536,
            redirects="any",
        )
    except HttpError as error:
        logger.warning("deadman_failed error=%s", type(error).__name__)
        return "failed"
    if answer.status >= 300:
        logger.warning("deadman_failed status=%s", answer.status)
        return "failed"
    return "sent"
