"""A bot's way to the hub over RabbitMQ, as a user that may write commands and read its own queue.

It declares nothing, for it may not: the hub has made its queue.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Self

import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelPreconditionFailed, DeliveryError
from aiormq.exceptions import ChannelAccessRefused
from pydantic import SecretStr

from shared.bus.amqp import outgoing
from shared.bus.amqp_link import Denied, Link, close_softly, limited
from shared.bus.amqp_publishing import Publisher, publisher_on
from shared.bus.amqp_subscription import LOST, AmqpSubscription, lost_for_others
from shared.envelope import Envelope
from shared.errors import BadRequest, Forbidden, Unauthorised, Unavailable
from shared.ports.bus import Publication
from shared.topology import BOT_USER, bot_queue

log = structlog.get_logger(__name__)

_PREFETCH: Final = 50
_PUBLISH_LIMIT_S: Final = 5.0
_RETRY_S: Final = 1.0


class AmqpTransport:
    """See ``shared.ports.bots.Transport``."""

    def __init__(self, url: SecretStr) -> None:
        """``url`` is the address that ``hub bot add`` told. Raises ``BadRequest``."""
        self._reading = Link("bot, reading", url.get_secret_value())
        self._writing = Link("bot, writing", url.get_secret_value())
        if not self._reading.user.startswith(BOT_USER):
            raise BadRequest(f"the user of a bot's address begins with {BOT_USER}")
        self.name = self._reading.user.removeprefix(BOT_USER)
        self._publish_on: Publisher | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reading.close()
        await self._writing.close()

    async def events(self) -> AsyncGenerator[Sequence[Envelope], None]:
        """Follow the bot's queue; see the port."""
        while True:
            try:
                async with self._subscription() as subscription:
                    while True:
                        deliveries = await subscription.take(_PREFETCH)
                        yield [delivery.envelope for delivery in deliveries]
                        await subscription.ack(deliveries)
            except Denied as error:
                raise Unauthorised(str(error)) from None
            except Unavailable as error:
                log.warning("bot.away", bot=self.name, reason=str(error))
                await asyncio.sleep(_RETRY_S)

    @asynccontextmanager
    async def _subscription(self) -> AsyncIterator[AmqpSubscription]:
        channel: AbstractChannel | None = None
        name = bot_queue(self.name).name
        try:
            connection = await self._reading.connection()
            channel = await limited(connection.channel(publisher_confirms=False))
            await limited(channel.set_qos(prefetch_count=_PREFETCH))
            subscription = AmqpSubscription(
                channel, name, prefetch=_PREFETCH, durable=True, own_user=self._reading.user
            )
            await limited(subscription.begin(connection.tap))
        except BaseException as error:
            await close_softly(channel)
            if isinstance(error, LOST):
                raise Unavailable(f"the broker is away: {type(error).__name__}") from None
            raise
        try:
            yield subscription
        finally:
            subscription.close()
            await close_softly(channel)
            subscription.left()

    async def give(self, commands: Sequence[Publication]) -> Mapping[str, str]:
        """Publish them as this bot; see the port."""
        items = [outgoing(command, self._writing.user) for command in commands]
        try:
            with lost_for_others():
                async with asyncio.timeout(_PUBLISH_LIMIT_S):
                    await (await self._publisher()).publish(items)
        except (ChannelAccessRefused, ChannelPreconditionFailed) as error:
            raise Forbidden(f"the broker refuses it: {type(error).__name__}") from None
        except Denied as error:
            raise Unauthorised(str(error)) from None
        except DeliveryError:
            raise Unavailable("no queue is bound to what was published") from None
        except TimeoutError:
            raise Unavailable("the broker did not confirm in time") from None
        except LOST as error:
            raise Unavailable(f"the broker is away: {type(error).__name__}") from None
        return {}

    async def _publisher(self) -> Publisher:
        connection = await self._writing.connection()
        if self._publish_on is None or self._publish_on.closed:
            self._publish_on = await publisher_on(connection, limit_s=_PUBLISH_LIMIT_S)
        return self._publish_on
