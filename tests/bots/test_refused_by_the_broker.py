"""What a bot may not do, each try refused by the broker."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import ChannelPreconditionFailed
from aiohttp import ClientSession, encode_basic_auth
from aiormq.exceptions import ChannelAccessRefused
from pydantic import SecretStr
from yarl import URL

from shared.bus.amqp import AmqpBus
from shared.bus.amqp_access import AmqpBotAccess
from shared.clock import SystemClock
from shared.errors import Unauthorised
from shared.ids import Partition
from shared.ports.bus import Exchange
from shared.runtime import open_transport
from shared.topology import DEAD_QUEUE, bot_queue, partition_queue

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]

P00 = partition_queue(Partition(0)).name
OWN = bot_queue("echo").name


@dataclass
class Place:
    """A broker with two bots, and what the first one has opened."""

    access: AmqpBotAccess
    address: SecretStr
    channel: AbstractChannel


@pytest.fixture
async def place(on_broker: Mapping[str, str]) -> AsyncIterator[Place]:
    url, management = on_broker["HUB_BUS_URL"], on_broker["HUB_BROKER_MANAGEMENT_URL"]
    queues = (partition_queue(Partition(0)), DEAD_QUEUE)
    bus = await AmqpBus.open(url, SystemClock(), queues=queues)
    async with ClientSession() as http:
        access = AmqpBotAccess(http, url, SecretStr(management))
        try:
            address = await access.add("echo")
            await access.add("other")
            async with await aio_pika.connect(address.get_secret_value()) as connection:
                yield Place(access, address, await connection.channel())
        finally:
            await access.remove("echo")
            await access.remove("other")
            await bus.close()


def text(user: str | None = "bot.echo") -> aio_pika.Message:
    return aio_pika.Message(b"{}", user_id=user)


async def publish(channel: AbstractChannel, exchange: str, user: str | None = "bot.echo") -> None:
    to = (
        channel.default_exchange
        if exchange == ""
        else await channel.get_exchange(exchange, ensure=False)
    )
    await to.publish(text(user), P00 if exchange == "" else "p00")


async def read(channel: AbstractChannel, queue: str) -> None:
    async def ignore(_: AbstractIncomingMessage) -> None: ...

    await (await channel.get_queue(queue, ensure=False)).consume(ignore)


async def bind(channel: AbstractChannel, queue: str, exchange: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).bind(exchange, "#")


async def delete(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).delete(if_unused=False, if_empty=False)


Try = Callable[[AbstractChannel], Awaitable[object]]
FORBIDDEN: dict[str, Try] = {
    "inbound messages": lambda c: publish(c, Exchange.CONVERSATIONS),
    "events": lambda c: publish(c, Exchange.EVENTS),
    "hints": lambda c: publish(c, Exchange.OUTBOUND),
    "assignments": lambda c: publish(c, Exchange.ASSIGN),
    "dead letters": lambda c: publish(c, Exchange.DEAD),
    "straight into a queue": lambda c: publish(c, ""),
    "an exchange of the broker's own": lambda c: publish(c, "amq.topic"),
    "reading a partition": lambda c: read(c, P00),
    "reading the dead letters": lambda c: read(c, DEAD_QUEUE.name),
    "reading another bot's queue": lambda c: read(c, bot_queue("other").name),
    "declaring a queue": lambda c: c.declare_queue("mine"),
    "declaring a queue without a name": lambda c: c.declare_queue(exclusive=True),
    "declaring a queue that looks like its own": lambda c: c.declare_queue(f"{OWN}.more"),
    "declaring an exchange": lambda c: c.declare_exchange("mine"),
    "binding its queue to more": lambda c: bind(c, OWN, Exchange.CONVERSATIONS),
    "binding another queue": lambda c: bind(c, P00, Exchange.EVENTS),
    "deleting its queue": lambda c: delete(c, OWN),
    "deleting a partition": lambda c: delete(c, P00),
}


@pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_a_bot_may_not(place: Place, forbidden: Try) -> None:
    with pytest.raises(ChannelAccessRefused):
        await forbidden(place.channel)


@pytest.mark.parametrize("user", ["bot.other", "guest"])
async def test_a_bot_may_not_give_commands_as_somebody_else(place: Place, user: str) -> None:
    with pytest.raises(ChannelPreconditionFailed):
        await publish(place.channel, Exchange.COMMANDS, user)


async def test_a_bot_may_give_commands_and_read_its_own_queue(place: Place) -> None:
    await publish(place.channel, Exchange.COMMANDS)
    await read(place.channel, OWN)

    declared = await place.channel.declare_queue(OWN, passive=True)
    assert declared.declaration_result.consumer_count == 1


async def test_a_bot_may_not_use_the_management(place: Place, on_broker: Mapping[str, str]) -> None:
    url = URL(place.address.get_secret_value())
    headers = {"Authorization": encode_basic_auth(url.user or "", url.password or "")}
    async with (
        ClientSession(headers=headers) as http,
        http.get(f"{on_broker['HUB_BROKER_MANAGEMENT_URL']}/api/users") as answer,
    ):
        assert answer.status == 401


async def test_a_bot_that_is_removed_loses_its_connection_and_comes_in_no_more(
    place: Place,
) -> None:
    await place.access.remove("echo")

    with pytest.raises(Unauthorised):
        async with open_transport(place.address) as transport:
            await anext(transport.events())
