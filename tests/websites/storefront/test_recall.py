"""A page that differs in its tokens alone is not read again; whatever else differs is."""

from __future__ import annotations

import json
import os
import random
import re
import signal
from dataclasses import replace

import pytest

from demo.storefront_faults import PAGES
from demo.storefront_forms import FORMS
from demo.storefront_themes import THEMES
from tests.websites.storefront.pages import DATA, claims, open_shop, page_of
from websites.sources.base import Availability
from websites.sources.whmcs_storefront import recall as memory
from websites.sources.whmcs_storefront.page import opened, read_page, read_text
from websites.sources.whmcs_storefront.recall import Recall, digest_of
from websites.sources.whmcs_storefront.result import Answer

pytestmark = [pytest.mark.unit, pytest.mark.once]

LOOKS = [(form, version) for form in [*FORMS, *THEMES] for version in ("8.1", "9.0")]
SHAPES = (
    "<script>var csrfToken = '{hexes}';</script>",
    '<input type="hidden" name="token" value="{hexes}" />',
    "<script>window.__CF$cv$params={{r:'{ray}',t:'{time}'}};</script>",
    '<a href="/cdn-cgi/l/email-protection#{hexes}">a</a>',
    '<span class="__cf_email__" data-cfemail="{hexes}">[email&#160;protected]</span>',
)


VALUES = re.compile(
    rb"(?<=csrfToken = ')[^']+|(?<=name=\"token\" value=\")[^\"]+|(?<=\{r:')[^']+|(?<=,t:')[^']+"
    rb"|(?<=email-protection#)[^\"]+|(?<=data-cfemail=\")[^\"]+"
)


def tokens(seed: int, digits: str = "0123456789abcdef") -> str:
    """All of them, with values of their own."""
    chance = random.Random(seed)

    def some(size: int, of: str = digits) -> str:
        return "".join(chance.choice(of) for _ in range(size))

    return "".join(
        shape.format(hexes=some(40), ray=some(16), time=some(22, digits + "AMTcz+/=xyZ"))
        for shape in SHAPES
    )


def with_tokens(answer: Answer, mark: bytes, seed: int, digits: str = "0123456789abcdef") -> Answer:
    return changed(answer, mark, mark + tokens(seed, digits).encode())


def changed(answer: Answer, old: bytes, new: bytes) -> Answer:
    assert old in answer.body
    return replace(answer, body=answer.body.replace(old, new))


@pytest.fixture
def answer() -> Answer:
    """With tokens of each kind; "5 Available" stands in it once."""
    shop = open_shop(order_form="standard_cart", version="9.0", theme="six", links="cart")
    return with_tokens(page_of(shop), b"<nav", 1)


@pytest.mark.parametrize(("form", "version"), LOOKS)
def test_a_listing_is_read_once_while_only_its_tokens_differ(form, version):
    shop = open_shop(order_form=form, version=version)
    first, second = page_of(shop), page_of(shop)
    assert first.body != second.body
    recall = Recall()
    kept = recall.read(with_tokens(first, b"<nav", 1))
    assert kept == read_page(second)
    assert recall.read(with_tokens(second, b"<nav", 2)) is kept


def test_a_cookie_of_another_visit_does_not_make_it_read_again(answer):
    recall = Recall()
    kept = recall.read(answer)
    cookie = {"Set-Cookie": "WHMCSshop=another; path=/; HttpOnly"}
    assert recall.read(replace(answer, headers=cookie)) is kept


@pytest.mark.parametrize("digits", ["0123456789abcdef", "0", "5", "e"])
@pytest.mark.parametrize(
    "mark",
    [
        b'<span class="qty">',
        b"</header>",
        b"</a></footer>",
        b'class="price">',
        b"</h1>",
        b"<nav",
        b"</head>",
    ],
)
def test_a_token_says_nothing_about_stock_wherever_it_stands(mark, digits):
    plain = page_of(open_shop(order_form="standard_cart", version="9.0", theme="six", links="cart"))
    one, other = (read_page(with_tokens(plain, mark, seed, digits)) for seed in (1, 2))
    assert one.page == other.page == "listing"
    assert claims(one) == claims(other)
    assert [item.price for item in one.items] == [item.price for item in other.items]
    assert one.groups == other.groups


CHANGES = {
    "the number": (b"    5 Available", b"    4 Available"),
    "a number in an attribute": (b'class="qty"', b'class="qty" data-left="0"'),
    "a hidden mark": (b'"qty"', b'"qty hidden"'),
    "a comment": (b"</html>", b"</html><!-- sold out -->"),
    "a blank": (b"</html>", b"</html> "),
    "a script": (b"</head>", b"<script>var left = 0</script></head>"),
    "a link": (b"pid=13", b"pid=93"),
    "a name": (b"VPS 13", b"VPS 31"),
    "the name of a token": (b'name="token"', b'name="tokens"'),
    "a token of another shape": (b"csrfToken = '", b"csrfToken = '-"),
    "a field before a token": (b'type="hidden" name="token"', b'type="image" name="token"'),
    "the menu": (b'list-group-item active"', b'list-group-item"'),
}


@pytest.mark.parametrize("what", CHANGES)
def test_anything_else_makes_it_be_read_again(answer, what):
    old, new = CHANGES[what]
    other = changed(answer, old, new)
    recall = Recall()
    kept = recall.read(answer)
    assert recall.read(answer) is kept
    page = recall.read(other)
    assert page is not kept
    assert page == read_page(other)
    assert recall.read(answer) is not kept


def test_no_byte_outside_of_tokens_can_change_unnoticed(answer):
    body = answer.body
    known = digest_of(body.decode())
    unseen = []
    for at in range(len(body)):
        other = body[:at] + bytes([body[at] ^ 0x02]) + body[at + 1 :]
        if digest_of(other.decode("latin-1")) == known:
            unseen.append(at)
    assert set(unseen) <= {at for found in VALUES.finditer(body) for at in range(*found.span())}


def test_another_address_status_or_firewall_is_another_page(answer):
    recall = Recall()
    kept = recall.read(answer)
    for other in (
        replace(answer, url="https://shop.example/elsewhere/cart.php?gid=1"),
        replace(answer, asked="https://shop.example/cart.php?a=add&pid=13"),
        replace(answer, status=503),
        replace(answer, headers={"cf-mitigated": "challenge"}),
        replace(answer, headers={"Content-Type": "text/html; charset=utf-16-le"}),
    ):
        page = recall.read(other)
        assert page is not kept
        assert page == read_page(other)


def test_failures_and_pages_that_break_off_are_read_each_time(answer):
    recall = Recall()
    bodies = [body.encode() for _, body in PAGES.values()]
    bodies.append(answer.body[: answer.body.index(b"</html>")])
    for body in bodies:
        one = replace(answer, body=body)
        assert recall.read(one) is not recall.read(one)


@pytest.mark.parametrize("name", json.loads((DATA / "expected.json").read_text()))
def test_a_saved_page_reads_the_same_from_memory(name):
    one = Answer((DATA / name).read_bytes(), "https://shop.example/cart.php?gid=1")
    recall = Recall()
    assert recall.read(one) == recall.read(one) == read_page(one) == read_text(*opened(one))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def places(answer: Answer, count: int) -> list[Answer]:
    """The same page at as many addresses."""
    return [
        replace(answer, url=f"https://shop.example/{number}/cart.php") for number in range(count)
    ]


def size_of(answer: Answer) -> int:
    page = read_page(answer)
    return 2 + len(page.items) + len(page.groups) // 32


def is_kept(recall: Recall, answer: Answer) -> bool:
    return recall.read(answer) is recall.read(answer)


def test_new_pages_are_kept_as_long_as_there_is_room(answer):
    pages = places(answer, 4)
    groups = sum(len(read_page(page).groups) for page in pages[:2])
    recall = Recall(room=2 * size_of(answer) + groups, clock=Clock())
    assert [is_kept(recall, page) for page in pages] == [True, True, False, False]
    for _ in range(5):  # an address takes its room once, however often its page changes
        assert is_kept(recall, replace(pages[0], body=answer.body + b" "))
        assert is_kept(recall, pages[0])
    assert [is_kept(recall, page) for page in pages] == [True, True, False, False]


def test_a_page_that_nobody_asks_for_makes_room(answer):
    clock = Clock()
    pages = places(answer, 3)
    groups = sum(len(read_page(page).groups) for page in pages[:2])
    recall = Recall(room=2 * size_of(answer) + groups, clock=clock)
    assert is_kept(recall, pages[0])
    assert is_kept(recall, pages[1])
    clock.now = 3000
    assert is_kept(recall, pages[0])
    assert not is_kept(recall, pages[2])
    clock.now = 4000
    assert is_kept(recall, pages[2])
    assert is_kept(recall, pages[0])
    assert not is_kept(recall, pages[1])


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_worker_waits_for_no_lock_that_its_parent_held(answer):
    code = 1
    with memory._recall._lock:
        if not (child := os.fork()):
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(5)  # ends it, should it wait after all
                code = 0 if memory.read_again(answer).items else 1
            finally:
                os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_the_menu_of_many_pages_is_kept_once(answer):
    menu = "".join(f'<a href="/shop/cart.php?gid={gid}">G{gid}</a>' for gid in range(2, 98))
    large = changed(
        answer, b'<div class="list-group">', b'<div class="list-group">' + menu.encode()
    )
    pages = [
        replace(large, asked=f"https://shop.example/cart.php?x={number}") for number in range(9)
    ]
    assert len(read_page(large).groups) == 97
    recall = Recall(room=9 * size_of(large) + 97, clock=Clock())
    kept = [recall.read(page) for page in pages]
    assert all(one is recall.read(page) for one, page in zip(kept, pages, strict=True))
    assert kept[0].groups[50] is kept[8].groups[50]
    assert kept[0] == read_page(pages[0])
    assert not is_kept(recall, replace(answer, url="https://other.example/cart.php"))


def test_a_page_too_large_for_the_room_is_read_all_the_same(answer):
    page = Recall(room=1).read(answer)
    assert any(item.availability is Availability.IN_STOCK for item in page.items)
