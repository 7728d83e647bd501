"""Pages of long lists: rows are counted up to a limit, for the rest nobody reads page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator


class AtLeast(int):
    """A number behind which there is more; it says so wherever a page shows it."""

    def __str__(self) -> str:
        return f"{int(self):,}+".replace(",", "\u202f")


class LimitedPaginator(AnyPaginator):
    """Counting a table of millions takes seconds, and does so for every page anew. This one stops at
    COUNTED rows; what lies behind is found by search and filters."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        number = rows.order_by()[: COUNTED + 1].count()
        return AtLeast(COUNTED) if number > COUNTED else number
