"""Importing a list from a file: choose it, see what it would do row by row, then take it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext

from accounts.admin.exporting import ExportMixin
from accounts.admin.rights import holds
from accounts.admin.uploadform import UploadForm
from accounts.admin.uploads import (
    Upload,
    progress_of,
    progress_tell,
    upload_drop,
    upload_find,
    upload_keep,
)
from accounts.choices import Role
from accounts.models import Team
from common.errors import InvalidInputError
from common.sheets.reading import MOST_BYTES
from common.texts import joined, shown
from monitoring.services.sheets.importing import KINDS, sheet_import, sheet_plan
from monitoring.services.sheets.plan import Plan, Row

SHOWN = 200
"""Rows and problems of a preview that are listed; all of them are counted."""


class SheetPageMixin(ExportMixin):
    """Adds `import-file/`, and a link below the list. `sheet_kind` names what the file holds."""

    sheet_kind: ClassVar[str] = ""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_import_file"
        view = self.admin_site.admin_view(self.sheet_view)
        return [path("import-file/", view, name=name), *super().get_urls()]

    def file_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        links = super().file_links(request)
        return (
            [*links, ("upload_file", gettext("Import from a file"), self._sheet_url())]
            if links
            else []
        )

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        if not holds(request, Role.OWNER):
            raise PermissionDenied
        token = request.POST.get("token", "")
        if token:
            return self._sheet_take(request, token)
        if request.method == "GET" and "progress" in request.GET:
            return JsonResponse(progress_of(request, request.GET["progress"]))
        form = UploadForm(
            request,
            most_bytes=MOST_BYTES,
            help_text=gettext(
                "CSV (UTF-8) or XLSX, at most %(most)d rows. The first line names the columns."
            )
            % {"most": KINDS[self.sheet_kind].most_rows},
        )
        context: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            team, file = form.cleaned_data["team"], form.cleaned_data["file"]
            upload = Upload(team.pk, file.name, file.read())
            try:
                plan = sheet_plan(kind=self.sheet_kind, team=team, data=upload.data)
            except InvalidInputError as error:
                form.add_error("file", shown(error.message))
            else:
                context = _preview(plan) | {
                    "team": team,
                    "file_name": upload.name,
                    "token": upload_keep(request, upload),
                }
        return self._sheet_page(request, form, context)

    def _sheet_page(
        self, request: HttpRequest, form: UploadForm, more: dict[str, Any]
    ) -> HttpResponse:
        what = self.opts.verbose_name_plural
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Import %(rows)s from a file") % {"rows": what},
            "form": form,
            "what": what,
            "own_url": self._sheet_url(),
            "list_url": self._sheet_list_url(),
            "columns": [field.name for field in KINDS[self.sheet_kind].fields],
            **more,
        }
        return TemplateResponse(request, "admin/desk/sheet.html", context)

    def _sheet_take(self, request: HttpRequest, token: str) -> HttpResponse:
        upload = upload_find(request, token)
        target = self._sheet_url()
        if upload is None:
            self.message_user(
                request, gettext("The file is no longer kept. Choose it again."), messages.ERROR
            )
        elif not holds(request, Role.OWNER, upload.team_id):
            raise PermissionDenied
        elif self._sheet_write(request, token, upload):
            target = self._sheet_list_url()
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"next": target})
        return redirect(target)

    def _sheet_write(self, request: HttpRequest, token: str, upload: Upload) -> bool:
        try:
            plan = sheet_import(
                kind=self.sheet_kind,
                team=Team.objects.get(pk=upload.team_id),
                data=upload.data,
                origin=upload.name,
                is_partial="good_only" in request.POST,
                on_progress=lambda done, total: progress_tell(request, token, done, total),
            )
        except InvalidInputError as error:
            self.message_user(request, shown(error.message), messages.ERROR)
            return False
        upload_drop(request, token)
        self.message_user(request, f"{upload.name}: {_told(plan)}", messages.SUCCESS)
        return True

    def _sheet_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import_file")

    def _sheet_list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _told(plan: Plan) -> str:
    """What an import did."""
    done = gettext("%(created)d created, %(changed)d changed, %(unchanged)d were so already.") % {
        action: plan.count(action) for action in ("created", "changed", "unchanged")
    }
    wrong = plan.wrong_lines()
    if not wrong:
        return done
    left = ngettext(
        "%(number)d wrong row was left out.", "%(number)d wrong rows were left out.", wrong
    )
    return joined(done, left % {"number": wrong})


def _preview(plan: Plan) -> dict[str, Any]:
    effective = [row for row in plan.rows if row.action != "unchanged"]
    return {
        "plan": plan,
        "created": plan.count("created"),
        "changed": plan.count("changed"),
        "unchanged": plan.count("unchanged"),
        "wrong": plan.wrong_lines(),
        "effective": len(effective),
        "rows": [(row, _steps(row)) for row in effective[:SHOWN]],
        "rows_more": max(len(effective) - SHOWN, 0),
        "problems": plan.problems[:SHOWN],
        "problems_more": max(len(plan.problems) - SHOWN, 0),
    }


def _steps(row: Row) -> list[tuple[str, str, str]]:
    """(field, stored, wanted) as words."""
    if row.action == "changed":
        return [(name, _word(old), _word(new)) for name, (old, new) in row.changes.items()]
    return [(name, "", _word(value)) for name, value in row.wanted.items() if _word(value) != "–"]


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(value) or "–"
    return "–" if value in (None, "") else str(value)
