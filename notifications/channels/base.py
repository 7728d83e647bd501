"""The contract of a channel kind: it carries one message to one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from common.plugin import ConfigField
from notifications.channels.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Message:
    """What is owed to a Channel, rendered and frozen.

    `id` stays the same for every attempt (idempotency key). `payload` is the body of the outgoing
    webhook: {"type", "timestamp", "data"}. `button` is (label, address) or None. `actions` are rows
    of buttons that act when pressed, (label, what a press carries), for kinds that have such.
    `progress` is what earlier attempts told of single recipients (Receipt.progress). `unsubscribe`
    is an address for mail programs; with `is_one_click` a bare post to it is enough (RFC 8058).
    """

    id: str
    type: str
    subject: str
    text: str
    html: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    button: tuple[str, str] | None = None
    actions: Sequence[Sequence[tuple[str, str]]] = ()
    progress: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unsubscribe: str = ""
    is_one_click: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: the Channel's open configuration and its secrets."""

    config: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message was accepted. `new_config` holds values the channel must remember (migrated chat);
    `flaw` says what people should know although it was accepted. `progress` is kept with the
    message, by recipient: {"sid", "status", ...} of those that took it in this attempt."""

    provider_id: str = ""
    provider_status: str = ""
    new_config: Mapping[str, Any] = field(default_factory=dict)
    flaw: DeliveryError | None = None
    progress: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Transport(Protocol):
    """A channel kind. Failures are DeliveryError (notifications.channels.errors), nothing else.

    No ORM, safe in a thread. A send is over within 25 seconds, come what may.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    has_html: ClassVar[bool]
    """Whether it sends Message.html, which is empty otherwise: pages are dear to make and to keep."""
    CONFIG: ClassVar[Sequence[ConfigField]]

    def __init__(self, target: Target) -> None: ...

    def send(self, message: Message) -> Receipt: ...

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Fills in what the transport generates itself (a signing secret) when it is left out.

        Raises InvalidInputError where the installation cannot send by this kind at all."""
        ...


@runtime_checkable
class SendsMany(Protocol):
    """A transport that carries several messages over one client."""

    def send_many(self, messages: Sequence[Message]) -> Sequence[Receipt | DeliveryError]:
        """One result per message, in order; shorter when the rest is pointless for now (the other
        side asked to wait, or is gone): those messages count as not tried. Over within 45 s."""
        ...


@runtime_checkable
class HearsReports(Protocol):
    """A transport whose provider tells later what became of a message it had taken."""

    def undelivered(self, number: str, entry: Mapping[str, Any]) -> DeliveryError:
        """Why a recipient has nothing, by its `progress` with the provider's "code". Not permanent:
        worth another attempt, for which `progress` of the error is put in place of `entry`."""
        ...


@runtime_checkable
class ShowsCards(Protocol):
    """A transport that can change a message later."""

    def show(self, message: Message, place: str) -> Receipt:
        """Puts the words into the message `place`, or into a new one where that is "" or gone;
        Receipt.provider_id says where they stand. Raises DeliveryError."""
        ...


@runtime_checkable
class LoadsLate(Protocol):
    """A transport with a large library, which is loaded when it sends: whoever only asks what the
    kind is called does without."""

    @classmethod
    def load(cls) -> None:
        """Loads it now. Workers do before the first message, so that it need not wait for it."""
        ...
