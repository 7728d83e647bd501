"""The admin of a team's rows: nobody sees, picks or guesses another team's.

Rights come from memberships, not from Django's model permissions: a viewer reads, an operator
edits what is watched, an owner the rest, a superuser everything in all teams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst

from accounts.admin.empty import EmptyState
from accounts.admin.filters import TeamRelatedFilter
from accounts.admin.paging import LimitedPaginator
from accounts.admin.rights import holds, roles, sees_many_teams, team_id_of, visible
from accounts.admin.scoping import ScopedFieldsMixin
from accounts.admin.theme import ThemedChangeList
from accounts.admin.verbs import VerbsMixin
from accounts.choices import Role
from accounts.languages import wishes_of
from accounts.models import Team
from common.errors import InvalidInputError, ProductError
from common.texts import Text, in_english, joined, shown


class OneCountList(ThemedChangeList):
    """A list counts its rows once; without search or filter that number is all of them.

    `asked_by` is the request it is made for: the parts of its page know nothing else of it.
    """

    asked_by: HttpRequest

    def get_results(self, request: HttpRequest) -> None:
        self.asked_by = request
        super().get_results(request)
        if self.full_result_count is None and not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class TeamScopedAdmin(ScopedFieldsMixin, VerbsMixin):
    """Base of every page about a team's rows. A role of None leaves it to superusers."""

    view_role: ClassVar[Role | None] = Role.VIEWER
    delete_role: ClassVar[Role | None] = None

    team_column: ClassVar[str] = "team"
    """Left out of the list when the user has only one team."""
    empty: ClassVar[EmptyState] = EmptyState()
    deletes_with_it: ClassVar[Mapping[str, Text]] = {}
    """Path of the rows that vanish together with a deleted one -> their name, for the question before."""

    change_form_outer_before_template = "admin/desk/row_header.html"
    list_per_page = 50
    show_full_result_count = False
    paginator = LimitedPaginator

    # --- Who may do what -------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.view_role, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.add_role, None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.change_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.delete_role, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _may(self, request: HttpRequest, role: Role | None, row: Model | None) -> bool:
        return holds(request, role, None if row is None else team_id_of(row))

    # --- What can be seen and picked -------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(request, super().get_queryset(request), self.view_role)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """A filter by a related table becomes one that offers the user's own rows only."""
        found: list[Any] = []
        for one in super().get_list_filter(request):
            if one == self.team_column and not sees_many_teams(request):
                continue
            found.append((one, TeamRelatedFilter) if self._is_related(one) else one)
        return found

    def _is_related(self, name: Any) -> bool:
        if not isinstance(name, str):
            return False
        model: type[Model] = self.model
        field: Any = None
        for step in name.split("__"):
            try:
                field = model._meta.get_field(step)
            except FieldDoesNotExist:
                return False
            model = field.related_model
        return field is not None and field.is_relation

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        if self.team_column in columns and not sees_many_teams(request):
            columns.remove(self.team_column)
        return columns

    # --- Writing ---------------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        """Checks the role in the row's own team, then writes by `write`."""
        role = self.change_role if change else self.add_role
        if not holds(request, role, team_id_of(obj)):
            raise PermissionDenied
        self.write(request, obj, form, change)

    def write(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """Subclasses call their service here. May raise ProductError."""
        obj.save()

    # The log of the desk names rows in English, whoever works with them.

    @in_english
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return super().log_addition(request, obj, message)

    @in_english
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return super().log_change(request, obj, message)

    @in_english
    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[LogEntry]:
        return super().log_deletions(request, queryset)

    @staticmethod
    def adopt(obj: Any, made: Model) -> None:
        """The service made the row: the form's object becomes it."""
        obj.pk = made.pk
        obj._state.adding = False
        obj.refresh_from_db()

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Counts what goes with the rows instead of loading it; a role too weak for any row refuses all."""
        rows = list(objs)
        refused = {
            str(self.opts.verbose_name)
            for row in rows
            if not self.has_delete_permission(request, row)
        }
        counts = {str(capfirst(self.opts.verbose_name_plural)): len(rows)}
        ids = [row.pk for row in rows]
        for path_to, word in self.deletes_with_it.items():
            chosen = self.model._default_manager.filter(pk__in=ids, **{f"{path_to}__isnull": False})
            counts[str(word)] = chosen.values(f"{path_to}__pk").distinct().count()
        return [str(row) for row in rows], counts, refused, []

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ThemedChangeList]:
        return OneCountList

    # --- Pages -----------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def page() -> HttpResponse:
            return super(TeamScopedAdmin, self).changelist_view(request, extra_context)

        return self._in_zone(request, page)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def page() -> HttpResponse:
            return super(TeamScopedAdmin, self).changeform_view(
                request, object_id, form_url, extra_context
            )

        return self._in_zone(request, page)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def page() -> HttpResponse:
            return super(TeamScopedAdmin, self).delete_view(request, object_id, extra_context)

        return self._in_zone(request, page)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= {"buttons": self.buttons(request, obj), **self.row_context(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the head of a row's page shows: `panels` are templates, the rest is theirs."""
        return {}

    def _in_zone(self, request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
        """Times are shown and read in the zone the user prefers, else in that of their team, if
        there is just one.

        What a service refuses while a page writes becomes a message; the transaction is gone.
        """
        with timezone.override(zone_of(request)):
            try:
                response = page()
            except ProductError as error:
                self.message_user(request, _sentence(error), messages.ERROR)
                return redirect(request.get_full_path())
            if hasattr(response, "render"):
                response.render()
            return response


class ReadOnlyAdmin(TeamScopedAdmin):
    """Rows that are written by the machine and never changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _sentence(error: ProductError) -> str:
    fields = error.fields if isinstance(error, InvalidInputError) else {}
    reasons = [text for some in fields.values() for text in some]
    texts = [*(reasons or [error.message]), error.advice]
    return joined(*map(shown, texts))


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """None stands for the zone of the settings."""
    name: str | None = wishes_of(request).time_zone
    held = roles(request)
    if not name and len(held) == 1:
        name = Team.objects.filter(pk__in=held).values_list("time_zone", flat=True).first()
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
