"""Lists as files: the filter at hand, or the ticked rows, as CSV or XLSX. For owners.

Rows leave while they are read: one query with a cursor, no model instances, memory that does not
grow. A row of a team in which the user is no owner is left out, though they see it in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.admin.base import TeamScopedAdmin, zone_of
from accounts.admin.rights import holds, visible
from accounts.choices import Role
from common.sheets.writing import CSV_TYPE, XLSX_ROWS, XLSX_TYPE, csv_chunks, xlsx_chunks

FORMS = {"csv": ("CSV", CSV_TYPE), "xlsx": ("XLSX", XLSX_TYPE)}
"""End of the file name -> (label, media type)."""
READ_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name, where its value comes from, and how it is shown."""

    name: str
    source: str | Combinable = ""
    """Path from the row, or an expression; the name of the column where it is left out."""
    shown: Callable[[Any], Any] | None = None


class ExportMixin(TeamScopedAdmin):
    """Adds `export/csv/` and `export/xlsx/`, both as list actions too, and links below the list."""

    export_columns: ClassVar[Sequence[Column]] = ()
    list_after_template = "admin/desk/list_files.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/<str:form>/", view, name=name), *super().get_urls()]

    def export_view(self, request: HttpRequest, form: str) -> Any:
        """All rows that the list shows with this query, on all its pages."""
        if not holds(request, Role.OWNER):
            raise PermissionDenied
        if form not in FORMS:
            raise Http404
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect(self._file_address("changelist"))
        return self.export(request, rows, form)

    def export(self, request: HttpRequest, rows: QuerySet[Any], form: str) -> StreamingHttpResponse:
        zone = zone_of(request) or timezone.get_default_timezone()
        with override("en"):  # names of files and sheets, like those of columns
            name = str(self.opts.verbose_name_plural)
        head = [column.name for column in self.export_columns]
        mine = visible(request, rows, Role.OWNER)
        values = exported(mine, self.export_columns)
        if form == "csv":
            chunks = csv_chunks(head, values, zone=zone)
        else:
            chunks = xlsx_chunks(name, head, islice(values, XLSX_ROWS), zone=zone)
        day = timezone.localtime(timezone=zone).strftime("%Y-%m-%d")
        return StreamingHttpResponse(
            chunks,
            content_type=FORMS[form][1],
            headers={"Content-Disposition": f'attachment; filename="{name}-{day}.{form}"'},
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if holds(request, Role.OWNER) and IS_POPUP_VAR not in request.GET:
            for form, (label, _) in FORMS.items():
                text = gettext("Export as %(kind)s") % {"kind": label}
                actions[f"export_{form}"] = (_action(form), f"export_{form}", text)
        return actions

    def file_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """(icon, label, address) of what owners find below the list."""
        if not holds(request, Role.OWNER):
            return []
        query = request.GET.copy()
        query.pop("p", None)
        end = f"?{query.urlencode()}" if query else ""
        return [
            (
                "download",
                gettext("Export as %(kind)s") % {"kind": label},
                self._file_address("export", form) + end,
            )
            for form, (label, _) in FORMS.items()
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "file_links": self.file_links(request)}
        return super().changelist_view(request, context)

    def _file_address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)


def exported(rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The values of the columns, row by row, by one query."""
    sources = [
        F(column.source or column.name) if isinstance(column.source, str) else column.source
        for column in columns
    ]
    named = {f"cell_{number}": source for number, source in enumerate(sources)}
    shown = [column.shown for column in columns]
    for row in rows.annotate(**named).values_list(*named).iterator(chunk_size=READ_AT_ONCE):
        yield [
            value if show is None or value is None else show(value)
            for value, show in zip(row, shown, strict=True)
        ]


def _action(form: str) -> Callable[..., StreamingHttpResponse]:
    def action(
        pages: ExportMixin, request: HttpRequest, rows: QuerySet[Any]
    ) -> StreamingHttpResponse:
        return pages.export(request, rows, form)

    return action
