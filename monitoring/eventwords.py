"""What an event says, in the reader's language. Events are stored in English, with their values in
the sentence: so the sentence is recognised, and said again with the same values.
"""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_noop

from common.texts import shown

SENTENCES = (
    gettext_noop("Back in stock"),
    gettext_noop("Back in stock: %(quantity)s"),
    gettext_noop("Sold out"),
    gettext_noop("Sold out (was %(before)s)"),
    gettext_noop("Stock rose from %(before)s to %(after)s"),
    gettext_noop("Purchased: stock fell from %(before)s to %(after)s"),
    gettext_noop("Stock is no longer counted"),
    gettext_noop("Stock is now counted: %(quantity)s"),
    gettext_noop("Low stock: %(quantity)s left, below %(threshold)s"),
    gettext_noop("High stock: %(quantity)s, above %(threshold)s"),
    gettext_noop("Back within limits: %(quantity)s (threshold %(threshold)s)"),
    gettext_noop("Alert: %(cause)s"),
    gettext_noop("Acknowledged: %(cause)s"),
    gettext_noop("Reminder: %(cause)s"),
    gettext_noop("Resolved: %(cause)s"),
    gettext_noop("Price changed from %(old)s to %(new)s"),
    gettext_noop("In and out of stock %(number)s times within %(span)s minutes"),
    gettext_noop("In and out of stock %(number)s times within %(span)s seconds"),
    gettext_noop("Settled after %(number)s changes: %(stock)s"),
    gettext_noop("The shop answers again."),
    gettext_noop("The shop no longer lists this product"),
    gettext_noop("The shop no longer lists %(product)s"),
    gettext_noop("New product: %(product)s"),
    gettext_noop("Renamed: %(old)s is now %(new)s"),
    gettext_noop("Moved from %(old)s to %(new)s"),
)
PARTS = (
    gettext_noop("in stock"),
    gettext_noop("out of stock"),
    gettext_noop("unknown"),
    gettext_noop("low stock"),
    gettext_noop("high stock"),
    gettext_noop("website unreachable"),
    gettext_noop("%(cause)s (%(quantity)s left)"),
    gettext_noop("%(stock)s (%(quantity)s)"),
)
"""What stands in a sentence as its cause or stock: words of ours, no names."""
OURS = frozenset({"cause", "stock"})


def event_text(message: str) -> str:
    """As it is where nobody knows it, and in English."""
    if get_language() in (None, settings.LANGUAGE_CODE):
        return message
    return _said(message, SENTENCES)


def _said(text: str, known: tuple[str, ...]) -> str:
    for one in known:
        if found := _shape(one).fullmatch(text):
            values = {
                name: _said(value, PARTS) if name in OURS else value
                for name, value in found.groupdict().items()
            }
            return gettext(one) % values
    return shown(text)


@cache
def _shape(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(sentence)))
