"""The bus on RabbitMQ: quorum queues, confirmed publishing, plain connections.

Works on RabbitMQ 3.10 and uses nothing that 4.x removed. A connection that is lost ends its
subscriptions (``take`` raises ``Unavailable``, what was taken is delivered again in its old place);
the next call opens another. Nothing reconnects behind the callers' backs: a connection that
does would lose consumers silently.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Self, TypeVar

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError
from yarl import URL

from shared.bus import wire
from shared.bus.amqp_subscription import LOST, AmqpSubscription
from shared.bus.amqp_topology import declare_all, declare_durable, declare_transient
from shared.bus.dead_letters import dead_letter
from shared.clock import Clock
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.ports.bus import Delivery, Depth, Exchange, Publication, Queue, Subscription
from shared.topology import DURABLE_QUEUES

log = structlog.get_logger(__name__)

T = TypeVar("T")

_HEARTBEAT_S: Final = 5
_CONNECT_LIMIT_S: Final = 5.0
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
        self._url = URL(url).update_query(heartbeat=_HEARTBEAT_S)
        self._clock = clock
        self._queues = tuple(queues)
        self._publish_timeout_s = publish_timeout_s
        self._publishing = _Link("publish", self._url)
        self._consuming = _Link("consume", self._url)
        self._connecting = asyncio.Lock()
        self._exchanges: dict[Exchange, AbstractExchange] = {}
        self._channel: AbstractChannel | None = None
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
        messages = [_message(publication) for publication in publications]
        try:
            async with asyncio.timeout(self._publish_timeout_s):
                await self._publish(publications, messages)
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

    async def _publish(
        self, publications: Sequence[Publication], messages: Sequence[aio_pika.Message]
    ) -> None:
        exchanges = await self._publisher()
        # Each of them queues up for the channel's lock before the next one starts: in order.
        results = await asyncio.gather(
            *(
                exchanges[one.exchange].publish(
                    message, one.routing_key, mandatory=one.exchange not in _TRANSIENT_EXCHANGES
                )
                for one, message in zip(publications, messages, strict=True)
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _publisher(self) -> dict[Exchange, AbstractExchange]:
        async with self._connecting:
            connection = await self._publishing.connection()
            if not self._declared:
                await _limited(declare_all(connection, self._queues))
                self._declared = True
            if self._channel is None or self._channel.is_closed:
                channel = await _limited(
                    connection.channel(publisher_confirms=True, on_return_raises=True)
                )
                self._exchanges = {
                    one: await channel.get_exchange(one.value, ensure=False) for one in Exchange
                }
                self._channel = channel
            return self._exchanges

    async def _drop_publisher(self, *, limit_s: float = _CLOSE_LIMIT_S) -> None:
        self._channel = None
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
            channel = await _limited(connection.channel(publisher_confirms=False))
            bound = min(prefetch, _PREFETCH_MAX)
            await _limited(channel.set_qos(prefetch_count=bound))
            declare = declare_durable if queue.durable else declare_transient
            declared = await _limited(declare(connection, channel, queue))
            subscription = AmqpSubscription(
                channel, queue.name, prefetch=bound, durable=queue.durable
            )
            await _limited(declared.consume(subscription.receive))
        except BaseException as error:
            await _close(channel)
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
            await _close(channel)

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
            channel = await _limited(connection.channel())
            try:
                declared = await _limited(channel.declare_queue(queue.name, passive=True))
                ready = declared.declaration_result.message_count or 0
            finally:
                await _close(channel)
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


class _Link:
    """A connection that is opened anew when it is needed and gone."""

    def __init__(self, name: str, url: URL) -> None:
        self._name = name
        self._url = url
        self._open: AbstractConnection | None = None
        self._lock = asyncio.Lock()

    async def connection(self) -> AbstractConnection:
        """The open connection. Raises ``Unavailable``; its text never holds the URL."""
        async with self._lock:
            # What was lost calls itself closed only once it was closed by us.
            if self._open is not None and not self._open.connected.is_set():
                await self._discard()
            if self._open is None:
                try:
                    self._open = await _limited(
                        aio_pika.connect(
                            self._url, client_properties={"connection_name": self._name}
                        )
                    )
                except LOST as error:
                    raise Unavailable(f"cannot reach the broker: {type(error).__name__}") from None
            return self._open

    async def close(self, *, limit_s: float = _CLOSE_LIMIT_S) -> None:
        """Close the connection, politely within the limit."""
        await self._discard(limit_s)

    async def _discard(self, limit_s: float = _CLOSE_LIMIT_S) -> None:
        opened, self._open = self._open, None
        await _close(opened, limit_s=limit_s)


async def _limited(work: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(_CONNECT_LIMIT_S):
            return await work
    except TimeoutError:
        raise Unavailable(f"the broker did not answer within {_CONNECT_LIMIT_S:g} s") from None


async def _close(
    open_one: AbstractChannel | AbstractConnection | None, *, limit_s: float = _CLOSE_LIMIT_S
) -> None:
    if open_one is None or open_one.is_closed:
        return
    try:
        async with asyncio.timeout(limit_s):
            await open_one.close()
    except (*LOST, TimeoutError) as error:
        log.info("broker.closed_hard", reason=type(error).__name__)


def _message(publication: Publication) -> aio_pika.Message:
    """Raises ``BadPayload``. It bears no id of ours: by a message's id the client tells which one
    came back, and a repeat under the same id may be on its way at the same time."""
    durable = publication.exchange not in _TRANSIENT_EXCHANGES
    mode = aio_pika.DeliveryMode.PERSISTENT if durable else aio_pika.DeliveryMode.NOT_PERSISTENT
    return aio_pika.Message(
        wire.encode(publication.envelope).encode(),
        content_type="application/json",
        delivery_mode=mode,
        type=publication.envelope.kind,
    )


def _probe(clock: Clock) -> Publication:
    envelope = Envelope(id="probe", kind="probe", at=clock.now(), source="probe", trace_id="probe")
    return Publication(Exchange.OUTBOUND, "probe", envelope)
