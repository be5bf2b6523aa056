"""Pushes what agents are told to their devices: one process at a time, and after a restart what it
has not sent yet. It follows the event log beside the router, which never waits for it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from aiohttp import ClientSession

from inbox.push.devices import Devices
from inbox.push.due import Due
from inbox.push.keys import PushKey
from inbox.push.pace import Pace
from inbox.push.queueing import queued
from inbox.push.sending import Sent, send
from shared.clock import Clock
from shared.collections import (
    AGENTS,
    ATTENDANCE,
    CONVERSATIONS,
    CURSORS,
    LEASES,
    MESSAGES,
    NOTIFICATIONS,
    PRESENCE,
    PUSH_DEVICES,
    PUSHES,
    SESSIONS,
)
from shared.errors import BadRequest, Conflict, Unavailable
from shared.eventlog import EventLog, Positions, decode_positions, encode_positions
from shared.ids import AgentId
from shared.leases import Leases
from shared.model.notification import Notification
from shared.model.notification_settings import Means, NotificationKind
from shared.model.presence import PresenceState
from shared.model.push import Push, PushDevice
from shared.model.records import Cursor, Lease
from shared.notifying import notifications
from shared.ports.bus import Bus
from shared.ports.store import ABSENT, Change, Delete, Put, Store, Update
from shared.tenure import LostLease, while_held
from shared.webhooks.guard import Guard

log = structlog.get_logger(__name__)

LEASE: Final = "push"
_AT_DESK: Final = timedelta(seconds=90)
"""Who did something in the hub so recently is told there; a browser says it once a minute."""
_AT_DESK_AGAIN: Final = timedelta(seconds=30)
_FIRST_AGAIN_S: Final = 15.0
_LONGEST_AGAIN_S: Final = 1800.0
_FAILING_FOR: Final = timedelta(days=7)
_AFTER_A_BUG: Final = timedelta(hours=1)
_LOOK_FOR_DEVICES_S: Final = 2.0
_ROWS: Final = 200


class Pusher:
    """One per process; ``run`` it. Of all processes, the one with the lease pushes."""

    def __init__(
        self, bus: Bus, store: Store, clock: Clock, key: PushKey, guard: Guard, leases: Leases
    ) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._key = key
        self._guard = guard
        self._leases = leases
        self._devices = Devices(store, clock, guard)
        self._pace = Pace()

    async def run(self) -> None:
        """Push until cancelled."""
        await while_held(self._leases, self._clock, LEASE, self._work)

    async def _work(self, lease: Lease) -> None:
        async with self._guard.session() as http, asyncio.TaskGroup() as group:
            group.create_task(self._follow(lease), name="push/follow")
            due = Due(self._store, self._clock, group, partial(self._try, http))
            group.create_task(due.run(), name="push/due")

    # ------------------------------------------------------------------ what is to be pushed

    async def _follow(self, lease: Lease) -> None:
        events = EventLog(self._store, self._bus)
        positions, kept = await self._positions(events)
        reader = f"push.{self._leases.owner}"
        async with aclosing(
            notifications(events, reader, positions, means=Means.PUSH)
        ) as following:
            async for found, after in following:
                kept = await self._take(lease, found, encode_positions(after), kept)

    async def _positions(self, events: EventLog) -> tuple[Positions, Cursor | None]:
        """Where the last one stopped; at the very first start, once there is a device."""
        kept = await self._store.get(CURSORS, LEASE)
        if kept is not None:
            try:
                return decode_positions(kept.value), kept
            except BadRequest:
                log.warning("push.unreadable_positions")
        nobody: Positions | None = None
        while True:
            heads = await events.heads()
            if await self._devices.are_any():
                return (heads if nobody is None else nobody), kept
            nobody = heads
            await self._clock.sleep(_LOOK_FOR_DEVICES_S)

    async def _take(
        self, lease: Lease, found: Sequence[Notification], value: str, kept: Cursor | None
    ) -> Cursor | None:
        """Let them wait, in one commit with how far was read: so each is taken once."""
        now = self._clock.now()
        if not found and kept is not None and now - kept.at < timedelta(seconds=5):
            return kept
        cursor = Cursor(id=LEASE, value=value, at=now)
        while True:
            waiting = await self._queue(found, now)
            try:
                await self._store.commit(
                    [self._leases.fence(lease), Put(CURSORS, cursor), *waiting]
                )
            except Conflict as conflict:
                if conflict.what.startswith(LEASES.name):
                    raise LostLease("push was taken over") from None
                continue  # one of them was sent meanwhile
            return cursor

    async def _queue(self, found: Sequence[Notification], now: datetime) -> list[Change]:
        if not found:
            return []
        ids = sorted({one.agent_id for one in found})
        known = await self._store.get_many(AGENTS, ids)
        agents = {AgentId(id): agent for id, agent in known.items()}
        devices = {AgentId(id): await self._devices.of(id) for id in ids}
        wanted = [
            f"{device.id}/{one.conversation_id}"
            for one in found
            for device in devices.get(one.agent_id, ())
        ]
        before = await self._store.get_many(PUSHES, wanted) if wanted else {}
        made = queued(found, agents, devices, before, now)
        return [Put(PUSHES, push, expect=_as_found(before, push.id)) for push in made]

    # ----------------------------------------------------------------------- what is due

    async def _try(self, http: ClientSession, push: Push) -> None:
        try:
            await self._deal_with(http, push)
        except Unavailable:
            raise
        except Exception as error:  # one push that we fail at holds up no other
            log.error("push.bug", push=push.id, error=type(error).__name__, exc_info=True)
            await self._later(push, self._clock.now() + _AFTER_A_BUG)

    async def _deal_with(self, http: ClientSession, push: Push) -> None:
        now = self._clock.now()
        device = await self._store.get(PUSH_DEVICES, push.device_id)
        if device is None or not await self._is_signed_in(device, now):
            return await self._devices.drop(push.device_id)
        if push.agent_id != device.agent_id or push.expires_at <= now or device.muted:
            return await self._done(push)
        if await self._is_asleep(push, now) or await self._is_old_news(push):
            return await self._done(push)
        if await self._is_deleted(push):
            if push.count == 1:
                return await self._done(push)
            push = push.model_copy(update={"text": ""})  # it stands for others too
        if push.kind is not None and await self._is_at_desk(push.agent_id, now):
            return await self._later(push, now + _AT_DESK_AGAIN)
        if (free_at := self._pace.take(push, now)) is not None:
            return await self._later(push, free_at)
        sent = await send(http, self._key, device, push, now)
        await self._settle(device, push, sent, now)

    async def _settle(self, device: PushDevice, push: Push, sent: Sent, now: datetime) -> None:
        log.debug("push.tried", device=device.id, fate=sent.fate, attempt=push.attempt + 1)
        if sent.fate == "gone":
            self._pace.forget(device.id)
            return await self._devices.drop(device.id)
        if sent.fate == "sent":
            await self._note(device, {"pushed_at": now, "failing_since": None})
        if sent.fate != "again":
            return await self._done(push)
        if device.failing_since is not None and now - device.failing_since > _FAILING_FOR:
            return await self._devices.drop(device.id)
        if device.failing_since is None:
            await self._note(device, {"failing_since": now})
        again_s = sent.again_in_s or min(_FIRST_AGAIN_S * 2**push.attempt, _LONGEST_AGAIN_S)
        await self._later(push, now + timedelta(seconds=again_s), attempt=push.attempt + 1)

    async def _is_signed_in(self, device: PushDevice, now: datetime) -> bool:
        session = await self._store.get(SESSIONS, device.session_id)
        return session is not None and session.until > now

    async def _is_asleep(self, push: Push, now: datetime) -> bool:
        """Quiet hours have begun while it waited, or the agent has left: the list says it."""
        if push.kind is None:
            return False
        agent = await self._store.get(AGENTS, push.agent_id)
        if agent is None or not agent.active:
            return True
        return agent.notify.quiet is not None and agent.notify.quiet.hold(now)

    async def _is_old_news(self, push: Push) -> bool:
        """It was read meanwhile, on whichever device."""
        if push.conversation_id is None:
            return False
        told = await self._store.get(NOTIFICATIONS, push.notification_id)
        if told is not None and not told.unread:
            return True
        conversation = await self._store.get(CONVERSATIONS, push.conversation_id)
        if push.kind is NotificationKind.UNASSIGNED:
            return conversation is None or conversation.assignee_id is not None
        return told is None and (conversation is None or conversation.unread == 0)

    async def _is_deleted(self, push: Push) -> bool:
        """The message is no more, and its text is for nobody."""
        if push.message_id is None:
            return False
        message = await self._store.get(MESSAGES, push.message_id)
        return message is not None and message.deleted_at is not None

    async def _is_at_desk(self, agent_id: str, now: datetime) -> bool:
        """They are told where they sit; or they are on leave, and told nowhere."""
        chosen = await self._store.get(PRESENCE, agent_id)
        if chosen is not None and chosen.state is PresenceState.ABSENT:
            return chosen.until is None or chosen.until > now
        page = await self._store.find(ATTENDANCE, equal={"agent_id": agent_id}, limit=_ROWS)
        return any(
            row.connections > 0 and row.until > now and now - row.active_at < _AT_DESK
            for row in page.items
        )

    async def _done(self, push: Push) -> None:
        """It waits no more, unless newer news have taken its place: those wait on."""
        try:
            await self._store.commit([Delete(PUSHES, push.id, expect={"version": push.version})])
        except Conflict:
            newer = await self._store.get(PUSHES, push.id)
            if newer is not None and newer.count > push.count:
                rest = newer.count - push.count
                await self._change(newer, {"count": rest, "attempt": 0})

    async def _later(self, push: Push, at: datetime, *, attempt: int | None = None) -> None:
        change = {"due_at": at, "attempt": push.attempt if attempt is None else attempt}
        await self._change(push, change)

    async def _change(self, push: Push, change: Mapping[str, object]) -> None:
        new = {**change, "version": push.version + 1}
        try:
            await self._store.commit(
                [Update(PUSHES, push.id, new, expect={"version": push.version})]
            )
        except Conflict:
            log.debug("push.changed_meanwhile", push=push.id)

    async def _note(self, device: PushDevice, values: Mapping[str, object]) -> None:
        try:
            await self._store.commit([Update(PUSH_DEVICES, device.id, values)])
        except Conflict:
            log.debug("push.device_gone", device=device.id)


def _as_found(before: Mapping[str, Push], id: str) -> Any:
    found = before.get(id)
    return ABSENT if found is None else {"version": found.version}
