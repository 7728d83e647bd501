"""The form that takes a file for one of the user's teams. For owners."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.rights import visible
from accounts.admin.theme import SelectWidget
from accounts.choices import Role
from accounts.models import Team


class UploadForm(forms.Form):
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team"),
        widget=SelectWidget(),
        help_text=_("Everything in the file is for it."),
    )
    file = forms.FileField(label=_("File"))

    def __init__(self, request: HttpRequest, *, most_bytes: int, help_text: str) -> None:
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        super().__init__(*posted)
        self.most_bytes = most_bytes
        teams = visible(request, Team.objects.all(), Role.OWNER)
        chosen: Any = self.fields["team"]
        chosen.queryset = teams
        if teams.count() == 1:
            chosen.initial, chosen.empty_label = teams.first(), None
        self.fields["file"].help_text = help_text

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > self.most_bytes:
            text = gettext("The file is larger than %(megabytes)d MB.")
            raise forms.ValidationError(text % {"megabytes": self.most_bytes // 1024 // 1024})
        return given
