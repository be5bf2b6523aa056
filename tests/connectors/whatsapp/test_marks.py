"""Reading and typing, shown to the customer by the newest message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Answers, FetchesMedia, MarksRead, ShowsTyping, Subscribes
from connectors.whatsapp.connector import WhatsAppConnector
from shared.ids import ChannelId, ConversationId, ExternalId, MessageId
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from shared.model.queueing import PlaceInLine
from tests.connectors.whatsapp.player import PHONE, Hub, make_connector

_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """A thread with these messages."""

    kept: Sequence[Message]

    async def messages(
        self, thread: ExternalId, *, before: str | None = None, limit: int = 50
    ) -> Sequence[Message]:
        """All of them."""
        return self.kept

    async def message(self, thread: ExternalId, message_id: MessageId) -> Message | None:
        """Not asked for here."""
        return None

    async def places(self, threads: Sequence[ExternalId]) -> Mapping[ExternalId, PlaceInLine]:
        """Not asked for here."""
        return {}


def _message(direction: Direction, external_id: str) -> Message:
    return Message(
        id=MessageId(f"m{external_id}"),
        conversation_id=ConversationId("c"),
        channel_id=ChannelId("test-whatsapp"),
        seq=0,
        sort="",
        direction=direction,
        author=Actor(kind=ActorKind.CONTACT),
        at=_AT,
        accepted_at=_AT,
        external_ids=(ExternalId(external_id),),
    )


async def _marked(http: ClientSession, hub: Hub, *messages: Message) -> WhatsAppConnector:
    settings: dict[str, Any] = dict(hub.platform.settings())
    return make_connector(http, reader=Kept(messages), **settings)


async def test_reading_marks_the_newest_message_and_all_before_it(
    http: ClientSession, hub: Hub
) -> None:
    first = await hub.platform.write("Anna", "one")
    last = await hub.platform.write("Anna", "two")
    known = [_message(Direction.INBOUND, id) for id in (first, last)]
    connector = await _marked(http, hub, *known, _message(Direction.OUTBOUND, "wamid.ours"))

    await connector.mark_read(ExternalId(PHONE), {})

    assert [line.get("read") for line in hub.platform.phone("Anna")] == [True, True]


async def test_typing_is_shown(http: ClientSession, hub: Hub) -> None:
    last = await hub.platform.write("Anna", "one")
    connector = await _marked(http, hub, _message(Direction.INBOUND, last))

    await connector.typing(ExternalId(PHONE), {})

    assert hub.platform.phone("Anna")[-1]["typing"]


async def test_without_a_message_there_is_nothing_to_mark(http: ClientSession, hub: Hub) -> None:
    connector = await _marked(http, hub)

    await connector.typing(ExternalId(PHONE), {})
    await connector.mark_read(ExternalId(PHONE), {})


async def test_a_mark_that_is_refused_is_no_error(http: ClientSession, hub: Hub) -> None:
    connector = await _marked(http, hub, _message(Direction.INBOUND, "wamid.unknown"))

    await connector.mark_read(ExternalId(PHONE), {})


@pytest.mark.parametrize("ability", [Answers, FetchesMedia, MarksRead, ShowsTyping, Subscribes])
def test_the_connector_has_the_ability(connector: WhatsAppConnector, ability: type) -> None:
    assert isinstance(connector, ability)
