"""What waits in a partition, read and told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from shared.commands import COMMAND_KINDS, Command
from shared.envelope import Envelope
from shared.errors import BadPayload, HubError
from shared.model.inbound import Inbound, Receipt
from shared.model.people import Actor, ActorKind
from shared.ports.bus import Delivery

INBOUND_KIND: Final = "inbound"
RECEIPT_KIND: Final = "receipt"
NEWEST_VERSION: Final = 1
"""The highest major version of a payload that this router understands."""

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    INBOUND_KIND: Inbound,
    RECEIPT_KIND: Receipt,
    **COMMAND_KINDS,
}

Subject = Inbound | Receipt | Command


class NotUnderstood(HubError):
    """An item of a kind or major version that only a newer router knows: hold it and all behind."""

    def __init__(self, reason: str, tag: int) -> None:
        super().__init__(reason)
        self.tag = tag


@dataclass(frozen=True, slots=True)
class Item:
    """One item that was taken, and what it is about."""

    delivery: Delivery
    subject: Subject

    @property
    def envelope(self) -> Envelope:
        """What it came in."""
        return self.delivery.envelope


def read(delivery: Delivery) -> Item:
    """The item. Raises ``NotUnderstood``, ``BadPayload``.

    Who sent a command is what the broker has checked, whatever the payload says. A bot cannot stop
    a partition by a kind that nobody knows.
    """
    envelope = delivery.envelope
    model = _MODELS.get(envelope.kind)
    if model is None or envelope.version > NEWEST_VERSION:
        reason = f"kind {envelope.kind!r:.60} in version {envelope.version}"
        if delivery.user_id is not None:
            raise BadPayload(f"a bot sent {reason}, which this hub does not know")
        raise NotUnderstood(f"this router does not know {reason}", delivery.tag)
    subject = envelope.read(model)
    if isinstance(subject, Command):
        return Item(delivery, _signed(subject, delivery.user_id))
    if delivery.user_id is not None:
        raise BadPayload("only connectors may tell of platforms")
    if isinstance(subject, Inbound | Receipt):
        return Item(delivery, subject)
    raise AssertionError(f"no handler for {envelope.kind}")


def _signed(command: Command, user_id: str | None) -> Command:
    if user_id is None:
        return command
    name = command.actor.name if command.actor.id == user_id else None
    actor = Actor(kind=ActorKind.BOT, id=user_id, name=name)
    return command.model_copy(update={"actor": actor})
