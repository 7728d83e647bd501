"""Finds the groups of a shop and reads their pages, in as few requests as possible.

Every group page carries the menu of all groups: once they are known, no other page is needed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import urljoin

from common.http_errors import HttpError
from websites.sources.whmcs_storefront.addresses import (
    GroupRef,
    absolute,
    group_ref,
    product_ref,
    shop_root,
)
from websites.sources.whmcs_storefront.document import decoded
from websites.sources.whmcs_storefront.errors import (
    failure_of,
    network_failure,
    not_a_shop,
    unreadable,
)
from websites.sources.whmcs_storefront.memory import GroupMemory, Memory
from websites.sources.whmcs_storefront.recall import read_again
from websites.sources.whmcs_storefront.result import LISTING, NOT_FOUND, Answer, Page
from websites.sources.whmcs_storefront.sidebar import Group
from websites.sources.whmcs_storefront.visitor import Visitor

RESERVE_SECONDS = 4.0
"""A group page is not begun with less time left."""
MAX_ENTRIES = 6
MAX_GROUPS = 500
PREVIEW = "carttpl=standard_cart&systpl=twenty-one"
PREVIEW_FORM = "standard_cart"
_BASE = re.compile(r"whmcsBaseUrl\s*=\s*[\"']([^\"']{0,200})[\"']")
_SHOP_LINK = re.compile(
    r"href=[\"']([^\"'\s]{0,300}(?:cart\.php|[/=]store)[^\"'\s]{0,200})[\"']", re.I
)


class Survey:
    """One pass over a shop. `pages`: what was read, by group; `groups`: the menu as it is now.
    Raises SourceError when a page stands for a failure."""

    def __init__(self, url: str, visitor: Visitor, memory: Memory, *, is_previewed: bool) -> None:
        self.url = url
        self.visitor = visitor
        self.memory = memory
        self.is_previewed = is_previewed and not memory.no_preview
        self.groups: dict[str, Group] = {key: one.group for key, one in memory.groups.items()}
        self.pages: dict[str, Page] = {}
        self.status = 200
        self._has_menu = False

    def run(self, *, max_groups: int = MAX_GROUPS) -> None:
        if not self.groups or not self._read_known():
            self._enter()
        while len(self.pages) < max_groups and (group := self._next()) is not None:
            if self.pages and self.visitor.seconds_left < RESERVE_SECONDS:
                return
            self._read_group(group)

    @property
    def is_finished(self) -> bool:
        return self._next() is None

    def _next(self) -> Group | None:
        """The group that was not read for the longest time."""
        left = [key for key in self.groups if key not in self.pages]
        if not left:
            return None
        known = self.memory.groups
        oldest = min(left, key=lambda key: known[key].read_at if key in known else -1)
        return self.groups[oldest]

    def _read_known(self) -> bool:
        """Starts with a group of the last time; False when its address no longer leads there."""
        group = self._next()
        if group is None:
            return False
        answer, page = self._page_of(group)
        is_gone = page.page == NOT_FOUND
        if not is_gone:
            self._believe(answer, page)
        if is_gone or (page.page != LISTING and not page.groups):
            self.groups = {}
            return False
        self._absorb(page)
        self._place(group, answer, page)
        return True

    def _read_group(self, group: Group) -> None:
        answer, page = self._page_of(group)
        if page.page == NOT_FOUND and not self._listed_before(group):
            self.groups.pop(group.ref.key, None)
            return
        self._believe(answer, page)
        self._absorb(page)
        self._place(group, answer, page)

    def _listed_before(self, group: Group) -> bool:
        known = self.memory.groups.get(group.ref.key)
        return known is not None and bool(known.products)

    def _place(self, group: Group, answer: Answer, page: Page) -> None:
        """Puts a page under the group it shows, which is another one when the shop redirected."""
        key = group.ref.key
        current = next((one.ref.key for one in page.groups if one.is_current), "")
        landed = group_ref(answer.url)
        if current and current != key:
            self.pages.setdefault(current, page)
            self._drop(key, answer)
        elif not current and key and (landed is None or landed.key != key):
            self._drop(key, answer)
        elif page.page == LISTING or not self._listed_before(group):
            self.pages[key] = page
        else:
            raise unreadable(answer)

    def _drop(self, key: str, answer: Answer) -> None:
        """The address of a group leads elsewhere: it is gone, or the shop is not itself."""
        known = self.memory.groups.get(key)
        if known is not None and known.products and key in self.groups and self._has_menu:
            raise unreadable(answer)
        self.groups.pop(key, None)

    def _absorb(self, page: Page) -> None:
        """The menu of a page replaces what was known of the groups."""
        if page.groups:
            self._has_menu = True
            self.groups = {one.ref.key: one for one in page.groups[:MAX_GROUPS]}

    def _believe(self, answer: Answer, page: Page) -> None:
        failure = failure_of(page, answer)
        if failure is not None:
            raise failure

    # --- The way in ------------------------------------------------------------------------------

    def _enter(self) -> None:
        """Finds a page with the menu of groups, from whatever address was given."""
        tried: list[str] = []
        first: tuple[Answer, Page] | None = None
        last: tuple[Answer, Page] | None = None
        waiting = list(_entries(self.url))
        while waiting and len(tried) < MAX_ENTRIES:
            url = waiting.pop(0)
            if url in tried:
                continue
            tried.append(url)
            answer, page = self._get(url)
            first = first or (answer, page)
            if page.page != NOT_FOUND:
                self._believe(answer, page)
                last = answer, page
            if page.groups or page.items:
                self._start(answer, page)
                return
            waiting += [one for one in _onward(answer) if one not in tried]
        if last is not None:
            raise not_a_shop(last[0], is_whmcs=last[1].is_whmcs)
        assert first is not None  # there is always an address to try
        raise failure_of(first[1], first[0]) or not_a_shop(first[0], is_whmcs=False)

    def _start(self, answer: Answer, page: Page) -> None:
        self._absorb(page)
        current = next((one.ref.key for one in page.groups if one.is_current), None)
        if page.page != LISTING or (self.is_previewed and page.order_form != PREVIEW_FORM):
            return
        if current is None and (landed := group_ref(answer.url)) is not None:
            current = landed.key if landed.key in self.groups else None
        if current is None and not page.groups:
            ref = group_ref(answer.url) or GroupRef()
            group = Group(ref, page.group_name, answer.url, is_current=True)
            self.groups, current = {ref.key: group}, ref.key
        if current is not None:
            self.pages[current] = page

    # --- Requests --------------------------------------------------------------------------------

    def _page_of(self, group: Group) -> tuple[Answer, Page]:
        if self.is_previewed:
            answer, page = self._get(_with_query(group.url, PREVIEW))
            if page.order_form == PREVIEW_FORM and page.page == LISTING:
                return answer, page
            self.is_previewed, self.memory.no_preview = False, True
            self.visitor.forget()
        return self._get(group.url)

    def _get(self, url: str) -> tuple[Answer, Page]:
        try:
            answer = self.visitor.get(url)
        except HttpError as error:
            raise network_failure(error) from None
        self.status = answer.status
        return answer, read_again(answer)

    def remember(self) -> None:
        """Writes what was learnt into the memory; times only where groups have to take turns."""
        takes_turns = not self.is_finished
        now = int(time.time())
        fresh: dict[str, GroupMemory] = {}
        for key, group in self.groups.items():
            old = self.memory.groups.get(key)
            one = GroupMemory.of(group)
            if old is not None:
                one.products, one.form, one.read_at = old.products, old.form, old.read_at
            if key in self.pages:
                one.form = self.pages[key].template
                one.read_at = now if takes_turns else 0
            fresh[key] = one
        self.memory.groups = fresh


def _entries(url: str) -> Iterator[str]:
    """Addresses that may show the menu. An order link comes last: it fills a cart."""
    root = shop_root(url)
    if product_ref(url) is None and re.search(r"\.php|/store\b", url):
        yield url
    yield f"{root}/cart.php"
    yield f"{root}/index.php?rp=/store"
    yield url


def _onward(answer: Answer) -> list[str]:
    """Where a page without products says the shop is: its own base address, links to a cart."""
    html = decoded(answer.body)[:300_000]
    found = [urljoin(answer.url, f"{base}/cart.php") for base in _BASE.findall(html)[:1]]
    for link in _SHOP_LINK.findall(html):
        full = absolute(link.replace("&amp;", "&"), answer.url)
        if full and product_ref(full) is None and _host(full) == _host(answer.url):
            found.append(full)
    return list(dict.fromkeys(found))[:3]


def _host(url: str) -> str:
    return url.split("/")[2].lower().removeprefix("www.")


def _with_query(url: str, query: str) -> str:
    bare, mark, fragment = url.partition("#")
    return f"{bare}{'&' if '?' in bare else '?'}{query}{mark}{fragment}"
