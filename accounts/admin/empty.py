"""What an empty list says: what belongs here and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse_lazy
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class EmptyState:
    """`link` leads to the next step; without one the page offers its add button, if there is any."""

    title: str = "Nothing here yet"
    text: str = ""
    icon: str = "inbox"
    link: str | Promise = ""
    label: str = ""


def step(title: str, text: str, icon: str, *, to: str = "", label: str = "") -> EmptyState:
    """`to` is the name of an admin page, such as "websites_website_add"."""
    return EmptyState(title, text, icon, reverse_lazy(f"admin:{to}") if to else "", label)
