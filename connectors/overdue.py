"""Channels that stand still: what waited too long in them fails all the same, visibly."""

from typing import Final

from connectors.reporter import Reporter
from connectors.resources import Resources
from connectors.rows import PartRows
from connectors.tenure import LostLease
from shared.clock import Clock
from shared.model.channel import Channel
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.records import Lease

LOOK_EVERY_S: Final = 30.0


async def fail_overdue(channel: Channel, resources: Resources) -> int:
    """Fail the parts of a paused or broken channel whose deadline has passed; returns how many.

    Leaves the channel alone while somebody holds its dispatch lease. Raises ``Unavailable``.
    """
    lease = await resources.leases.claim(f"dispatch/{channel.id}")
    if lease is None:
        return 0
    try:
        return await _fail(channel, resources, lease)
    except LostLease:
        return 0
    finally:
        await resources.leases.release(lease)


async def _fail(channel: Channel, resources: Resources, lease: Lease) -> int:
    clock: Clock = resources.clock
    rows = PartRows(resources.store, clock, lease, channel.id)
    reporter = Reporter(resources.bus, rows, clock, channel.id)
    reason = f"the channel was {channel.state.value} until it was too late"
    failure = Failure(kind=FailureKind.DEADLINE, reason=reason)
    values = {"state": Delivery.FAILED, "open": False, "unreported": True, "failure": failure}
    parts, _ = await rows.open_parts()
    failed = []
    for part in parts:
        if part.deadline_at <= clock.now() and part.state in {Delivery.QUEUED, Delivery.HELD}:
            changed = await rows.change(part, values)
            if changed is not None:
                failed.append(changed)
    for part in failed:
        reporter.report(part)
    if failed:
        await reporter.tell_waiting()
    return len(failed)
