"""What people, communities and chats are called: asked for beside the stream, never before it.

An event says only numbers. Who is not known by then is noted, asked for in batches, and told of by
an event of its own; until then a message comes without its author's name.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import structlog

from connectors.base import Parsed
from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.payload import Payload
from connectors.vk.peers import is_chat, thread_of
from shared.clock import Clock
from shared.errors import Unavailable
from shared.ids import ChannelId, ChannelType, EventKey, ExternalId
from shared.model.inbound import Inbound, InboundKind, Origin
from shared.model.people import Participant

log = structlog.get_logger(__name__)

_REMEMBER: Final = 20_000
_WAITING: Final = 5_000
_BATCH: Final = 100
_GATHER_S: Final = 0.2
_AGAIN_S: Final = 30.0
_FRESH: Final = timedelta(hours=24)
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})

Accept = Callable[[Parsed], Awaitable[None]]


@dataclass(slots=True)
class _Known:
    names: Mapping[str, str]
    until: datetime


@dataclass(slots=True)
class _Waiting:
    numbers: dict[int, None] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)


class People:
    """The names of one community's correspondents."""

    def __init__(
        self,
        api: VkApi,
        clock: Clock,
        *,
        group_id: int,
        channel_id: ChannelId,
        channel_type: ChannelType,
        accept: Accept | None,
    ) -> None:
        self._api = api
        self._clock = clock
        self._group_id = group_id
        self._channel_id = channel_id
        self._channel_type = channel_type
        self._accept = accept
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._waiting = _Waiting()
        self._asking: asyncio.Task[None] | None = None

    def person(self, number: int) -> Mapping[str, str]:
        """``name`` and ``username`` as far as they are known; whoever is not will be asked for."""
        known = self._known.get(number)
        if known is None or known.until < self._clock.now():
            self._want(number)
        return known.names if known is not None else _NOBODY

    def title(self, peer_id: int) -> str | None:
        """What a chat is called, if that is known."""
        return self.person(peer_id).get("name")

    def _want(self, number: int) -> None:
        if number != -self._group_id and len(self._waiting.numbers) < _WAITING:
            self._waiting.numbers[number] = None
            self._waiting.came.set()

    def start(self) -> None:
        """Begin to ask, if there is somebody to tell. To be called where a loop runs."""
        if self._asking is None and self._accept is not None:
            # The one task of ours; close() ends and awaits it.
            self._asking = asyncio.create_task(self._ask_for_ever(self._accept))

    async def close(self) -> None:
        """Stop asking."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])
            self._asking = None

    async def _ask_for_ever(self, accept: Accept) -> None:
        while True:
            await self._waiting.came.wait()
            # Most events of a burst are by the same few people.
            await self._clock.sleep(_GATHER_S)
            numbers = list(self._waiting.numbers)[:_BATCH]
            try:
                found = await self._ask(numbers)
                if found:
                    await accept(Parsed(inbound=found))
            except (NoAnswer, Unavailable) as error:
                log.info("names.unknown", channel_id=self._channel_id, error=type(error).__name__)
                await self._clock.sleep(_AGAIN_S)
                continue
            self._settle(numbers, found)

    def _settle(self, numbers: Iterable[int], found: list[Inbound]) -> None:
        told = {_number_of(event): _names_of(event) for event in found}
        until = self._clock.now() + _FRESH
        for number in numbers:
            before = self._known.pop(number, None)
            names = told.get(number) or (before.names if before is not None else _NOBODY)
            self._known[number] = _Known(names, until)
            self._waiting.numbers.pop(number, None)
        while len(self._known) > _REMEMBER:
            self._known.popitem(last=False)
        if not self._waiting.numbers:
            self._waiting.came.clear()

    async def _ask(self, numbers: list[int]) -> list[Inbound]:
        people = [number for number in numbers if number > 0 and not is_chat(number)]
        groups = [-number for number in numbers if number < 0]
        chats = [number for number in numbers if is_chat(number)]
        events: list[Inbound] = []
        if people:
            said = await self._call("users.get", user_ids=people, fields="screen_name")
            events += [self._person(item) for item in said if item.integer("id")]
        if groups:
            said = await self._call("groups.getById", group_ids=groups)
            events += [self._group(item) for item in said if item.integer("id")]
        if chats:
            said = await self._call(
                "messages.getConversationsById", peer_ids=chats, group_id=self._group_id
            )
            events += [event for item in said if (event := self._chat(item)) is not None]
        return events

    async def _call(self, method: str, **values: Any) -> list[Payload]:
        """The objects of a list; what VK refuses to tell stays unknown. Raises ``NoAnswer``."""
        try:
            said = await self._api.call(method, **values)
        except Refused as error:
            if refusals.is_temporary(error):
                raise NoAnswer(error.words, written=True) from None
            log.info("names.refused", channel_id=self._channel_id, code=error.code)
            return []
        if isinstance(said, dict):
            said = said.get("items") or said.get("groups")
        if not isinstance(said, list):
            return []
        return [Payload(item) for item in said if isinstance(item, dict)]

    def _person(self, item: Payload) -> Inbound:
        names = (item.text("first_name"), item.text("last_name"))
        number = item.integer("id") or 0
        return self._contact(
            number, " ".join(name for name in names if name), item.text("screen_name")
        )

    def _group(self, item: Payload) -> Inbound:
        number = item.integer("id") or 0
        return self._contact(-number, item.text("name") or "", item.text("screen_name"))

    def _contact(self, number: int, name: str, username: str | None) -> Inbound:
        author = Participant(
            external_id=ExternalId(str(number)),
            name=name or None,
            username=username,
            is_bot=number < 0,
        )
        return self._event(InboundKind.CONTACT, number, f"{name}\n{username}", author=author)

    def _chat(self, item: Payload) -> Inbound | None:
        peer, settings = item.child("peer"), item.child("chat_settings")
        number = peer.integer("id") if peer is not None else None
        title = settings.text("title") if settings is not None else None
        if number is None or title is None:
            return None
        return self._event(InboundKind.THREAD, number, title, title=title)

    def _event(
        self,
        kind: InboundKind,
        number: int,
        said: str,
        *,
        author: Participant | None = None,
        title: str | None = None,
    ) -> Inbound:
        now = self._clock.now()
        digest = blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()
        return Inbound(
            channel_id=self._channel_id,
            channel_type=self._channel_type,
            # Somebody may take an old name again, some day.
            event_key=EventKey(f"name:{number}:{digest}:{now:%Y%m%d}"),
            kind=kind,
            origin=Origin.USER if author is not None else Origin.SYSTEM,
            thread=thread_of(number, title),
            author=author,
            occurred_at=now,
            received_at=now,
        )


def _number_of(event: Inbound) -> int:
    return int(event.author.external_id if event.author is not None else event.thread.external_id)


def _names_of(event: Inbound) -> Mapping[str, str]:
    if event.author is None:
        return {"name": event.thread.title} if event.thread.title else {}
    names = {"name": event.author.name, "username": event.author.username}
    return {key: value for key, value in names.items() if value}
