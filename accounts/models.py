"""Who owns the data and who may do what with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from accounts.choices import AuditAction, Language, Reminders, Role, Scope
from accounts.querysets import TeamScopedQuerySet
from common.fields import EncryptedJSONField
from common.models import PublicIdModel, TimeStampedModel


class User(AbstractUser):
    """A person. Rights come from memberships; `is_staff` lets them into the admin."""

    two_factor_at = models.DateTimeField(
        null=True, blank=True, editable=False, verbose_name="two-factor since"
    )

    def __str__(self) -> str:
        return self.get_username()

    def get_session_auth_hash(self) -> str:
        """Switching two-factor on or off ends all log-ins, by session and by token, that were
        begun without it: what a password alone once opened does not stay open."""
        plain = super().get_session_auth_hash()
        if self.two_factor_at is None:
            return plain
        moment = self.two_factor_at.isoformat()
        return salted_hmac("two-factor", plain + moment, algorithm="sha256").hexdigest()

    @property
    def sees_all_teams(self) -> bool:
        return self.is_active and self.is_superuser

    def team_ids(self) -> Iterable[int]:
        if not self.is_active:
            return []
        return self.memberships.values_list("team_id", flat=True)

    def role_in(self, team_id: int) -> Role | None:
        if self.sees_all_teams:
            return Role.OWNER
        if not self.is_active:
            return None
        role = self.memberships.filter(team_id=team_id).values_list("role", flat=True).first()
        return Role(role) if role else None


class SecondFactor(TimeStampedModel):
    """What only a person's authenticator app and this row know (RFC 6238), and backup codes.

    It counts from `confirmed_at` on. `last_step` makes every code work once; failures lengthen the
    wait before the next try, from whatever address.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = EncryptedJSONField(editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_step = models.BigIntegerField(default=0, editable=False)
    backup_hashes = models.JSONField(default=list, editable=False)
    failure_count = models.PositiveIntegerField(default=0, editable=False)
    failed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Second factor of {self.user}"


class TeamQuerySet(TeamScopedQuerySet["Team"]):
    team_path = "id"


class Team(PublicIdModel, TimeStampedModel):
    """Owner of websites, monitors, channels and everything they produce."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="IANA name, for example Europe/Berlin."
    )
    low_stock_threshold = models.IntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Used for monitors without a threshold of their own. Empty: none.",
    )

    language = models.CharField(
        max_length=8, choices=Language.choices, default=Language.ENGLISH, help_text="Of messages."
    )
    reminders = models.CharField(
        max_length=8,
        choices=Reminders.choices,
        default=Reminders.DAILY,
        help_text="When people are reminded of alerts that are still open.",
    )
    reminder_hour = models.PositiveSmallIntegerField(
        default=9,
        validators=[MaxValueValidator(23)],
        help_text="Hour of the daily reminder, in the time zone of the team.",
    )
    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How long single records are kept; daily sums stay. Empty: as the installation.",
    )
    is_board_on = models.BooleanField(
        default=False,
        verbose_name="public board",
        help_text="Anybody may see what is in stock, without log-in: at /board/ and the slug.",
    )
    is_quantity_on_board = models.BooleanField(
        default=False,
        verbose_name="numbers on the board",
        help_text="The board also says how many pieces are left.",
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(TimeStampedModel):
    """A user's role in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)

    objects: ClassVar = TeamScopedQuerySet["Membership"].as_manager()

    class Meta:
        ordering: ClassVar = ["team_id", "id"]
        constraints: ClassVar = [
            # One role per person and team: two rows would make the weaker one a matter of luck.
            models.UniqueConstraint(fields=["team", "user"], name="membership_one_per_user")
        ]

    def __str__(self) -> str:
        return gettext("%(user)s in %(team)s") % {"user": self.user, "team": self.team}


class ApiKey(TimeStampedModel):
    """Machine access to one team. Only the hash of the key is kept; the key is shown once."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(
        max_length=16, editable=False, help_text="Start of the key, to recognise it."
    )
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.READ)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="created_api_keys"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    minutes_used = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Minutes in which it was used, ever."
    )

    objects: ClassVar = TeamScopedQuerySet["ApiKey"].as_manager()

    class Meta:
        ordering: ClassVar = ["team_id", "name", "id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    # DRF asks whoever authenticated for this.
    is_authenticated = True
    is_staff = False
    sees_all_teams = False

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (
            self.expires_at is None or self.expires_at > timezone.now()
        )

    def team_ids(self) -> Iterable[int]:
        return [self.team_id]

    def role_in(self, team_id: int) -> Role | None:
        return Scope(self.scope).role if team_id == self.team_id else None


class AuditEntry(models.Model):
    """One change of a setting by a person, a key or a command. Append-only; secrets are masked.

    Names are kept as they were then: the row tells who and what after both are gone.
    """

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, related_name="audit_entries"
    )
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="audit_entries"
    )
    actor = models.CharField(max_length=200, help_text="Person, API key or command.")
    action = models.CharField(max_length=8, choices=AuditAction.choices)
    kind = models.CharField(max_length=60, help_text="What was changed: website, channel ...")
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(max_length=200)
    changes = models.JSONField(default=dict, help_text="Field: [old, new].")

    objects: ClassVar = TeamScopedQuerySet["AuditEntry"].as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["team", "-id"], name="audit_team_idx"),
            models.Index(fields=["created_at"], name="audit_prune_idx"),
        ]

    def __str__(self) -> str:
        return f"{gettext(self.kind)} {self.object_name}: {self.get_action_display()}"


class Preferences(TimeStampedModel):
    """How one person wants to be told of what is theirs, and what counts as low for it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preferences")
    is_enabled = models.BooleanField(default=True, help_text="Messages to this person at all.")
    email = models.EmailField(blank=True)
    phone = models.CharField(
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(r"^\+[1-9][0-9]{6,14}$", "Give it like +4915112345678 (E.164).")
        ],
    )
    alert_threshold = models.PositiveIntegerField(
        default=5, help_text="Low is below this number, for items of this person without their own."
    )
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="IANA name. Empty: that of the team."
    )
    language = models.CharField(
        max_length=8,
        choices=Language.choices,
        blank=True,
        default="",
        help_text="Of messages and pages.",
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(
        null=True, blank=True, help_text="Messages wait until then; nothing is lost."
    )

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.user}"
