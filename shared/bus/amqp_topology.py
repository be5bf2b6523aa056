"""Exchanges and queues on RabbitMQ, declared idempotently."""

import secrets
from collections.abc import Iterable
from typing import Final

import structlog
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractQueue,
    ExchangeType,
)
from aio_pika.exceptions import ChannelPreconditionFailed

from shared.ports.bus import Exchange, Queue

log = structlog.get_logger(__name__)

_TYPES: Final = {
    Exchange.CONVERSATIONS: ExchangeType.DIRECT,
    Exchange.COMMANDS: ExchangeType.DIRECT,
    Exchange.OUTBOUND: ExchangeType.DIRECT,
    Exchange.EVENTS: ExchangeType.TOPIC,
    Exchange.ASSIGN: ExchangeType.TOPIC,
    Exchange.DEAD: ExchangeType.TOPIC,
}
_LIMITS_BY_DEFAULT: Final = 4
"""From this major version on a quorum queue drops what was delivered 20 times, unless told not
to."""


async def declare_all(connection: AbstractConnection, queues: Iterable[Queue]) -> None:
    """Every exchange, and the durable queues with their bindings."""
    channel = await connection.channel()
    try:
        for exchange, kind in _TYPES.items():
            await channel.declare_exchange(exchange.value, kind, durable=True)
        for queue in queues:
            await declare_durable(connection, channel, queue)
    finally:
        if not channel.is_closed:
            await channel.close()


async def declare_durable(
    connection: AbstractConnection, channel: AbstractChannel, queue: Queue
) -> AbstractQueue:
    """A quorum queue with one active consumer and no limit of deliveries."""
    arguments: dict[str, str | bool | int] = {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
    }
    if major_version(connection) >= _LIMITS_BY_DEFAULT:
        arguments["x-delivery-limit"] = -1
    # A refused declaration closes its channel, so it is tried on one of its own.
    trial = await connection.channel()
    try:
        await trial.declare_queue(queue.name, durable=True, arguments=dict(arguments))
        for exchange, key in queue.bindings:
            await (await trial.get_queue(queue.name, ensure=False)).bind(exchange.value, key)
    except ChannelPreconditionFailed as error:
        log.warning("broker.queue_declared_otherwise", queue=queue.name, reason=str(error))
    finally:
        if not trial.is_closed:
            await trial.close()
    return await channel.declare_queue(queue.name, passive=True)


async def declare_transient(
    connection: AbstractConnection, channel: AbstractChannel, queue: Queue
) -> AbstractQueue:
    """A classic queue of this connection alone, capped, gone with its reader."""
    arguments: dict[str, str | int] = {"x-overflow": "drop-head"}
    if queue.capacity is not None:
        arguments["x-max-length"] = queue.capacity
    declared = await channel.declare_queue(
        f"{queue.name}.{secrets.token_hex(4)}",
        exclusive=True,
        auto_delete=True,
        arguments=dict(arguments),
    )
    for exchange, key in queue.bindings:
        await declared.bind(exchange.value, key)
    return declared


def major_version(connection: AbstractConnection) -> int:
    """The broker's major version, 0 when it does not tell."""
    transport = connection.transport
    properties = transport.connection.server_properties if transport is not None else {}
    version = properties.get("version", "0")
    text = version.decode() if isinstance(version, bytes) else str(version)
    first = text.partition(".")[0]
    return int(first) if first.isdigit() else 0
