"""Pure: what proved an observation, kept with records and events, and how it is told to people.

Evidence is `{"source", "page", "status", "hash", "token", "code"}`: the source kind, the class of
the page, the HTTP status, the hash of what was read, the words or key that prove the reading, the
code of an error. Parts that are not known are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.texts import Text, shown
from websites.sources.base import Snapshot
from websites.sources.errors import SourceError

PAGES: dict[str, Text] = {
    "listing": _("the list of products"),
    "product": _("the page of the product"),
    "sold_out": _("the page that says sold out"),
    "blocked": _("a block page"),
    "login": _("a login page or a refusal of our credentials"),
    "rate_limited": _("a request to come back later"),
    "maintenance": _("a maintenance page"),
    "not_found": _("a page that says not found"),
    "error": _("an error"),
    "unknown": _("a page nobody could make sense of"),
    "push": _("a number that was pushed to us"),
}


def snapshot_proof(kind: str, snapshot: Snapshot) -> dict[str, Any]:
    """`kind` is the source that really read."""
    return {
        "source": kind,
        "page": snapshot.page_class,
        "status": snapshot.status,
        "hash": snapshot.body_hash,
    }


def error_proof(kind: str, error: SourceError) -> dict[str, Any]:
    proof = {
        "source": kind,
        "page": error.page_class,
        "status": error.status,
        "code": error.code,
    }
    return {name: value for name, value in proof.items() if value}


def explain(evidence: Mapping[str, Any], *, labels: Mapping[str, Text]) -> list[tuple[str, str]]:
    """(what, text) to show; `labels` names the source kinds. Empty when nothing is known."""
    page = str(evidence.get("page") or "")
    kind = str(evidence.get("source") or "")
    lines = [
        (gettext("Read from"), shown(labels.get(kind, kind))),
        (gettext("What came"), shown(PAGES.get(page, page))),
        (gettext("Proved by"), str(evidence.get("token") or "")),
        (gettext("Error"), str(evidence.get("code") or "")),
        (gettext("HTTP status"), str(evidence.get("status") or "")),
        (gettext("Hash of what was read"), str(evidence.get("hash") or "")),
    ]
    return [(name, text) for name, text in lines if text]
