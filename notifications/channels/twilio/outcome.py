"""Pure: what the answers for all recipients of a message come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from notifications.channels.base import Receipt
from notifications.channels.errors import DeliveryError


def outcome(
    numbers: Sequence[str],
    before: Mapping[str, Mapping[str, Any]],
    taken: Mapping[str, Mapping[str, Any]],
    failed: Mapping[str, DeliveryError],
) -> Receipt:
    """Raises DeliveryError as long as somebody is worth another attempt, or nobody has it.

    Whoever has the message is named in `progress` and gets no second one; whoever never will is a
    flaw of a message that others have.
    """
    if not numbers:
        raise DeliveryError("There is no recipient.", code="no_recipient", permanent=True)
    sids = [entry["sid"] for entry in (*before.values(), *taken.values()) if entry.get("sid")]
    waiting = [error for error in failed.values() if not error.permanent]
    flaw = _joined(failed, is_named=len(numbers) > 1, has_others=bool(sids)) if failed else None
    if flaw is not None and (waiting or not sids):
        flaw.permanent = not waiting
        flaw.disables_channel = all(error.disables_channel for error in failed.values()) and (
            len(failed) == len(numbers)
        )
        flaw.retry_after = max((error.retry_after or 0.0 for error in waiting), default=0) or None
        flaw.progress = taken
        raise flaw
    return Receipt(
        provider_id=sids[0],
        provider_status=next((entry["status"] for entry in taken.values()), ""),
        progress=taken,
        flaw=flaw,
    )


def _joined(
    failed: Mapping[str, DeliveryError], *, is_named: bool, has_others: bool
) -> DeliveryError:
    """The reason in words, per recipient; the code of what is worth another attempt, if any. A
    number that is the only one is not named: it may be a person's, and the team reads this."""
    errors = list(failed.values())
    first = next((error for error in errors if not error.permanent), errors[0])
    texts = dict.fromkeys(error.message for error in errors)
    if not is_named:
        shown = first.message
    elif len(texts) == 1:
        shown = f"{', '.join(failed)}: {first.message}"
    else:
        shown = " ".join(f"{number}: {error.message}" for number, error in failed.items())
    if has_others:
        shown += " Others have the message already."
    return DeliveryError(shown, code=first.code, advice=first.advice)
