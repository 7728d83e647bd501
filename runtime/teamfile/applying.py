"""A file for a team: all of it in one transaction, or nothing."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import audit_note
from accounts.models import Team
from accounts.services import team_update
from common.errors import InvalidInputError
from monitoring.alerting import Author
from runtime.teamfile.channels import channels_apply
from runtime.teamfile.document import document_read
from runtime.teamfile.references import SecretOf, of_nowhere
from runtime.teamfile.report import Report
from runtime.teamfile.run import Run, Values, differing
from runtime.teamfile.shape import checked
from runtime.teamfile.silences import silences_apply
from runtime.teamfile.surplus import surplus_apply
from runtime.teamfile.values import team_values
from runtime.teamfile.websites import websites_apply


def teamfile_apply(
    *,
    team: Team,
    text: str,
    author: Author,
    secret_of: SecretOf | None = None,
    dry_run: bool = False,
    is_pruned: bool = False,
) -> Report:
    """What was done, or with `dry_run` would be: it is done and taken back, so both say the same.

    `secret_of` finds what `env:NAME` means; without it stored secrets stay and no others come.
    `is_pruned` deletes what the file's sections do not name. Raises InvalidInputError with every
    problem by its path (`websites[2].monitors[0].threshold_low`); then nothing was changed.
    """
    document = checked(document_read(text))
    run = Run(team, author, secret_of or of_nowhere, may_read_secrets=secret_of is not None)
    with transaction.atomic():
        run.team = Team.objects.select_for_update().get(pk=team.pk)  # one file at a time
        _sections(run, document, is_pruned=is_pruned)
        if dry_run or run.problems:
            transaction.set_rollback(True)
        elif run.report.effective():
            audit_note(run.team, {"configuration file": [None, run.report.summary()]})
    if run.problems:
        raise InvalidInputError("The file cannot be applied.", fields=run.problems)
    if dry_run:
        run.report.made_secrets = {}
    return run.report


def _sections(run: Run, document: Values, *, is_pruned: bool) -> None:
    if document.get("team"):
        _team(run, document["team"])
    websites_apply(run, document.get("websites", []))
    channels_apply(run, document.get("channels", []))
    silences_apply(run, document.get("silences", []))
    if not run.problems:
        surplus_apply(run, document, is_pruned=is_pruned)


def _team(run: Run, wanted: Values) -> None:
    before = Team.objects.get(pk=run.team.pk)
    changes = differing(wanted, team_values(before))

    def write() -> Team:
        return team_update(team=run.team, **changes) if changes else run.team

    run.settle("team", "team", before, write, team_values, name=str(before))
