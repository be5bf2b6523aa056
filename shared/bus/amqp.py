"""The bus on RabbitMQ: quorum queues, confirmed publishing, plain connections.

Works on RabbitMQ 3.10 and uses nothing that 4.x removed. A connection that is lost ends its
subscriptions (``take`` raises ``Unavailable``, what was taken is delivered again in its old place);
the next call opens another. Nothing reconnects behind the callers' backs: a connection that
does would lose consumers silently.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Self

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError

from shared.bus import wire
from shared.bus.amqp_link import Link, close_softly, limited
from shared.bus.amqp_publishing import Outgoing, Publisher, publisher_on
from shared.bus.amqp_subscription import LOST, AmqpSubscription, lost_for_others
from shared.bus.amqp_topology import declare_all, declare_durable, declare_transient
from shared.bus.dead_letters import dead_letter
from shared.clock import Clock
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ports.bus import Delivery, Depth, Exchange, Publication, Queue, Subscription
from shared.topology import DURABLE_QUEUES

_CLOSE_LIMIT_S: Final = 2.0
_DROP_LIMIT_S: Final = 0.1
_PREFETCH_MAX: Final = 65_535
"""More the protocol cannot say."""
_TRANSIENT_EXCHANGES: Final = frozenset({Exchange.EVENTS, Exchange.OUTBOUND})


class AmqpBus:
    """See ``shared.ports.bus.Bus``."""

    def __init__(
        self, url: str, clock: Clock, *, queues: Iterable[Queue], publish_timeout_s: float
    ) -> None:
        """Use ``open``."""
        self._clock = clock
        self._queues = tuple(queues)
        self._publish_timeout_s = publish_timeout_s
        self._publishing = Link("publish", url)
        self._consuming = Link("consume", url)
        self._connecting = asyncio.Lock()
        self._publish_on: Publisher | None = None
        self._subscriptions: set[AmqpSubscription] = set()
        self._declared = False
        self._closed = False

    @classmethod
    async def open(
        cls,
        url: str,
        clock: Clock,
        *,
        queues: Iterable[Queue] = DURABLE_QUEUES,
        publish_timeout_s: float = 5.0,
    ) -> Self:
        """Connect and declare everything, which is harmless when it is there.

        Raises ``Unavailable`` when the broker cannot be reached or refuses.
        """
        bus = cls(url, clock, queues=queues, publish_timeout_s=publish_timeout_s)
        try:
            await bus._publisher()
        except BaseException:
            await bus.close()
            raise
        return bus

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publish; see the port."""
        if self._closed:
            raise Unavailable("the bus is closed")
        if not publications:
            return
        messages = [outgoing(publication, self._publishing.user) for publication in publications]
        try:
            publisher = self._publish_on
            if publisher is None or publisher.closed or not self._declared:
                await self._confirmed_by_another(messages)
            else:
                await publisher.publish(messages)
        except TimeoutError:
            # Dropped, not closed: a broker that holds back confirms holds back the closing too.
            await self._drop_publisher(limit_s=_DROP_LIMIT_S)
            raise Unavailable(
                f"the broker did not confirm within {self._publish_timeout_s:g} s"
                " (it blocks publishers while its memory or disk alarm is on)"
            ) from None
        except DeliveryError:
            # Somebody may have removed what we declared: declare it again before the next one.
            self._declared = False
            raise Unavailable("no durable queue is bound to what was published") from None
        except LOST as error:
            self._declared = self._declared and not isinstance(error, ChannelNotFoundEntity)
            await self._drop_publisher()
            raise Unavailable(f"the broker is away: {type(error).__name__}") from None

    async def _confirmed_by_another(self, messages: Sequence[Outgoing]) -> None:
        """Raises ``TimeoutError``, and as the library does."""
        with lost_for_others():
            async with asyncio.timeout(self._publish_timeout_s):
                await (await self._publisher()).publish(messages)

    async def _publisher(self) -> Publisher:
        if self._publish_on is not None and not self._publish_on.closed and self._declared:
            return self._publish_on
        async with self._connecting:
            connection = await self._publishing.connection()
            if not self._declared:
                await limited(declare_all(connection, self._queues))
                self._declared = True
            if self._publish_on is None or self._publish_on.closed:
                self._publish_on = await publisher_on(connection, limit_s=self._publish_timeout_s)
            return self._publish_on

    async def _drop_publisher(self, *, limit_s: float = _CLOSE_LIMIT_S) -> None:
        self._publish_on = None
        await self._publishing.close(limit_s=limit_s)

    def consume(self, queue: Queue, *, prefetch: int) -> AbstractAsyncContextManager[Subscription]:
        """Read a queue; see the port."""
        if self._closed:
            raise Unavailable("the bus is closed")
        return self._consume(queue, prefetch)

    @asynccontextmanager
    async def _consume(self, queue: Queue, prefetch: int) -> AsyncIterator[Subscription]:
        channel: AbstractChannel | None = None
        try:
            connection = await self._consuming.connection()
            channel = await limited(connection.channel(publisher_confirms=False))
            bound = min(prefetch, _PREFETCH_MAX)
            await limited(channel.set_qos(prefetch_count=bound))
            declare = declare_durable if queue.durable else declare_transient
            declared = await limited(declare(connection, channel, queue))
            subscription = AmqpSubscription(
                channel,
                declared.name,
                prefetch=bound,
                durable=queue.durable,
                own_user=self._consuming.user,
            )
            await limited(subscription.begin(connection.tap))
        except BaseException as error:
            await close_softly(channel)
            if isinstance(error, LOST):
                raise Unavailable(f"the broker is away: {type(error).__name__}") from None
            raise
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            subscription.close()
            # The channel, not the consumer: a cancelled one hands over while it still works.
            await close_softly(channel)
            subscription.left()

    async def dead_letter(self, delivery: Delivery, *, queue: str, reason: str) -> None:
        """Put an item aside; see the port."""
        letter = dead_letter(delivery.envelope, queue=queue, reason=reason, at=self._clock.now())
        await self.publish([letter])

    async def depth(self, queue: Queue) -> Depth:
        """What the broker has ready, and what this process has in hand.

        What other processes have in hand is not counted; the age is known only of items in hand.
        """
        try:
            connection = await self._publishing.connection()
            channel = await limited(connection.channel())
            try:
                declared = await limited(channel.declare_queue(queue.name, passive=True))
                ready = declared.declaration_result.message_count or 0
            finally:
                await close_softly(channel)
        except ChannelNotFoundEntity:
            return Depth(0, None)
        except LOST as error:
            raise Unavailable(f"the broker is away: {type(error).__name__}") from None
        held = [s for s in self._subscriptions if s.queue_name == queue.name]
        ages = [oldest for s in held if (oldest := s.oldest_at()) is not None]
        return Depth(ready + sum(s.in_hand() for s in held), min(ages, default=None))

    async def probe(self) -> None:
        """See whether publishing would work now: not while the broker's alarm is on."""
        await self.publish([_probe(self._clock)])

    async def close(self) -> None:
        """Refuse what is new and end every subscription."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()
        await self._consuming.close()
        await self._drop_publisher()


def outgoing(publication: Publication, user: str) -> Outgoing:
    """As that user says it, which the broker checks. Raises ``BadPayload``."""
    exchange = publication.exchange
    return Outgoing(
        exchange=exchange,
        routing_key=publication.routing_key,
        body=wire.encode(publication.envelope).encode(),
        kind=publication.envelope.kind,
        user=user,
        # Events too: the queues of bots outlive the broker, and for the others it changes nothing.
        persistent=exchange is not Exchange.OUTBOUND,
        mandatory=exchange not in _TRANSIENT_EXCHANGES,
    )


def _probe(clock: Clock) -> Publication:
    envelope = Envelope(id="probe", kind="probe", at=clock.now(), source="probe", trace_id="probe")
    return Publication(Exchange.OUTBOUND, "probe", envelope)
