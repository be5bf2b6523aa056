"""From notifications to pushes that wait. Pure, but for the store in which they are found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.ids import AgentId
from shared.model.notification import Notification
from shared.model.notification_settings import NotificationKind
from shared.model.people import Agent
from shared.model.push import Push, PushDevice

SETTLE: Final = timedelta(seconds=2)
"""What comes within it about one conversation is told as one."""
_HOLDS: Final = timedelta(hours=12)
_HOLDS_SHORTLY: Final = timedelta(hours=4)
"""A customer's message of this morning is no news in the evening."""
_SHORT: Final = frozenset({NotificationKind.MESSAGE, NotificationKind.FOLLOWED})


def queued(
    notifications: Sequence[Notification],
    agents: Mapping[AgentId, Agent],
    devices: Mapping[AgentId, Sequence[PushDevice]],
    waiting: Mapping[str, Push],
    now: datetime,
) -> list[Push]:
    """What is to wait for which device, newer news of a conversation in the place of older ones.

    ``waiting`` is what waits already, by id. Who is not there, sleeps or has muted a device is told
    by the list of the app alone.
    """
    made: dict[str, Push] = {}
    for one in notifications:
        agent = agents.get(one.agent_id)
        if agent is None or not agent.active:
            continue
        if agent.notify.quiet is not None and agent.notify.quiet.hold(now):
            continue
        for device in devices.get(one.agent_id, ()):
            if device.muted:
                continue
            id = f"{device.id}/{one.conversation_id}"
            made[id] = _push(id, device, one, made.get(id) or waiting.get(id), now)
    return list(made.values())


def _push(
    id: str, device: PushDevice, one: Notification, before: Push | None, now: datetime
) -> Push:
    holds = _HOLDS_SHORTLY if one.kind in _SHORT else _HOLDS
    version = before.version + 1 if before is not None else 1
    if before is not None and before.agent_id != one.agent_id:
        before = None  # of who had the device until now
    return Push(
        id=id,
        device_id=device.id,
        agent_id=one.agent_id,
        conversation_id=one.conversation_id,
        notification_id=one.id,
        message_id=one.message_id,
        kind=one.kind,
        title=one.title,
        text=one.text,
        details=one.details,
        by=one.by.name if one.by is not None else None,
        count=before.count + 1 if before is not None else 1,
        at=one.at,
        # A stream of messages must not put off the first one for ever.
        due_at=before.due_at if before is not None else now + SETTLE,
        expires_at=one.at + holds,
        attempt=before.attempt if before is not None else 0,
        version=version,
    )
