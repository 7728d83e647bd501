"""The configuration of a team as a file, for its owners: download it, or bring one and look first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from accounts.admin.rights import holds, visible
from accounts.admin.uploadform import UploadForm
from accounts.admin.uploads import Upload, upload_drop, upload_find, upload_keep
from accounts.choices import Role
from accounts.models import Team
from common.errors import InvalidInputError
from common.texts import joined, shown
from monitoring.admin.silencing import author_of
from runtime.teamfile.applying import teamfile_apply
from runtime.teamfile.document import MOST_BYTES
from runtime.teamfile.exporting import teamfile_text
from runtime.teamfile.report import Action, Report

SHOWN = 300


def may_configure(request: HttpRequest) -> bool:
    return holds(request, Role.OWNER)


@never_cache
def config_page(request: HttpRequest) -> HttpResponse:
    """Nothing is deleted here: that is left to the command, with --prune."""
    if not may_configure(request):
        raise PermissionDenied
    if token := request.POST.get("token", ""):
        return _take(request, token)
    form = UploadForm(
        request,
        most_bytes=MOST_BYTES,
        help_text=gettext("YAML as it is exported here. Secrets stay as they are stored."),
    )
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        context = _preview(request, form)
    return _page(request, {"form": form, **context})


def config_file(request: HttpRequest, team_id: int) -> HttpResponse:
    if not may_configure(request):
        raise PermissionDenied
    team = get_object_or_404(visible(request, Team.objects.all(), Role.OWNER), pk=team_id)
    try:
        text = teamfile_text(team=team, with_monitors="no_monitors" not in request.GET)
    except InvalidInputError as error:
        messages.error(request, shown(error.message))
        return redirect("admin-config")
    name = f"{team.slug}.yaml"
    return HttpResponse(
        text,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def urls() -> list[URLPattern]:
    """Below /admin/, before the admin's own."""
    wrapped = admin.site.admin_view
    return [
        path("admin/configuration/", wrapped(config_page), name="admin-config"),
        path("admin/configuration/<int:team_id>/", wrapped(config_file), name="admin-config-file"),
    ]


def _preview(request: HttpRequest, form: UploadForm) -> dict[str, Any]:
    team, file = form.cleaned_data["team"], form.cleaned_data["file"]
    data = file.read()
    try:
        text = data.decode("utf-8-sig")
        report = teamfile_apply(team=team, text=text, author=author_of(request), dry_run=True)
    except UnicodeDecodeError:
        form.add_error("file", gettext("This is not text in UTF-8."))
        return {}
    except InvalidInputError as error:
        form.add_error("file", shown(error.message))
        return {"problems": _problems(error)}
    steps = report.effective()
    return {
        "report": report,
        "summary": _told(report),
        "team": team,
        "file_name": file.name,
        "steps": steps[:SHOWN],
        "steps_more": max(len(steps) - SHOWN, 0),
        "count": len(steps),
        "token": upload_keep(request, Upload(team.pk, file.name, data)),
    }


def _problems(error: InvalidInputError) -> list[tuple[str, str]]:
    """(place in the file, what is wrong there)."""
    fields = list(error.fields.items())[:SHOWN]
    return [(place, joined(*map(shown, texts))) for place, texts in fields]


def _take(request: HttpRequest, token: str) -> HttpResponse:
    upload = upload_find(request, token)
    if upload is None:
        messages.error(request, gettext("The file is no longer kept. Choose it again."))
        return redirect("admin-config")
    if not holds(request, Role.OWNER, upload.team_id):
        raise PermissionDenied
    team = get_object_or_404(Team, pk=upload.team_id)
    try:
        text = upload.data.decode("utf-8-sig")
        report = teamfile_apply(team=team, text=text, author=author_of(request))
    except InvalidInputError as error:
        told = [f"{place}: {text}" for place, text in _problems(error)[:5]]
        messages.error(request, " ".join([shown(error.message), *told]))
        return redirect("admin-config")
    upload_drop(request, token)
    messages.success(request, f"{upload.name}: {_told(report)}.")
    for note in report.notes[:20]:
        messages.info(request, shown(note))
    return _done(request, report)


def _told(report: Report) -> str:
    """What became of the rows, as `Report.summary` says it."""
    texts: dict[Action, str] = {
        "created": gettext("%(number)d created"),
        "changed": gettext("%(number)d changed"),
        "deleted": gettext("%(number)d deleted"),
        "unchanged": gettext("%(number)d unchanged"),
        "kept": gettext("%(number)d not in the file and left alone"),
    }
    always = ("created", "changed", "unchanged")
    return ", ".join(
        text % {"number": report.count(action)}
        for action, text in texts.items()
        if report.count(action) or action in always
    )


def _done(request: HttpRequest, report: Report) -> HttpResponse:
    """Fresh secrets are shown once, and written nowhere."""
    if not report.made_secrets:
        return redirect("admin-config")
    context = {
        **admin.site.each_context(request),
        "title": gettext("The configuration is applied"),
        "secrets": report.made_secrets,
        "next": reverse("admin-config"),
    }
    return TemplateResponse(request, "admin/desk/shown_once.html", context)


def _page(request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
    teams = visible(request, Team.objects.all(), Role.OWNER)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Configuration as a file"),
        "teams": [(team, reverse("admin-config-file", args=[team.pk])) for team in teams[:100]],
        "own_url": reverse("admin-config"),
        **more,
    }
    return TemplateResponse(request, "admin/desk/config.html", context)
