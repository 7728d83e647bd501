"""Forms that write through a service: its rules are the form's rules.

While it validates, a form runs its service and takes everything back; the complaints become
errors of the fields. Only then does the page save, by running the service again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models, transaction

from common.errors import InvalidInputError
from common.texts import shown

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm


class ServiceForm(AnyModelForm):
    """Subclasses write `run`, and `field_of` where the service has other names for the fields."""

    def run(self, row: Any | None) -> models.Model:
        """Calls the service with `cleaned_data`; `row` is the stored row, None for a new one."""
        raise NotImplementedError

    def field_of(self, name: str) -> str:
        """The form's field for a field of the service."""
        return name

    def save_by_service(self) -> models.Model:
        """Raises InvalidInputError when the row changed since the form was checked."""
        return self.run(self._stored())

    def _stored(self) -> Any | None:
        """As it is in the database: the form has already put the new values into its instance."""
        if self.instance.pk is None:
            return None
        return type(self.instance)._default_manager.get(pk=self.instance.pk)

    def _get_validation_exclusions(self) -> set[str]:
        """The model's own checks are left to the service, which knows the field to blame."""
        return {field.name for field in self._meta.model._meta.get_fields()}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or (self.instance.pk is not None and not self.has_changed()):
            return
        try:
            with transaction.atomic():
                self.run(self._stored())
                transaction.set_rollback(True)
        except InvalidInputError as error:
            for name, texts in (error.fields or {"": [error.message]}).items():
                target = self.field_of(name)
                self.add_error(
                    target if target in self.fields else None, [shown(text) for text in texts]
                )
