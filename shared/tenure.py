"""Holding a lease: claimed, renewed beside the work, and given up at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from shared.clock import Clock
from shared.errors import Conflict, Unavailable
from shared.leases import Leases
from shared.model.records import Lease

log = structlog.get_logger(__name__)

_ASK_AGAIN_S: Final = 0.5
_RELEASE_LIMIT_S: Final = 1.0


class LostLease(Exception):
    """The lease is somebody else's now: whatever was under way counts for nothing."""


async def while_held(
    leases: Leases, clock: Clock, id: str, work: Callable[[Lease], Awaitable[None]]
) -> None:
    """Claim the lease whenever it is free and do the work under it, for ever.

    The work is cancelled when the lease is lost, and begun again with the next claim. It carries
    the lease's epoch as a condition of what it writes; should it notice the loss first, it raises
    ``LostLease``, and after an outage ``Unavailable``. Returns when the work returns.
    """
    while True:
        try:
            lease = await leases.claim(id)
        except Unavailable:
            lease = None
        if lease is None:
            await clock.sleep(_ASK_AGAIN_S)
            continue
        log.debug("lease.claimed", lease=id, epoch=lease.epoch)
        try:
            if await _work_under(leases, clock, lease, work):
                return
        finally:
            await _release(leases, lease)
        await clock.sleep(_ASK_AGAIN_S)


async def _work_under(
    leases: Leases, clock: Clock, lease: Lease, work: Callable[[Lease], Awaitable[None]]
) -> bool:
    """Whether the work came to its end."""
    finished = False
    try:
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(_renew(leases, clock, lease))
            await work(lease)
            finished = True
            renewing.cancel()
    except* (LostLease, Unavailable) as errors:
        log.info("lease.lost", lease=lease.id, reason=str(errors.exceptions[0]))
    return finished


async def _renew(leases: Leases, clock: Clock, lease: Lease) -> None:
    while True:
        await clock.sleep(leases.for_s / 3)
        try:
            lease = await leases.renew(lease)
        except Conflict:
            raise LostLease(f"{lease.id} was taken over") from None
        except Unavailable:
            # It stays ours until its end; what is written meanwhile is fenced by its epoch.
            if clock.now() >= lease.until:
                raise


async def _release(leases: Leases, lease: Lease) -> None:
    try:
        async with asyncio.timeout(_RELEASE_LIMIT_S):
            await leases.release(lease)
    except (Unavailable, TimeoutError):
        log.info("lease.left_to_expire", lease=lease.id)
