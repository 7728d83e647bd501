"""`{{ row.last_error|shown }}`: what rows keep in English, in the language of the page."""

from __future__ import annotations

from typing import Any

from django import template

from common.texts import shown as told

register = template.Library()


@register.filter
def shown(text: Any) -> str:
    return "" if text is None else told(str(text))
