"""Channels that stand still: what cannot be sent in them any more is settled, visibly."""

from typing import Final

from connectors.board import Board
from connectors.outcome import Verdict, failed, found_sending, with_what_was
from connectors.reporter import Reporter
from connectors.resources import Resources
from connectors.rows import PartRows
from shared.clock import Clock
from shared.collections import PARTS
from shared.model.channel import Capabilities, Channel, ChannelState
from shared.model.delivery import Delivery, FailureKind, Part
from shared.ports.store import Scalar, Store
from shared.tenure import LostLease

LOOK_EVERY_S: Final = 30.0


async def settle_overdue(channel: Channel, capabilities: Capabilities, resources: Resources) -> int:
    """Settle the parts of a channel that is paused, broken or removed; returns how many.

    Those fail whose deadline has passed, and all of a removed channel. What was being sent when the
    channel was stopped is treated as after a crash. Leaves the channel alone while somebody holds
    its dispatch lease. Raises ``Unavailable``.
    """
    if not await _has_work(resources.store, channel):
        return 0
    lease = await resources.leases.claim(f"dispatch/{channel.id}")
    if lease is None:
        return 0
    rows = PartRows(resources.store, resources.clock, lease, channel.id)
    reporter = Reporter(resources.bus, rows, resources.clock, channel.id)
    try:
        settled = await _settle_all(channel, capabilities, rows, resources.clock)
        for part in await rows.unreported():
            reporter.report(part)
        await reporter.tell_waiting()
    except LostLease:
        return 0
    finally:
        await resources.leases.release(lease)
    return settled


async def _has_work(store: Store, channel: Channel) -> bool:
    """Whether a lease is worth claiming."""
    for state, order in (("open", "order"), ("unreported", "changed_at")):
        equal: dict[str, Scalar] = {"channel_id": channel.id, state: True}
        if (await store.find(PARTS, equal=equal, order=order, limit=1)).items:
            return True
    return False


async def _settle_all(
    channel: Channel, capabilities: Capabilities, rows: PartRows, clock: Clock
) -> int:
    settled = 0
    for part in (await rows.open_parts())[0]:
        if part.state is Delivery.SENDING:
            settled += await _settle_cut_off(part, capabilities, rows, clock)
    for part in (await rows.open_parts())[0]:
        verdict = _verdict(channel, part, clock)
        if verdict is None:
            continue
        if await rows.change(part, with_what_was(verdict, part).values()) is not None:
            settled += 1
    return settled


async def _settle_cut_off(
    part: Part, capabilities: Capabilities, rows: PartRows, clock: Clock
) -> int:
    """As after a crash; what is left of the message is held where it may not follow."""
    now = clock.now()
    verdict = found_sending(part, capabilities, now)
    board = Board()
    board.merge(await rows.open_of([part.thread]), read_at=board.tick, now=now)
    behind = board.followers(part) if verdict.stops_message and part.kind == "send" else []
    along = [(other, {"state": Delivery.HELD, "unreported": True}) for other in behind]
    return 0 if await rows.change(part, verdict.values(), along=along) is None else 1


def _verdict(channel: Channel, part: Part, clock: Clock) -> Verdict | None:
    """Why the part will not be sent; None: it may be yet."""
    if part.state not in {Delivery.QUEUED, Delivery.HELD}:
        return None
    if channel.state is ChannelState.REMOVED:
        reason = "the channel was removed before it could be sent"
        return failed(FailureKind.CHANNEL_BROKEN, reason)
    if part.deadline_at <= clock.now():
        reason = f"the channel was {channel.state.value} until it was too late"
        return failed(FailureKind.DEADLINE, reason)
    return None
