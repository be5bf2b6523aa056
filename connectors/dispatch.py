"""The dispatcher of one channel: takes the heads of its threads as they come due and sends them.

It holds the channel's dispatch lease. Slow and throttled threads wait by themselves; a channel that
does not work stops here, with its parts back in the queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import structlog

from connectors.base import GROUP_CONTEXT, Connector
from connectors.board import Board
from connectors.health import Health
from connectors.outcome import Verdict, failed, found_sending
from connectors.reporter import Reporter
from connectors.rows import PartRows
from connectors.sending import Sender
from connectors.waiting import signal_or_time
from shared.clock import Clock
from shared.delivery.pace import Buckets, after
from shared.errors import BadPayload, Unavailable
from shared.hints import HINT_KIND, Hint
from shared.ids import ChannelId
from shared.metrics import Metrics
from shared.model.channel import Capabilities
from shared.model.delivery import Delivery, FailureKind, Part
from shared.model.records import Lease
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.bus import Delivery as BusDelivery
from shared.ports.store import Store
from shared.topology import hints_queue

log = structlog.get_logger(__name__)

SWEEP_S: Final = 2.0
_SWEEP_SHARE: Final = 20
"""Sweeping takes at most one part in so many of the time."""
_THREADS_AT_ONCE: Final = 16
_BUS_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class DispatchPorts:
    """What every dispatcher stands on."""

    bus: Bus
    store: Store
    blobs: Blobs
    clock: Clock
    metrics: Metrics
    random: Random


class Dispatcher:
    """Sends for one channel while its lease is held."""

    def __init__(
        self,
        channel_id: ChannelId,
        connector: Connector,
        capabilities: Capabilities,
        *,
        ports: DispatchPorts,
        health: Health,
        broken: Callable[[str], Awaitable[None]],
    ) -> None:
        self._channel_id = channel_id
        self._connector = connector
        self._capabilities = capabilities
        self._ports = ports
        self._clock = ports.clock
        self._health = health
        self._broken = broken
        self._wake = asyncio.Event()
        self._draining = False
        self._paused_until: datetime | None = None
        self._broken_reason: str | None = None
        self._thread_pace: Buckets[str] = Buckets(capabilities.rate_thread)
        self._group_pace: Buckets[str] = Buckets(capabilities.rate_group)
        self._channel_pace: Buckets[str] = Buckets(capabilities.rate_channel)

    def drain(self) -> None:
        """Begin nothing new; ``run`` returns once what is under way has come to its end."""
        self._draining = True
        self._wake.set()

    async def run(self, lease: Lease) -> None:
        """Send for ever. Raises ``LostLease``; returns when drained or broken."""
        board = Board()
        rows = PartRows(self._ports.store, self._clock, lease, self._channel_id)
        reporter = Reporter(self._ports.bus, rows, self._clock, self._channel_id)
        sender = self._sender(board, rows, reporter)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(rows.commits.run()),
                group.create_task(reporter.run()),
                group.create_task(self._follow_hints(rows, board, lease.epoch)),
            ]
            await self._take_over(rows, board, sender)
            beside.append(group.create_task(self._sweep(rows, board, sender)))
            async with asyncio.TaskGroup() as sending:
                await self._send_heads(board, sender, sending)
            await reporter.drained()
            for task in beside:
                task.cancel()
        if self._broken_reason is not None:
            await self._broken(self._broken_reason)

    def _sender(self, board: Board, rows: PartRows, reporter: Reporter) -> Sender:
        return Sender(
            connector=self._connector,
            capabilities=self._capabilities,
            rows=rows,
            board=board,
            reporter=reporter,
            blobs=self._ports.blobs,
            clock=self._clock,
            health=self._health,
            metrics=self._ports.metrics,
            random=self._ports.random,
            decided=self._decided,
        )

    async def _take_over(self, rows: PartRows, board: Board, sender: Sender) -> None:
        """Settle what the holder before left behind: half-sent parts and untold news."""
        tick = board.tick
        parts, _ = await rows.open_parts()
        now = self._clock.now()
        board.merge(parts, read_at=tick, now=now)
        for part in await rows.unreported():
            sender.reporter.report(part)
        for part in parts:
            if part.state is Delivery.SENDING:
                await sender.settle(part, found_sending(part, self._capabilities, now))

    async def _send_heads(self, board: Board, sender: Sender, sending: asyncio.TaskGroup) -> None:
        while not self._draining and self._broken_reason is None:
            now = self._clock.now()
            next_at = self._begin(board, sender, sending, now)
            wait_s = SWEEP_S if next_at is None else (next_at - now).total_seconds()
            await signal_or_time(self._wake, self._clock, min(SWEEP_S, max(wait_s, 0.001)))

    def _begin(
        self, board: Board, sender: Sender, sending: asyncio.TaskGroup, now: datetime
    ) -> datetime | None:
        """Begin with every head that may go now; returns when the next one may."""
        if self._paused_until is not None and self._paused_until > now:
            return self._paused_until
        while board.busy < _THREADS_AT_ONCE:
            head = board.take(now)
            if head is None:
                return board.next_at()
            cost = max(1, len(head.content.attachments))
            key = board.key(head.thread)
            group = head.context.get(GROUP_CONTEXT)
            channel_s = self._channel_pace.delay_s("", now, cost)
            thread_s = self._thread_pace.delay_s(key, now, cost)
            if group is not None:
                thread_s = max(thread_s, self._group_pace.delay_s(group, now, cost))
            if channel_s > 0 or thread_s > 0:
                board.put_off(head.thread, after(now, max(channel_s, thread_s)))
                if channel_s > 0:
                    return after(now, channel_s)
                continue
            self._channel_pace.take("", now, cost)
            self._thread_pace.take(key, now, cost)
            if group is not None:
                self._group_pace.take(group, now, cost)
            sending.create_task(self._send(sender, board, head))
        return None

    async def _send(self, sender: Sender, board: Board, head: Part) -> None:
        try:
            await sender.send(head)
            while board.lacks(head.thread):
                await sender.reload(head)
        finally:
            board.release(head.thread, self._clock.now())
            self._wake.set()

    def _decided(self, verdict: Verdict) -> None:
        if verdict.pause_channel_until is not None:
            self._paused_until = verdict.pause_channel_until
        if verdict.broken is not None:
            self._broken_reason = verdict.broken

    async def _sweep(self, rows: PartRows, board: Board, sender: Sender) -> None:
        told: tuple[int, datetime | None] | None = None
        while True:
            began = self._clock.now()
            await self._look(rows, board)
            await self._give_up_held(board, sender)
            now = self._clock.now()
            took_s = (now - began).total_seconds()
            waits = len(board), board.due_since(now)
            if waits != told:
                self._health.waits(*waits)
                told = waits
            self._ports.metrics.set("hub_open_parts", len(board), channel=self._channel_id)
            await self._clock.sleep(max(SWEEP_S, took_s * _SWEEP_SHARE))

    async def _look(self, rows: PartRows, board: Board) -> None:
        tick = board.tick
        try:
            parts, pages = await rows.open_parts()
            if pages > 1:
                parts = await self._whole_threads(rows, board, parts)
        except Unavailable as error:
            log.warning("dispatch.store_away", channel_id=self._channel_id, reason=str(error))
            return
        board.merge(parts, read_at=tick, now=self._clock.now())
        self._wake.set()

    async def _whole_threads(self, rows: PartRows, board: Board, parts: list[Part]) -> list[Part]:
        """Read threads with news once more, each in one piece: pages are not one moment."""
        by_thread: dict[str, list[Part]] = {}
        for part in parts:
            by_thread.setdefault(board.key(part.thread), []).append(part)
        whole: list[Part] = []
        for thread, found in by_thread.items():
            news = not board.knows(thread, found)
            whole.extend(await rows.open_of(board.names(thread)) if news else found)
        return whole

    async def _give_up_held(self, board: Board, sender: Sender) -> None:
        now = self._clock.now()
        for part in board.held():
            if part.deadline_at <= now:
                reason = "it was held behind a part that was not sent"
                await sender.settle(part, failed(FailureKind.DEADLINE, reason))

    async def _follow_hints(self, rows: PartRows, board: Board, epoch: int) -> None:
        queue = hints_queue(f"dispatch-{epoch}", self._channel_id)
        while True:
            try:
                async with self._ports.bus.consume(queue, prefetch=1000) as hints:
                    while True:
                        deliveries = await hints.take(1000)
                        await self._follow(rows, board, deliveries)
                        await hints.ack(deliveries)
            except Unavailable:
                # The sweep finds what hints would have told.
                board.forget_turns()
                await self._clock.sleep(_BUS_AGAIN_S)

    async def _follow(
        self, rows: PartRows, board: Board, deliveries: Sequence[BusDelivery]
    ) -> None:
        now = self._clock.now()
        to_read: dict[str, None] = {}
        for delivery in deliveries:
            if delivery.envelope.kind != HINT_KIND:
                continue
            hint = _hint_in(delivery)
            if not hint.threads:
                board.forget_turns()
                await self._look(rows, board)
                return
            if _is_taken(hint, board, to_read, now):
                continue
            to_read |= dict.fromkeys(board.key(thread) for thread in hint.threads)
        for thread in to_read:
            await self._read(rows, board, thread)
        self._wake.set()

    async def _read(self, rows: PartRows, board: Board, thread: str) -> None:
        """Take over what is in the thread; what is under way there does so at its end."""
        while True:
            tick = board.tick
            parts = await rows.open_of(board.names(thread))
            board.merge_thread(thread, parts, read_at=tick, now=self._clock.now())
            if board.is_busy(thread) or not board.lacks(thread):
                return


def _hint_in(delivery: BusDelivery) -> Hint:
    """What is hinted at; what cannot be read may mean anything."""
    try:
        return delivery.envelope.read(Hint)
    except BadPayload:
        return Hint()


def _is_taken(hint: Hint, board: Board, to_read: Collection[str], now: datetime) -> bool:
    """Whether the hint says it all. In a thread that is to be read nothing may go ahead of that."""
    if hint.added is None:
        return False
    return board.add(hint.added, now, read_first=board.key(hint.added.part.thread) in to_read)
