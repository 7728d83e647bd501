"""The one door to the admin theme, which ships no types: for the type checker it is Django's admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.admin import ChoicesFieldListFilter, RelatedFieldListFilter, TabularInline
    from django.contrib.admin import ModelAdmin as DjangoAdmin
    from django.contrib.admin import SimpleListFilter as DropdownFilter
    from django.contrib.admin.views.main import ChangeList as ThemedChangeList
    from django.forms import CheckboxInput as SwitchWidget
    from django.forms import CheckboxSelectMultiple as CheckboxesWidget
    from django.forms import PasswordInput as SecretWidget
    from django.forms import Select as SelectWidget
    from django.forms import Textarea as TextareaWidget
    from django.forms import TextInput as TextWidget

    class ThemedAdmin(DjangoAdmin[Any]):
        change_form_outer_before_template: str | None

    class ThemedInline(TabularInline[Any, Any]):
        pass

    class RelatedFilter(RelatedFieldListFilter):
        pass

    class ChoicesFilter(ChoicesFieldListFilter):
        pass
else:
    from unfold.admin import ModelAdmin as ThemedAdmin
    from unfold.admin import TabularInline as ThemedInline
    from unfold.contrib.filters.admin import ChoicesDropdownFilter as ChoicesFilter
    from unfold.contrib.filters.admin import DropdownFilter
    from unfold.contrib.filters.admin import RelatedDropdownFilter as RelatedFilter
    from unfold.views import ChangeList as ThemedChangeList
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxesWidget
    from unfold.widgets import UnfoldAdminPasswordWidget as SecretWidget
    from unfold.widgets import UnfoldAdminSelectWidget as SelectWidget
    from unfold.widgets import UnfoldAdminTextareaWidget as TextareaWidget
    from unfold.widgets import UnfoldAdminTextInputWidget as TextWidget
    from unfold.widgets import UnfoldBooleanSwitchWidget as SwitchWidget

__all__ = [
    "CheckboxesWidget",
    "ChoicesFilter",
    "DropdownFilter",
    "RelatedFilter",
    "SecretWidget",
    "SelectWidget",
    "SwitchWidget",
    "TextWidget",
    "TextareaWidget",
    "ThemedAdmin",
    "ThemedChangeList",
    "ThemedInline",
]
