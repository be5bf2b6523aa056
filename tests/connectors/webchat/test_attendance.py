"""Who of those that wrote is still there: told when the last connection stays away."""

import asyncio

import pytest

from connectors.base import Parsed
from connectors.webchat.attendance import Attendances
from connectors.webchat.visitors import Visitor
from shared.clock import ManualClock
from shared.errors import Unavailable
from shared.ids import ChannelId
from shared.model.inbound import InboundKind
from tests.connectors.webchat.mailbox import Hub

VISITOR = Visitor(id="v1", channel_id=ChannelId("site"))


class Told:
    """What was published of visitors coming and going."""

    def __init__(self) -> None:
        self.present: list[bool | None] = []
        self.away = False

    async def publish(self, parsed: Parsed) -> None:
        if self.away:
            raise Unavailable("the bus is away")
        assert [item.kind for item in parsed.inbound] == [InboundKind.PRESENCE]
        self.present += [item.present for item in parsed.inbound]


@pytest.fixture
def told() -> Told:
    return Told()


def attendances(told: Told, grace_s: float = 0.01) -> Attendances:
    return Attendances(ManualClock(), told.publish, grace_s=grace_s)


async def test_who_only_looks_is_not_told_of(told: Told) -> None:
    chats = attendances(told)

    async with chats.attending(VISITOR):
        pass

    assert told.present == []


async def test_who_wrote_and_goes_is_told_of_once(told: Told) -> None:
    chats = attendances(told)

    async with chats.attending(VISITOR):
        chats.wrote(VISITOR)

    assert told.present == [False]


async def test_who_comes_back_is_there_again(told: Told) -> None:
    chats = attendances(told)
    async with chats.attending(VISITOR):
        chats.wrote(VISITOR)

    async with chats.attending(VISITOR):
        came = list(told.present)

    assert came == [False, True]
    assert told.present == [False, True, False]


async def test_the_next_page_of_the_site_is_no_leaving(told: Told) -> None:
    chats = attendances(told, grace_s=0.1)
    goes = asyncio.Event()

    async def first_page() -> None:
        async with chats.attending(VISITOR):
            chats.wrote(VISITOR)

    async def next_page() -> None:
        async with chats.attending(VISITOR):
            await goes.wait()

    async with asyncio.timeout(20), asyncio.TaskGroup() as pages:
        first = pages.create_task(first_page())
        pages.create_task(next_page())
        await first
        in_between = list(told.present)
        goes.set()

    assert in_between == []
    assert told.present == [False]


async def test_another_tab_keeps_the_visitor_there(told: Told) -> None:
    chats = attendances(told)

    async with chats.attending(VISITOR):
        chats.wrote(VISITOR)
        async with chats.attending(VISITOR):
            pass
        in_between = list(told.present)

    assert in_between == []
    assert told.present == [False]


async def test_a_process_that_ends_says_of_nobody_that_they_left(told: Told) -> None:
    chats = attendances(told, grace_s=60)

    async with asyncio.timeout(20), chats.attending(VISITOR):
        chats.wrote(VISITOR)
        chats.close()

    assert told.present == []


async def test_a_bus_that_is_away_ends_no_connection(told: Told) -> None:
    chats = attendances(told)
    told.away = True

    async with chats.attending(VISITOR):
        chats.wrote(VISITOR)

    assert told.present == []


async def test_a_chat_that_closes_with_the_hub_waits_for_nobody(hub: Hub) -> None:
    visitor = await hub.visitor()
    socket = await hub.client.ws_connect(hub.url("/live"))
    await socket.send_json({"type": "start", "authorization": visitor["Authorization"]})
    await socket.receive_json(timeout=20)
    posted = await hub.client.post(
        hub.url("/messages"), json={"id": "m1", "text": "hello"}, headers=visitor
    )

    await socket.close()
    await hub.connector.close()

    assert posted.status == 200
    assert [item.kind for item in hub.mailbox.inbound] == [InboundKind.MESSAGE]
