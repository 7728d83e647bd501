"""What forms may offer in related fields; shared by pages and by tables inside of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field, ForeignKey, ManyToManyField, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from accounts.admin.rights import sees_many_teams, visible
from accounts.choices import Role
from accounts.models import Team

if TYPE_CHECKING:
    AnyAdmin = BaseModelAdmin[Any]
else:
    AnyAdmin = BaseModelAdmin


class ScopedFieldsMixin(AnyAdmin):
    """Related fields offer rows of teams in which the user may edit, and nothing else."""

    add_role: ClassVar[Role | None] = None
    change_role: ClassVar[Role | None] = None

    def related_rows(self, request: HttpRequest, field: Field[Any, Any]) -> QuerySet[Any]:
        editing = [role for role in (self.add_role, self.change_role) if role is not None]
        least = min(editing, key=lambda role: role.rank) if editing else None
        return visible(request, field.related_model._default_manager.all(), least)  # type: ignore[union-attr]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        kwargs["queryset"] = self.related_rows(request, db_field)
        formfield = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if formfield is None or db_field.related_model is not Team:
            return formfield
        if not sees_many_teams(request):
            formfield.initial = formfield.queryset.first() if formfield.queryset else None
            formfield.empty_label = None
        return formfield

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Related rows have pages of their own: no second way to them from inside a form."""
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield is not None and isinstance(formfield.widget, RelatedFieldWidgetWrapper):
            formfield.widget = formfield.widget.widget
        return formfield

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        kwargs["queryset"] = self.related_rows(request, db_field)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
