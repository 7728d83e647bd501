"""A listing that came before, but for its tokens, is not read a second time.

What is read of a page rests on its text and its Envelope alone, and tokens say nothing. So where
both are those of an earlier page, what was read of that one holds. Anything else that differs, be
it a blank in a comment, makes the page be read. Failures and pages that break off are not kept.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

from websites.sources.whmcs_storefront.page import Envelope, opened, read_text
from websites.sources.whmcs_storefront.result import LISTING, Answer, Page
from websites.sources.whmcs_storefront.sidebar import Group

ROOM = 16_000
"""Products and groups of all pages that a process keeps; each takes half a kilobyte at most."""
IDLE_SECONDS = 3600
"""A page that nobody asked for so long makes room for others; until then those are not kept."""
MENU_LINES_IN_ONE = 32
"""A group that stands in the menus of many pages is kept once; a line of a menu takes that much
less than a product."""

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


@dataclass(slots=True)
class Kept:
    """`asked_at` in seconds of the clock; `size` without its groups."""

    digest: bytes
    page: Page
    asked_at: float

    @property
    def size(self) -> int:
        return 2 + len(self.page.items) + len(self.page.groups) // MENU_LINES_IN_ONE


class Recall:
    """The last listing of each address, those asked for most recently at the end."""

    def __init__(self, room: int = ROOM, clock: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._clock = clock
        self._taken = 0
        self._pages: dict[Envelope, Kept] = {}
        self._groups: dict[Group, Group] = {}
        self._uses: Counter[Group] = Counter()
        self._lock = threading.Lock()

    def read(self, answer: Answer) -> Page:
        """As `page.read_page` reads it."""
        html, envelope = opened(answer)
        digest = digest_of(html)
        with self._lock:
            old = self._pages.get(envelope)
            if old is not None and old.digest == digest:
                old.asked_at = self._clock()
                self._pages[envelope] = self._pages.pop(envelope)
                return old.page
        page = read_text(html, envelope)
        if page.page == LISTING and page.is_whole:
            with self._lock:
                return self._keep(envelope, digest, page)
        return page

    def _keep(self, envelope: Envelope, digest: bytes, page: Page) -> Page:
        self._drop(envelope)
        groups = tuple(self._groups.setdefault(group, group) for group in page.groups)
        self._uses.update(groups)
        page = replace(page, groups=groups)
        self._pages[envelope] = new = Kept(digest, page, self._clock())
        self._taken += new.size
        while self._taken + len(self._groups) > self._room:
            first = next(iter(self._pages))
            is_idle = self._pages[first].asked_at < new.asked_at - IDLE_SECONDS
            self._drop(first if is_idle else envelope)
        return page

    def _drop(self, envelope: Envelope) -> None:
        old = self._pages.pop(envelope, None)
        if old is None:
            return
        self._taken -= old.size
        self._uses.subtract(old.page.groups)
        for group in set(old.page.groups):
            if not self._uses[group]:
                del self._uses[group], self._groups[group]


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
