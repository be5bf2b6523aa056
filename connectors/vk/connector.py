"""The connector of the channel type ``vk``. Facts of VK's API as of version 5.199."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog

from connectors.base import (
    Answer,
    CheckReport,
    ConnectorContext,
    Outgoing,
    Parsed,
    Pulled,
    RawEvent,
    RawRequest,
    Sent,
)
from connectors.payload import decode
from connectors.vk.account import AccountCheck
from connectors.vk.api import VkApi
from connectors.vk.callback import Callback, Told
from connectors.vk.catch_up import CatchUp
from connectors.vk.cropped import Cropped
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.event import Account
from connectors.vk.events import parse_event
from connectors.vk.files import Files
from connectors.vk.manifest import VkSettings
from connectors.vk.peers import peer_of
from connectors.vk.people import People
from connectors.vk.polling import Polling
from connectors.vk.sender import Sender
from connectors.vk.subscription import Subscription
from connectors.vk.upload import Uploads
from shared.errors import BadRequest, Rejected
from shared.ids import ExternalId
from shared.model.content import Action, Attachment

log = structlog.get_logger(__name__)

_QUICK_S = 5.0
_PRESS = 3


class VkConnector:
    """One community at work."""

    def __init__(self, context: ConnectorContext, settings: VkSettings) -> None:
        self._context = context
        self._polls = settings.mode == "longpoll"
        self._group_id = settings.group_id
        api = VkApi(
            settings.token, settings.api_base, context.http, timeout_s=settings.call_timeout_s
        )
        self._api = api
        ours: dict[str, Any] = {"group_id": settings.group_id, "channel_id": context.channel_id}
        self._people = People(
            api,
            context.clock,
            channel_type=context.channel_type,
            accept=context.accept,
            **ours,
        )
        self._account = Account(
            context.channel_id,
            context.channel_type,
            settings.group_id,
            self._people.person,
            self._people.title,
        )
        self._callback = Callback(context, settings, api)
        self._cropped = Cropped(api, settings.group_id, context.channel_id)
        self._polling = Polling(
            api, context.http, context.clock, wait_s=settings.poll_wait_s, **ours
        )
        self._subscription = Subscription(
            api, self._callback, context.clock, polls=self._polls, **ours
        )
        self._check = AccountCheck(
            api, self._subscription, group_id=settings.group_id, polls=self._polls
        )
        self._catch_up = CatchUp(
            api, context.clock, parse=self.parse, accept=context.accept, **ours
        )
        uploads = Uploads(api, context.http, timeout_s=settings.call_timeout_s)
        self._sender = Sender(api, uploads, settings.group_id)
        self._files = Files(api, context.http, context.clock, settings.group_id)

    def verify(self, request: RawRequest) -> None:
        """The body holds our secret and names our community. Raises ``Unauthorised``."""
        self._callback.verify(request)

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """A callback brings one event."""
        return self._callback.split(body)

    async def complete(self, event: RawEvent) -> RawEvent:
        """The event with all that it only hinted at. Raises ``Unavailable``."""
        self._people.start()
        await self._callback.prepare(event)
        return await self._cropped.whole(event)

    def parse(self, event: RawEvent) -> Parsed:
        """What one event says. Raises ``BadPayload``, and nothing else for any bytes."""
        opened = event.opened if isinstance(event, Told) else decode(event.body)
        return parse_event(opened, self._account, self._context.clock)

    def answer(self, request: RawRequest) -> Answer:
        """Exactly ``ok``, or the confirmation string."""
        return self._callback.answer(request)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make one call. Raises a ``SendError``."""
        return await self._sender.send(outgoing)

    async def check(self) -> CheckReport:
        """Key, rights and way of delivery. Raises ``Unavailable``."""
        return await self._check.run()

    async def close(self) -> None:
        """Give up what is under way."""
        await self._catch_up.close()
        await self._people.close()
        await self._api.close()

    def wants_pull(self) -> bool:
        """The channel is set to long poll."""
        return self._polls

    async def pull(self, cursor: str | None) -> Pulled:
        """Wait for events after the last confirmed ones."""
        return await self._polling.pull(cursor)

    async def subscribe(self) -> None:
        """Set up long poll or our callback server, and look for what came while we were away."""
        await self._subscription.subscribe()
        if not self._polls:
            self._catch_up.start()
            await self._subscription.confirmed()

    async def unsubscribe(self) -> None:
        """Take our callback server away."""
        await self._subscription.unsubscribe()

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """A file's bytes. Raises ``Rejected`` and ``Unavailable``."""
        async with aclosing(self._files.fetch(attachment)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def answer_action(self, action: Action) -> None:
        """Stop the spinner of a pressed button. Too late is no error: best effort."""
        named = (action.external_id or "").split(":", _PRESS - 1)
        if len(named) != _PRESS:
            return
        user, peer, identifier = named
        await self._quietly(
            "messages.sendMessageEventAnswer", event_id=identifier, user_id=user, peer_id=peer
        )

    async def typing(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show "typing" for some seconds. Best effort."""
        del context
        try:
            peer_id = peer_of(thread)
        except Rejected:
            return
        await self._quietly(
            "messages.setActivity", peer_id=peer_id, type="typing", group_id=self._group_id
        )

    async def mark_read(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Tell the customer that all was read. Best effort."""
        del context
        try:
            peer_id = peer_of(thread)
        except Rejected:
            return
        await self._quietly(
            "messages.markAsRead",
            peer_id=peer_id,
            mark_conversation_as_read=1,
            group_id=self._group_id,
        )

    async def _quietly(self, method: str, **values: Any) -> None:
        try:
            await self._api.call(method, timeout_s=_QUICK_S, **values)
        except (Refused, NoAnswer) as error:
            log.info(
                "vk.not_done",
                channel_id=self._context.channel_id,
                method=method,
                code=error.code if isinstance(error, Refused) else None,
            )


def connect(context: ConnectorContext) -> VkConnector:
    """A connector for the channel. Raises ``BadRequest`` for settings of another type."""
    if not isinstance(context.settings, VkSettings):
        raise BadRequest("these are not the settings of a VK channel", field="settings")
    return VkConnector(context, context.settings)
