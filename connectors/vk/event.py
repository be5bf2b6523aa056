"""One event of a community, opened: its type, its object, and how events of ours are made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from json import dumps
from typing import Any

from connectors.vk.payload import Payload
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId
from shared.model.inbound import Inbound, InboundKind, ThreadRef
from shared.model.people import Identifier, IdentifierKind, Participant


@dataclass(frozen=True, slots=True)
class Account:
    """The community that an event came to."""

    channel_id: ChannelId
    channel_type: ChannelType
    group_id: int
    person: Callable[[int], Mapping[str, str]]
    """What is known by now of somebody (``name``, ``username``); asks for it if nothing is."""
    title: Callable[[int], str | None]
    """What a chat is called, if that is known by now."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as Bots Long Poll and the Callback API tell it."""

    account: Account
    type: str
    told: Payload
    """Its object."""
    raw: dict[str, Any]
    id: str | None
    received_at: datetime

    def own_key(self, *content: object) -> EventKey:
        """The key by what the event is about: the same whichever way it comes."""
        return EventKey(":".join(str(item) for item in content))

    def key(self, *content: object) -> EventKey:
        """The key by the event's own id, for what may happen again to the same thing.

        Events that say no id are told apart by what they say.
        """
        unique = self.id
        if unique is None:
            said = dumps(self.told.raw, sort_keys=True, ensure_ascii=False)
            unique = blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()
        return EventKey(":".join((self.type, *(str(item) for item in content), unique)))

    def event(
        self,
        kind: InboundKind,
        thread: ThreadRef,
        key: EventKey,
        *,
        occurred_at: datetime | None = None,
        **fields: Any,
    ) -> Inbound:
        """A normalised event."""
        return Inbound(
            channel_id=self.account.channel_id,
            channel_type=self.account.channel_type,
            event_key=key,
            kind=kind,
            thread=thread,
            occurred_at=occurred_at or self.received_at,
            received_at=self.received_at,
            raw=self.raw,
            **fields,
        )

    def participant(self, number: int | None) -> Participant | None:
        """A person or a community. The name is there only if it is known by now."""
        if not number:
            return None
        known = self.account.person(number)
        digits = str(number)
        username = known.get("username")
        identifiers = [
            Identifier(kind=IdentifierKind.PLATFORM_ID, value=digits, verified=True),
        ]
        if username is not None:
            identifiers.append(
                Identifier(kind=IdentifierKind.USERNAME, value=username, verified=True)
            )
        return Participant(
            external_id=ExternalId(digits),
            name=known.get("name"),
            username=username,
            is_bot=number < 0,
            identifiers=tuple(identifiers),
        )


def place(number: int) -> str:
    """A message's number in its conversation that sorts as text."""
    return f"{number:019d}"
