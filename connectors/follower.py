"""Following what happens in the hub, once per process, and telling the channels it concerns."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from connectors.base import FollowsMessages, MarksRead, ShowsTyping
from connectors.bugs import report_bug
from connectors.live import KnownChannels, LiveChannel
from shared.clock import Clock
from shared.collections import CONVERSATIONS
from shared.envelope import Envelope
from shared.errors import BadPayload, HubError
from shared.eventlog import EventLog, seq_of
from shared.events import (
    ChannelChanged,
    ConversationChanged,
    MessageAdded,
    MessageChanged,
    Typing,
)
from shared.ids import ChannelId, ConversationId, ExternalId, Partition
from shared.metrics import Metrics
from shared.model.conversation import Conversation
from shared.model.message import Direction
from shared.model.people import ActorKind
from shared.ports.bus import Bus
from shared.ports.store import Store

log = structlog.get_logger(__name__)

TYPING_EVERY_S: Final = 4.0
_TYPING_LIMIT_S: Final = 3.0
_TYPING_WAITING: Final = 100
_MARKS_WAITING: Final = 100
_READ: Final = "read"
_START_AGAIN_S: Final = 0.5


class Follower:
    """Reads the events and hands them on: files to fetch, changed messages, typing agents."""

    def __init__(
        self,
        channels: KnownChannels,
        *,
        name: str,
        bus: Bus,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        channel_changed: Callable[[], None],
    ) -> None:
        self._channels = channels
        self._name = name
        self._log = EventLog(store, bus)
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._channel_changed = channel_changed
        self._typing: asyncio.Queue[Typing] = asyncio.Queue(_TYPING_WAITING)
        self._typed_at: dict[str, datetime] = {}
        self._marks: asyncio.Queue[Conversation] = asyncio.Queue(_MARKS_WAITING)
        self.started = asyncio.Event()
        """It knows where the log stands, and from here on misses nothing."""

    async def run(self) -> None:
        """Follow for ever; rides out outages of bus and store."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._show_typing())
            group.create_task(self._mark_read())
            await self._follow()

    async def _follow(self) -> None:
        while True:
            try:
                heads = await self._log.heads()
                break
            except HubError:
                await self._clock.sleep(_START_AGAIN_S)
        self.started.set()
        async for envelopes in self._log.follow(f"connectors.{self._name}", heads):
            positions: dict[Partition, int] = {}
            for envelope in envelopes:
                await self._hand_on(envelope)
                seq = seq_of(envelope)
                if seq is not None and envelope.partition is not None:
                    positions[envelope.partition] = seq
            self._passed(positions)

    def _passed(self, positions: dict[Partition, int]) -> None:
        for known in self._channels.values():
            if known.live is not None and known.live.media is not None:
                known.live.media.passed(positions)

    async def _hand_on(self, envelope: Envelope) -> None:
        if envelope.kind == ChannelChanged.kind:
            self._channel_changed()
        elif envelope.kind == Typing.kind:
            self._typed(envelope)
        elif envelope.kind == ConversationChanged.kind:
            self._read(envelope)
        elif envelope.kind in {MessageAdded.kind, MessageChanged.kind}:
            await self._message(envelope)

    async def _message(self, envelope: Envelope) -> None:
        raw = envelope.payload.get("message")
        message = raw if isinstance(raw, dict) else {}
        known = self._channels.get(ChannelId(str(message.get("channel_id"))))
        if known is not None and known.live is not None and known.live.media is not None:
            known.live.media.offer(envelope)
        there = _place_of(envelope)
        if there is not None and message.get("direction") == Direction.INBOUND:
            # What the customer wrote by another channel is seen where the conversation stands.
            known = self._channels.get(there)
        live = known.live if known is not None else None
        if live is not None and live.follows is not None:
            await self._changed(live, live.follows, envelope)

    async def _changed(
        self, live: LiveChannel, connector: FollowsMessages, envelope: Envelope
    ) -> None:
        try:
            event: MessageAdded | MessageChanged = (
                envelope.read(MessageAdded)
                if envelope.kind == MessageAdded.kind
                else envelope.read(MessageChanged)
            )
            conversation = event.conversation or await self._store.get(
                CONVERSATIONS, event.message.conversation_id
            )
            if conversation is not None:
                await connector.message_changed(conversation.thread, event.message)
        except HubError as error:
            log.info("follower.skipped", channel_id=live.channel.id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
            report_bug(self._metrics, "message_changed", error, channel_id=live.channel.id)

    def _read(self, envelope: Envelope) -> None:
        """An agent has read everything: whoever sends for the channel lets the customer see it."""
        if envelope.payload.get("cause") != _READ:
            return
        raw = envelope.payload.get("conversation")
        channel_id = raw.get("channel_id") if isinstance(raw, dict) else None
        known = self._channels.get(ChannelId(str(channel_id)))
        live = known.live if known is not None else None
        if live is None or not isinstance(live.connector, MarksRead) or not live.sends():
            return
        try:
            conversation = envelope.read(ConversationChanged).conversation
        except BadPayload:
            return
        if conversation.unread == 0 and not self._marks.full():
            self._marks.put_nowait(conversation)

    async def _mark_read(self) -> None:
        while True:
            conversation = await self._marks.get()
            known = self._channels.get(conversation.channel_id)
            if known is None or known.live is None:
                continue
            connector = known.live.connector
            try:
                async with asyncio.timeout(_TYPING_LIMIT_S):
                    if isinstance(connector, MarksRead):
                        await connector.mark_read(conversation.thread, conversation.context)
            except (HubError, TimeoutError) as error:
                log.debug("read.unseen", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
                channel_id = conversation.channel_id
                report_bug(self._metrics, "mark_read", error, channel_id=channel_id)

    def _typed(self, envelope: Envelope) -> None:
        try:
            event = envelope.read(Typing)
        except BadPayload:
            return
        ours = event.channel_id in self._channels and event.actor.kind is not ActorKind.CONTACT
        if ours and event.conversation_id is not None and not self._typing.full():
            self._typing.put_nowait(event)

    async def _show_typing(self) -> None:
        while True:
            event = await self._typing.get()
            known = self._channels.get(event.channel_id)
            conversation_id = event.conversation_id
            if known is None or known.live is None or conversation_id is None:
                continue
            if self._too_soon(conversation_id):
                continue
            try:
                async with asyncio.timeout(_TYPING_LIMIT_S):
                    conversation = await self._store.get(CONVERSATIONS, conversation_id)
                    if conversation is not None:
                        await self._show(known.live, conversation, event)
            except (HubError, TimeoutError) as error:
                log.debug("typing.unseen", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
                report_bug(self._metrics, "typing", error, channel_id=event.channel_id)

    async def _show(self, live: LiveChannel, conversation: Conversation, event: Typing) -> None:
        thread = ExternalId(conversation.thread)
        if live.follows is not None:
            await live.follows.agent_typing(thread, event.actor)
        # One process tells the platform: the one that also sends.
        if isinstance(live.connector, ShowsTyping) and live.sends():
            await live.connector.typing(thread, conversation.context)

    def _too_soon(self, conversation_id: ConversationId) -> bool:
        now = self._clock.now()
        last = self._typed_at.get(conversation_id)
        if last is not None and (now - last).total_seconds() < TYPING_EVERY_S:
            return True
        self._typed_at = {
            id: at
            for id, at in self._typed_at.items()
            if (now - at).total_seconds() < TYPING_EVERY_S
        }
        self._typed_at[conversation_id] = now
        return False


def _place_of(envelope: Envelope) -> ChannelId | None:
    """The channel that the conversation stands in, where the event tells of the conversation."""
    raw = envelope.payload.get("conversation")
    return ChannelId(str(raw["channel_id"])) if isinstance(raw, dict) and raw else None
