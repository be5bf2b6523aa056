"""One event, opened for its reader: whose it is, when it came, and how events are made of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from connectors.payload import Payload
from connectors.whatsapp.batch import Single
from shared.errors import BadPayload
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId
from shared.model.inbound import Inbound, InboundKind, ThreadRef

_AHEAD: Final = timedelta(days=1)
_KEY: Final = 256


@dataclass(frozen=True, slots=True)
class Account:
    """The channel that an event came to."""

    channel_id: ChannelId
    channel_type: ChannelType
    phone_number_id: str
    waba_id: str

    def is_ours(self, event: Single) -> bool:
        """A webhook of the app brings the events of all its numbers.

        News of what another number sent is nobody's loss here. Anything else of another number
        raises ``BadPayload``: it is kept aside, where admins see it.
        """
        metadata = event.value.child("metadata") or Payload({})
        number = metadata.identifier("phone_number_id")
        if number is not None and number != self.phone_number_id:
            if event.list == "statuses":
                return False
            raise BadPayload(
                f"it is for the phone number ID {number[:40]}, which is another channel's"
            )
        if number is None and event.list is None and event.entry_id not in {"", self.waba_id}:
            raise BadPayload(
                f"it is for the business account {event.entry_id[:40]}, which is another's"
            )
        return True


@dataclass(frozen=True, slots=True)
class Event:
    """An event of this channel."""

    account: Account
    single: Single
    received_at: datetime

    @property
    def contact(self) -> Payload | None:
        """What the webhook tells of the customer, if anything."""
        contacts = self.single.value.children("contacts")
        return contacts[0] if contacts else None

    def make(
        self,
        kind: InboundKind,
        thread: ThreadRef,
        key: str,
        *,
        occurred_at: datetime | None = None,
        **fields: Any,
    ) -> Inbound:
        """A normalised event."""
        return Inbound(
            channel_id=self.account.channel_id,
            channel_type=self.account.channel_type,
            event_key=EventKey(key[:_KEY]),
            kind=kind,
            thread=thread,
            occurred_at=occurred_at or self.received_at,
            received_at=self.received_at,
            raw=self.single.raw,
            **fields,
        )

    def place(self, occurred_at: datetime | None) -> str | None:
        """Where it stands among others: webhooks come in any order, their times are Meta's."""
        if occurred_at is None or occurred_at > self.received_at + _AHEAD:
            return None
        return f"{int(occurred_at.timestamp()):012d}"


def message_id(message: Payload) -> ExternalId:
    """The id of a message. Raises ``BadPayload``."""
    found = message.identifier("id")
    if found is None:
        raise BadPayload("a message without an id")
    return ExternalId(found)


def digest(*facts: object) -> str:
    """A key made of what an event says, for those that have no id of their own."""
    return blake2b("\n".join(map(str, facts)).encode(errors="replace"), digest_size=16).hexdigest()
