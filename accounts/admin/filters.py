"""Filters of lists that offer only what the user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from accounts.admin.rights import visible
from accounts.admin.theme import RelatedFilter
from accounts.choices import Role

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.db.models import Field


class TeamRelatedFilter(RelatedFilter):
    """Rows of a related table, limited to the user's teams; it takes part in every list by itself.

    The theme's own filter would list the names of all teams.
    """

    def field_choices(
        self, field: Field[Any, Any], request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        rows = visible(request, field.related_model._default_manager.all(), Role.VIEWER)  # type: ignore[union-attr]
        return [(str(row.pk), str(row)) for row in rows[: self.at_most]]

    at_most = 500
    """More choices than this are no help in a drop-down; the search finds the rest."""
