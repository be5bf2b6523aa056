"""Cropped messages are read again as a whole."""

import pytest

from connectors.base import RawEvent
from shared.errors import Unavailable
from tests.connectors.vk.player import Hub


async def test_a_cropped_message_of_ten_photos_has_ten_attachments(hub: Hub) -> None:
    hub.platform.fault("cropped", 1)
    await hub.platform.act("Ann", {"type": "album", "text": "all of them", "count": 10})

    taken = await hub.take()

    assert len(taken[0].content.attachments) == 10
    assert len({item.id for item in taken[0].content.attachments}) == 10
    assert (taken[0].content.text, taken[0].truncated) == ("all of them", False)


async def test_a_message_that_is_whole_is_not_asked_for(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "album"})

    await hub.take()

    assert hub.platform.calls("messages.getByConversationMessageId") == 0


async def test_what_only_mentions_cropping_is_not_asked_for(hub: Hub) -> None:
    body = b'{"type":"message_new","object":{"message":{"text":"\\"is_cropped\\":true"}}}'
    event = RawEvent(body)

    assert await hub.connector.complete(event) is event


async def test_a_cropped_message_waits_while_vk_cannot_give_it(hub: Hub) -> None:
    hub.platform.fault("cropped", 1)
    await hub.platform.act("Ann", {"type": "album", "count": 3})
    hub.platform.fault("read_500", 1)

    with pytest.raises(Unavailable):
        await hub.take()

    pulled = await hub.connector.pull(hub.cursor)
    assert pulled.events == ()


async def test_a_cropped_message_that_is_refused_is_kept_as_it_is(hub: Hub) -> None:
    body = (
        b'{"type":"message_new","group_id":1,"object":{"message":{"peer_id":2000000099,'
        b'"from_id":5,"conversation_message_id":7,"text":"a","is_cropped":true}}}'
    )

    event = await hub.connector.complete(RawEvent(body))
    inbound = hub.connector.parse(event).inbound[0]

    assert (inbound.truncated, inbound.content.text) == (True, "a")


async def test_a_message_that_never_comes_whole_does_not_hold_up_the_others(hub: Hub) -> None:
    hub.platform.fault("cropped", 1)
    await hub.platform.act("Ann", {"type": "album", "count": 3})
    event = (await hub.connector.pull(hub.cursor)).events[0]
    hub.platform.fault("read_500", 100)
    for _ in range(9):
        with pytest.raises(Unavailable):
            await hub.connector.complete(event)

    kept = await hub.connector.complete(event)

    assert hub.connector.parse(kept).inbound[0].truncated
