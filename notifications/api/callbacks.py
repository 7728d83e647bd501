"""/api/v1/callbacks/twilio/: Twilio tells what became of the messages it took."""

from __future__ import annotations

import re
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notifications.channels.twilio.signature import is_signed
from notifications.services.recipients import Report, report_take

_SID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


class TwilioCallbackView(APIView):
    """Open to the signature of Twilio alone. It is made over the address that we gave: PUBLIC_URL,
    whatever a proxy in front of us makes of it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()  # a burst of messages is followed by a burst of reports
    parser_classes = (FormParser,)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        form = request.data if isinstance(request.data, QueryDict) else QueryDict()
        query = request.META.get("QUERY_STRING", "")
        if not is_signed(
            token=settings.TWILIO.auth_token,
            url=settings.TWILIO.callback_url + (f"?{query}" if query else ""),
            form=dict(form.lists()),
            signature=request.headers.get("X-Twilio-Signature", ""),
        ):
            raise PermissionDenied("The signature is wrong.")
        report = _report(form, str(request.query_params.get("notification", "")))
        return Response({"is_news": report is not None and report_take(report)})


def _report(form: QueryDict, notification: str) -> Report | None:
    """None for what is no report of a message of ours: Twilio hears 200 and stops repeating."""
    names = ("MessageSid", "To", "MessageStatus", "ErrorCode")
    said = {name: str(form.get(name) or "") for name in names}
    try:
        public_id = UUID(notification)
    except ValueError:
        return None
    if not _SID.fullmatch(said["MessageSid"]):
        return None
    code = said["ErrorCode"]
    return Report(
        notification=public_id,
        sid=said["MessageSid"],
        number=said["To"].removeprefix("whatsapp:"),
        status=said["MessageStatus"].lower(),
        code=int(code[:9]) if code.isascii() and code.isdecimal() else 0,
    )
