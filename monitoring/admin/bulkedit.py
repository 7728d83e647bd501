"""Thresholds and switches of many monitors at once: a form, a look at what changes, then the change.

Chosen are the ticked rows, or all rows of the search and the filters, however many pages.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.rights import holds, is_super, teams_with
from accounts.admin.verbs import VerbsMixin
from accounts.choices import Role
from common.errors import InvalidInputError
from common.texts import shown
from monitoring.admin.bulkform import BulkForm, change_text
from monitoring.admin.chartaxes import number_text
from monitoring.services.bulkedit import (
    MOST_ROWS,
    BulkPreview,
    BulkSummary,
    monitors_change,
    monitors_change_preview,
)

ACTION = "bulk_edit"
LABEL = _("Change thresholds and notices")


class BulkEditMixin(VerbsMixin):
    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if holds(request, Role.OPERATOR) and IS_POPUP_VAR not in request.GET:
            actions[ACTION] = (_bulk_edit, ACTION, str(LABEL))
        return actions

    def bulk_edit(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """None leads back to the list, with a message."""
        mine = rows
        if not is_super(request):
            mine = rows.filter(website__team_id__in=teams_with(request, Role.OPERATOR))
        step = request.POST.get("step", "")
        form = BulkForm(request.POST if step else None)
        if not step or not form.is_valid():
            return self._page(request, mine, form)
        try:
            return self._go_on(request, mine, form, step)
        except InvalidInputError as error:
            _blame(form, error)
            return self._page(request, mine, form)

    def _go_on(
        self, request: HttpRequest, rows: QuerySet[Any], form: BulkForm, step: str
    ) -> HttpResponse | None:
        changes = form.changes()
        preview = monitors_change_preview(monitors=rows, changes=changes)
        # Whoever agreed to a change of 20 monitors did not agree to one of 2,000.
        if step != "do" or request.POST.get("agreed") != str(preview.changing):
            return self._page(request, rows, form, preview)
        done = monitors_change(monitors=rows, changes=changes)
        self.message_user(request, _told(done), messages.SUCCESS)
        return None

    def _page(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        form: BulkForm,
        preview: BulkPreview | None = None,
    ) -> HttpResponse:
        """The form; with a preview the question."""
        chosen = rows.count() if preview is None else preview.chosen
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _title(chosen),
            "form": form,
            "chosen": chosen,
            "most": MOST_ROWS,
            "preview": preview,
            "said": []
            if preview is None
            else [
                (change_text(name, value), preview.by_field[name])
                for name, value in form.changes().items()
            ],
            "kept": [(one.html_name, one.value()) for one in form],
            "examples": [str(row) for row in rows[:5]],
            "more": max(chosen - 5, 0),
            "action": ACTION,
            "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"),
            "checkbox": ACTION_CHECKBOX_NAME,
            "back_url": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/desk/bulk_edit.html", context)


def _bulk_edit(pages: BulkEditMixin, request: HttpRequest, rows: QuerySet[Any]) -> Any:
    return pages.bulk_edit(request, rows)


def _title(chosen: int) -> str:
    text = ngettext(
        "Change thresholds and notices of %(number)s monitor",
        "Change thresholds and notices of %(number)s monitors",
        chosen,
    )
    return text % {"number": number_text(chosen)}


def _told(done: BulkSummary) -> str:
    """ "20 monitors are changed; 3 alerts opened."."""
    parts = [gettext("%(number)s monitors are changed") % {"number": number_text(done.changed)}]
    if done.opened:
        parts.append(gettext("%(number)d alerts opened") % {"number": done.opened})
    if done.resolved:
        parts.append(gettext("%(number)d alerts resolved") % {"number": done.resolved})
    return "; ".join(parts) + "."


def _blame(form: BulkForm, error: InvalidInputError) -> None:
    """Complaints of the service stand at the field they are about."""
    for name, texts in (error.fields or {"": [error.message]}).items():
        target = next((one for one in (f"{name}_number", name) if one in form.fields), None)
        form.add_error(target, [shown(text) for text in texts])
