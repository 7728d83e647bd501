"""A person's own preferences, below /api/v1/alerts/preferences/."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Language
from accounts.models import Preferences, User
from accounts.selectors import preferences_of
from accounts.services.preferences import preferences_update
from common.errors import ConflictError
from common.openapi import failing


@extend_schema_field({"type": "string", "example": "22:00"})
class ClockField(serializers.TimeField):
    """Hours and minutes of a day, in nobody's zone: no full time as the document knows it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", allow_null=True, required=False, **options)


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    """How the caller wants to be told. Quiet hours are in the caller's time zone, else the team's."""

    email = serializers.CharField(max_length=254, allow_blank=True, required=False)
    phone = serializers.CharField(
        max_length=20, allow_blank=True, required=False, help_text="Like +4915112345678 (E.164)."
    )
    language = serializers.ChoiceField(
        choices=Language.choices, allow_blank=True, required=False, help_text="Empty: the team's."
    )

    quiet_from = ClockField()
    quiet_until = ClockField()

    class Meta:
        model = Preferences
        fields = (
            "is_enabled",
            "email",
            "phone",
            "alert_threshold",
            "time_zone",
            "language",
            "quiet_from",
            "quiet_until",
        )


class PreferencesMixin:
    """Two actions of the alerts' viewset."""

    actor: Any
    """That of the viewset this is mixed into."""

    @extend_schema(
        summary="Show one's preferences",
        responses={200: PreferencesSerializer, **failing(409)},
    )
    @action(
        detail=False,
        methods=["get"],
        url_path="preferences/get",
        pagination_class=None,
        filter_backends=(),
    )
    def preferences(self, request: Request) -> Response:
        """Those of the person who asks. A key is no person and has none."""
        return Response(PreferencesSerializer(preferences_of(self._person())).data)

    @extend_schema(
        summary="Change one's preferences",
        request=PreferencesSerializer(partial=True),
        responses={200: PreferencesSerializer, **failing(409)},
    )
    @action(
        detail=False,
        methods=["put"],
        url_path="preferences/update",
        pagination_class=None,
        filter_backends=(),
    )
    def change_preferences(self, request: Request) -> Response:
        """What is left out stays. An address makes a channel in every team of the person."""
        person = self._person()
        body = PreferencesSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(
            PreferencesSerializer(preferences_update(user=person, **body.validated_data)).data
        )

    def _person(self) -> User:
        if not isinstance(self.actor, User):
            raise ConflictError(
                "An API key has no preferences.", advice="Ask with the log-in of a person."
            )
        return self.actor
