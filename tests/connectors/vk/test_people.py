"""Names: asked for beside the stream, told by events of their own."""

import pytest
from aiohttp import ClientSession

from connectors.base import Parsed, RawEvent
from shared.errors import Unavailable
from shared.model.inbound import Inbound, InboundKind
from tests.connectors.rig import until
from tests.connectors.vk.player import Hub, make_connector


async def _told(hub: Hub, kind: InboundKind, count: int = 1) -> list[Inbound]:
    """The events of the kind, once there are so many."""

    def found() -> list[Inbound]:
        return [i for parsed in hub.accepted for i in parsed.inbound if i.kind is kind]

    await until(lambda: len(found()) >= count)
    return found()


async def test_a_stranger_is_named_by_an_event_of_its_own(hub: Hub) -> None:
    await hub.platform.write("Anna Smith", "hello")

    message = (await hub.take())[0]
    event = (await _told(hub, InboundKind.CONTACT))[0]

    assert message.author is not None
    assert message.author.name is None
    assert event.author is not None
    assert (event.author.name, event.author.external_id) == (
        "Anna Smith",
        message.author.external_id,
    )
    assert event.thread.external_id == message.thread.external_id


async def test_who_is_known_is_named_at_once_and_not_asked_for_again(hub: Hub) -> None:
    await hub.meet("Anna Smith")
    await _told(hub, InboundKind.CONTACT)

    await hub.platform.write("Anna Smith", "again")
    message = (await hub.take())[0]

    assert message.author is not None
    assert message.author.name == "Anna Smith"
    assert hub.platform.calls("users.get") == 1


async def test_a_crowd_is_asked_for_in_one_call(hub: Hub) -> None:
    for number in range(30):
        await hub.platform.write(f"Customer{number}", "hello")
    await hub.take()

    await _told(hub, InboundKind.CONTACT, 30)

    assert hub.platform.calls("users.get") == 1


async def test_a_chat_is_given_its_title(hub: Hub) -> None:
    await hub.platform.write("Team/Anna", "hello")
    await hub.take()

    event = (await _told(hub, InboundKind.THREAD))[0]

    assert (event.thread.kind, event.thread.title) == ("group", "Team")


async def test_a_name_that_could_not_be_told_is_told_later(
    hub: Hub, http: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Parsed] = []
    failures = [Unavailable("the bus is away")]

    async def accept(parsed: Parsed) -> None:
        if failures:
            raise failures.pop()
        told.append(parsed)

    monkeypatch.setattr("connectors.vk.people._AGAIN_S", 0.05)
    connector = make_connector(http, accept=accept, **hub.platform.settings())
    await hub.platform.write("Anna Smith", "hello")
    pulled = await hub.connector.pull(hub.cursor)
    connector.parse(await connector.complete(pulled.events[0]))

    await until(lambda: told)
    assert told[0].inbound[0].author is not None
    await connector.close()


async def test_nobody_is_asked_for_where_nobody_can_be_told(http: ClientSession) -> None:
    connector = make_connector(http, accept=None)

    event = await connector.complete(RawEvent(b"{}"))

    assert event.body == b"{}"
    await connector.close()
