"""A listing that came before, but for its tokens, is not read a second time.

What is read of a page rests on its text and its Envelope alone, and tokens say nothing. So where
both are those of an earlier page, what was read of that one holds. Anything else that differs, be
it a blank in a comment, makes the page be read. Failures and pages that break off are not kept.
"""

from __future__ import annotations

import os
import re
import threading
from hashlib import blake2b
from typing import NamedTuple

from websites.sources.whmcs_storefront.page import Envelope, opened, read_text
from websites.sources.whmcs_storefront.result import LISTING, Answer, Page

ROOM = 16_000
"""Products and groups of all pages that a process keeps; each takes half a kilobyte at most."""

_TOKENS = (
    # A new one for every visitor, in a script and in every form.
    re.compile(r"(csrfToken\s?=\s?['\"])[0-9a-f]{32,64}(?=['\"])"),
    re.compile(r'(name="token" value=")[0-9a-f]{32,64}(?=")'),
    # What Cloudflare writes anew into each page: number and time of the request, and addresses of
    # mail, which it shuffles.
    re.compile(r"(__CF\$cv\$params=\{r:')[0-9a-f]{16}',t:'[A-Za-z0-9+/=]{8,32}(?=')"),
    re.compile(r'(data-cfemail=")[0-9a-f]{8,400}(?=")'),
    re.compile(r'(/cdn-cgi/l/email-protection#)[0-9a-f]{8,400}(?=")'),
)


class Kept(NamedTuple):
    digest: bytes
    page: Page

    @property
    def size(self) -> int:
        return 1 + len(self.page.items) + len(self.page.groups)


class Recall:
    """The last listing of each address; those that were kept first make room for new ones."""

    def __init__(self, room: int = ROOM) -> None:
        self._left = room
        self._pages: dict[Envelope, Kept] = {}
        self._lock = threading.Lock()

    def read(self, answer: Answer) -> Page:
        """As `page.read_page` reads it."""
        html, envelope = opened(answer)
        digest = digest_of(html)
        old = self._pages.get(envelope)
        if old is not None and old.digest == digest:
            return old.page
        page = read_text(html, envelope)
        if page.page == LISTING and page.is_whole:
            self._keep(envelope, Kept(digest, page))
        return page

    def _keep(self, envelope: Envelope, new: Kept) -> None:
        with self._lock:
            self._drop(envelope)
            self._pages[envelope] = new
            self._left -= new.size
            while self._left < 0:
                self._drop(next(iter(self._pages)))

    def _drop(self, envelope: Envelope) -> None:
        old = self._pages.pop(envelope, None)
        self._left += old.size if old is not None else 0


def digest_of(html: str) -> bytes:
    """Of the text without the values of its tokens."""
    for token in _TOKENS:
        html = token.sub(r"\1", html)
    return blake2b(html.encode("utf-8", "surrogatepass"), digest_size=20).digest()


_recall = Recall()


def read_again(answer: Answer) -> Page:
    """As `page.read_page` reads it, by what this process remembers."""
    return _recall.read(answer)


def _forget() -> None:
    """A forked worker takes over no lock that a thread of its parent held."""
    global _recall
    _recall = Recall()


os.register_at_fork(after_in_child=_forget)
