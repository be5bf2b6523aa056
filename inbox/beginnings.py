"""Where a customer is written to: in the thread that they wrote in, or by an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inbox.channels import Channels
from inbox.contacts import Contacts
from inbox.rest.problems import Refused
from shared.collections import (
    CHANNEL_TYPES,
    CHANNELS,
    CONVERSATIONS,
    IDENTITIES,
    THREADS,
    thread_id,
)
from shared.delivery.reasons import Reason, words
from shared.errors import BadRequest, NotFound
from shared.ids import ChannelId, ConversationId, new_conversation_id, slot_for
from shared.model.channel import Capabilities, Channel, ChannelState
from shared.model.conversation import Conversation, Status, Thread
from shared.model.inbound import ThreadRef
from shared.model.people import IdentifierKind, Identity, Participant
from shared.model.reach import Reached
from shared.ports.store import Store

_LOOKED_AT: Final = 50
"""The newest conversations of an identity."""
_DEEP: Final = 8
_MERGES: Final = 50
_KINDS: Final = {"email": IdentifierKind.EMAIL, "phone": IdentifierKind.PHONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a contact could be written to by one channel."""

    channel: Channel
    able: Capabilities
    identity: Identity | None = None
    """None: by an address that is to be given."""
    open: Conversation | None = None
    """Where somebody writes with them already."""
    latest: Conversation | None = None
    """The last one in the thread that they wrote in."""

    @property
    def refusal(self) -> Reason | None:
        """Why not."""
        if self.identity is not None and self.identity.block is not None:
            return Reason.BLOCKED
        if self.identity is not None and not self.identity.reachable:
            return Reason.UNREACHABLE
        if self.latest is None and not self.able.write_first:
            return Reason.WRITES_NOT_FIRST
        return Reason.OPEN_CONVERSATION if self.open is not None else None


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Finds the thread of a first message. All methods raise ``Unavailable``."""

    store: Store
    channels: Channels
    contacts: Contacts

    async def by_identity(self, channel_id: str, identity_id: str) -> Reached:
        """In the thread that its owner wrote in, or in a new one where the channel has none.

        Raises ``BadRequest`` and ``Refused`` naming the field.
        """
        channel, able = await self._channel(channel_id)
        identity = await self.store.get(IDENTITIES, identity_id)
        if identity is None:
            raise BadRequest("there is no such address", field="identity_id")
        if identity.channel_type != channel.type:
            raise BadRequest(f"is no address of {channel.type}", field="identity_id")
        latest = _private(await self._conversations(identity), channel)
        if latest is not None:
            return Reached(thread=await self._thread(latest), person=_person(identity))
        reached = await self._reach(channel, able, _address(identity, able), identity.name)
        return reached.model_copy(update={"person": _person(identity)})

    async def by_address(self, channel_id: str, address: str, name: str | None) -> Reached:
        """By an address that somebody gives. Raises ``BadRequest`` and ``Refused``."""
        channel, able = await self._channel(channel_id)
        return await self._reach(channel, able, address, name)

    async def new_id(self, channel_id: ChannelId, thread: ThreadRef) -> ConversationId:
        """An id for a conversation in the thread, in the slot of its thread."""
        known: Thread | None = None
        for name in (thread.external_id, *thread.aliases):
            known = known or await self._named(channel_id, name)
        key = known.slot_key if known is not None else thread.partition_key
        return new_conversation_id(slot_for(channel_id, key))

    async def ways(self, contact_id: str) -> Sequence[Way]:
        """By which channels a contact could be written to, those that refuse it included.

        Raises ``NotFound``.
        """
        contact = await self.contacts.get(contact_id)
        identities = await self.contacts.identities(contact.id)
        talks = {one.id: await self._conversations(one) for one in identities}
        found: list[Way] = []
        for channel in await self._channels():
            info = await self.store.get(CHANNEL_TYPES, channel.type)
            if info is None:
                continue
            able = info.capabilities
            own = [one for one in identities if one.channel_type == channel.type]
            for one in own:
                latest = _private(talks[one.id], channel)
                if latest is None and not able.write_first:
                    continue
                at = await self._open(latest)
                found.append(Way(channel=channel, able=able, identity=one, open=at, latest=latest))
            if able.write_first:
                found.append(Way(channel=channel, able=able))
        return found

    async def _channel(self, channel_id: str) -> tuple[Channel, Capabilities]:
        try:
            channel = await self.channels.get(channel_id)
        except NotFound:
            raise BadRequest("there is no such channel", field="channel_id") from None
        info = await self.store.get(CHANNEL_TYPES, channel.type)
        if channel.state is ChannelState.REMOVED or info is None:
            raise BadRequest("there is no such channel", field="channel_id")
        return channel, info.capabilities

    async def _channels(self) -> list[Channel]:
        found: list[Channel] = []
        cursor: str | None = None
        while True:
            page = await self.store.find(CHANNELS, equal={}, cursor=cursor, limit=200)
            found.extend(one for one in page.items if one.state is not ChannelState.REMOVED)
            if page.next is None:
                return found
            cursor = page.next

    async def _reach(
        self, channel: Channel, able: Capabilities, address: str | None, name: str | None
    ) -> Reached:
        reached = None
        if able.write_first and address is not None:
            reached = await self.channels.reach(channel, address, name)
        if reached is None:
            reason = Reason.WRITES_NOT_FIRST
            raise Refused(words(reason), status=422, field="channel_id", reason_code=reason.value)
        return reached

    async def _conversations(self, identity: Identity) -> Sequence[Conversation]:
        page = await self.store.find(
            CONVERSATIONS,
            equal={"identity_id": identity.id},
            order="last_activity_at",
            descending=True,
            limit=_LOOKED_AT,
        )
        return page.items

    async def _open(self, latest: Conversation | None) -> Conversation | None:
        """Where somebody writes with them: where the case goes on in the end, unless it is over."""
        for _ in range(_MERGES):
            if latest is None or latest.merged_into is None:
                break
            latest = await self.store.get(CONVERSATIONS, latest.merged_into) or latest
        is_open = latest is not None and latest.status is not Status.RESOLVED
        return latest if is_open else None

    async def _thread(self, latest: Conversation) -> ThreadRef:
        known = await self._named(latest.channel_id, latest.thread)
        return ThreadRef(
            external_id=latest.thread,
            partition_key=known.slot_key if known is not None else latest.thread,
            kind=latest.thread_kind,
        )

    async def _named(self, channel_id: str, name: str) -> Thread | None:
        thread = await self.store.get(THREADS, thread_id(channel_id, name))
        for _ in range(_DEEP):
            if thread is None or thread.alias_of is None:
                break
            thread = await self.store.get(THREADS, thread.alias_of)
        return thread


def _private(found: Sequence[Conversation], channel: Channel) -> Conversation | None:
    """The latest with the person alone; about something new a mail begins another thread."""
    own = (one for one in found if (one.channel_id, one.thread_kind) == (channel.id, "private"))
    return max(own, key=lambda one: one.created_at, default=None)


def _person(identity: Identity) -> Participant:
    return Participant(external_id=identity.external_id, name=identity.name)


def _address(identity: Identity, able: Capabilities) -> str | None:
    """What the channel addresses the person by."""
    kind = _KINDS.get(able.first_address or "")
    return next((one.value for one in identity.identifiers if one.kind is kind), None)
