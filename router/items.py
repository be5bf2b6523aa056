"""What waits in a partition, read and told apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from pydantic import BaseModel

from shared.commands import COMMAND_KINDS, HUBS_OWN, Command, own_command_id
from shared.envelope import Envelope
from shared.errors import BadPayload, HubError
from shared.model.inbound import Inbound, Receipt
from shared.model.people import Actor, ActorKind
from shared.ports.bots import BOT_SOURCE, bot_id
from shared.ports.bus import NOBODY, Delivery

INBOUND_KIND: Final = "inbound"
RECEIPT_KIND: Final = "receipt"
NEWEST_VERSION: Final = 1
"""The highest major version of a payload that this router understands."""

_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9._:/-]{1,200}")
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


def signed(delivery: Delivery) -> Delivery:
    """The delivery with its author as the broker has checked, whatever the bot has written.

    Its id stands under the bot's, so that a bot meets nobody else's commands, nor their outcomes.
    """
    name = delivery.user_id
    if name is None:
        return delivery
    envelope = delivery.envelope
    actor = Actor(kind=ActorKind.BOT, id=bot_id(name), name=name)
    changed = {
        "id": own_command_id(bot_id(name), _plain(envelope.id)),
        "source": f"{BOT_SOURCE}{name}",
        "trace_id": _plain(envelope.trace_id),
        "correlation_id": None,
        "causation_id": None,
        "payload": {**envelope.payload, "actor": actor.model_dump(mode="json")},
    }
    return replace(delivery, envelope=envelope.model_copy(update=changed))


def read(delivery: Delivery) -> Item:
    """The item. Raises ``NotUnderstood``, ``BadPayload``.

    A bot cannot stop a partition by a kind that nobody knows.
    """
    envelope = delivery.envelope
    # The source is remembered where a bot's item comes again from the dead letters.
    by_bot = delivery.user_id is not None or envelope.source.startswith(BOT_SOURCE)
    if delivery.user_id == NOBODY or envelope.source == f"{BOT_SOURCE}{NOBODY}":
        raise BadPayload("the broker does not vouch for who sent it")
    model = _MODELS.get(envelope.kind)
    if model is None or envelope.version > NEWEST_VERSION:
        reason = f"kind {envelope.kind!r:.60} in version {envelope.version}"
        if by_bot:
            raise BadPayload(f"a bot sent {reason}, which this hub does not know")
        raise NotUnderstood(f"this router does not know {reason}", delivery.tag)
    if by_bot and not issubclass(model, Command):
        raise BadPayload("only connectors may tell of platforms")
    if by_bot and issubclass(model, HUBS_OWN):
        raise BadPayload("only the hub itself may ask for this")
    subject = envelope.read(model)
    if isinstance(subject, Inbound | Receipt | Command):
        return Item(delivery, subject)
    raise AssertionError(f"no handler for {envelope.kind}")


def _plain(id: str) -> str:
    """An id that can be stored and logged."""
    return id if _PLAIN_ID.fullmatch(id) else sha256(id.encode(errors="replace")).hexdigest()
