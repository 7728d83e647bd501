"""Buttons of the desk: one definition gives a button on the row's page and an action of its list.

A button has an address of its own and answers to POST only: no form is saved with it and no
transaction is open, so it may talk to the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from accounts.admin.display import error_text
from accounts.admin.rights import holds, team_id_of
from accounts.admin.theme import ThemedAdmin
from accounts.choices import Role
from common.errors import ProductError
from common.texts import Text

LIST_LIMIT = 100
"""Rows a list action works on at once; each may be a network call or a transaction."""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a person can do with one row.

    The admin class has a method `do_<name>(request, row)` that returns a sentence for people and
    raises ProductError when it cannot. `confirm` is asked before; `fits` says for which rows it
    makes sense. `is_page` verbs open a page of their own (`<name>_page`) instead of acting.
    `is_form` verbs need input: a panel of the page posts it, there is no plain button.
    """

    name: str
    label: Text
    icon: str
    role: Role | None
    confirm: Text = ""
    fits: Callable[[Any], bool] = lambda _row: True
    in_list: bool = True
    is_page: bool = False
    is_form: bool = False
    is_main: bool = False


class VerbsMixin(ThemedAdmin):
    """Serves the verbs of an admin class."""

    verbs: ClassVar[tuple[Verb, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own = []
        for verb in self.verbs:
            view = self._page_view(verb) if verb.is_page else self._post_view(verb)
            own.append(
                path(
                    f"<path:object_id>/{verb.name}/",
                    self.admin_site.admin_view(view),
                    name=f"{prefix}_{verb.name}",
                )
            )
        return [*own, *super().get_urls()]

    def verb_url(self, verb: Verb | str, row: Model) -> str:
        name = verb if isinstance(verb, str) else verb.name
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[row.pk])

    def buttons(self, request: HttpRequest, row: Model) -> list[dict[str, Any]]:
        """What the page of a row offers to this user."""
        team_id = team_id_of(row)
        return [
            {"verb": verb, "url": self.verb_url(verb, row)}
            for verb in self.verbs
            if not verb.is_form and holds(request, verb.role, team_id) and verb.fits(row)
        ]

    def _row_for(self, request: HttpRequest, verb: Verb, object_id: str) -> Any:
        """Raises Http404 for a row the user does not see, PermissionDenied for too weak a role."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not holds(request, verb.role, team_id_of(row)):
            raise PermissionDenied
        return row

    def _post_view(self, verb: Verb) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            row = self._row_for(request, verb, object_id)
            self._do(request, verb, row)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)

        return view

    def _page_view(self, verb: Verb) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self._row_for(request, verb, object_id)
            page: Callable[..., HttpResponse] = getattr(self, f"{verb.name}_page")
            return page(request, row)

        return view

    def _do(self, request: HttpRequest, verb: Verb, row: Any) -> bool:
        try:
            if not verb.fits(row):
                text = gettext("“%(verb)s” does not apply to it now.")
                raise ProductError(text % {"verb": verb.label})
            sentence = getattr(self, f"do_{verb.name}")(request, row)
        except ProductError as error:
            self.message_user(request, f"{row}: {error_text(error)}", messages.ERROR)
            return False
        if sentence:
            self.message_user(request, f"{row}: {sentence}", messages.SUCCESS)
        return True

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        for verb in self.verbs:
            if verb.in_list and not (verb.is_page or verb.is_form) and holds(request, verb.role):
                actions[verb.name] = (self._list_action(verb), verb.name, str(verb.label))
        return actions

    def _list_action(self, verb: Verb) -> Callable[..., Any]:
        def action(_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
            chosen = list(rows[: LIST_LIMIT + 1])
            if len(chosen) > LIST_LIMIT:
                text = gettext("Choose at most %(most)d rows at a time.") % {"most": LIST_LIMIT}
                self.message_user(request, text, messages.ERROR)
                return
            for row in chosen:
                if holds(request, verb.role, team_id_of(row)):
                    self._do(request, verb, row)
                else:
                    text = gettext("%(row)s: your role does not allow this.") % {"row": row}
                    self.message_user(request, text, messages.ERROR)

        return action
