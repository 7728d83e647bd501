"""What an empty list says: what belongs here and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from common.texts import Text

NOTHING = _("Nothing here yet")


@dataclass(frozen=True, slots=True)
class EmptyState:
    """`link` leads to the next step; without one the page offers its add button, if there is any."""

    title: Text = NOTHING
    text: Text = ""
    icon: str = "inbox"
    link: Text = ""
    label: Text = ""


def step(title: Text, text: Text, icon: str, *, to: str = "", label: Text = "") -> EmptyState:
    """`to` is the name of an admin page, such as "websites_website_add"."""
    return EmptyState(title, text, icon, reverse_lazy(f"admin:{to}") if to else "", label)
