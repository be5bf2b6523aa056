"""Asking the connectors about a channel, and waiting for the first answer."""

import asyncio
from typing import Final

import structlog

from shared.checks import (
    CHECK_LIMIT_S,
    ChannelChecked,
    CheckReport,
    CheckRequest,
    check_answers_queue,
    check_request,
)
from shared.clock import Clock
from shared.envelope import Envelope
from shared.errors import BadPayload, Unavailable
from shared.ports.bus import Bus

log = structlog.get_logger(__name__)

_RETRY_S: Final = 0.5


class Checks:
    """One per process; ``run`` it to hear the answers."""

    def __init__(
        self, bus: Bus, clock: Clock, *, name: str, limit_s: float = CHECK_LIMIT_S
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._name = name
        self._limit_s = limit_s
        self._waiting: dict[str, asyncio.Future[CheckReport]] = {}
        self._listening = asyncio.Event()

    async def run(self) -> None:
        """Hear answers until cancelled."""
        while True:
            try:
                await self._hear()
            except Unavailable as error:
                log.warning("checks.away", reason=str(error))
                await asyncio.sleep(_RETRY_S)
            finally:
                self._listening.clear()

    async def ask(self, request: CheckRequest) -> CheckReport:
        """The first answer. Raises ``Unavailable`` when none comes within the limit."""
        future: asyncio.Future[CheckReport] = asyncio.get_running_loop().create_future()
        self._waiting[request.request_id] = future
        try:
            async with asyncio.timeout(self._limit_s):
                await self._listening.wait()
                await self._bus.publish(
                    [check_request(request, at=self._clock.now(), source="inbox")]
                )
                return await future
        except TimeoutError:
            raise Unavailable(
                f"no process that serves {request.type} channels answered; is it running?"
            ) from None
        finally:
            del self._waiting[request.request_id]

    async def _hear(self) -> None:
        async with self._bus.consume(check_answers_queue(self._name), prefetch=100) as queue:
            self._listening.set()
            while True:
                deliveries = await queue.take(100)
                for delivery in deliveries:
                    self._heard(delivery.envelope)
                await queue.ack(deliveries)

    def _heard(self, envelope: Envelope) -> None:
        if envelope.kind != ChannelChecked.kind:
            return
        try:
            answer = envelope.read(ChannelChecked)
        except BadPayload as error:
            log.warning("checks.unusable_answer", reason=str(error))
            return
        future = self._waiting.get(answer.request_id)
        if future is not None and not future.done():
            future.set_result(answer.report)
