"""Presence: whether an agent is there. Decided by what the agent chose and by live connections."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.ids import AgentId, ConversationId
from shared.model.base import Model, Utc
from shared.ports.store import Document

IDLE: Final = "idle"
"""The reason of whoever is away because nothing was typed or clicked for long."""


class PresenceState(StrEnum):
    """Whether somebody gets conversations."""

    ONLINE = "online"
    AWAY = "away"
    """There, but not for new conversations."""
    OFFLINE = "offline"
    ABSENT = "absent"
    """Gone for longer: what they hold goes to others at once."""


class Presence(Document):
    """What an agent, or a supervisor for them, chose; ``id`` is the agent's."""

    state: PresenceState = PresenceState.ONLINE
    reason: str | None = None
    until: Utc | None = None
    """After that it is as if nothing had been chosen."""
    changed_at: Utc
    version: int = 1


class Attendance(Document):
    """An agent's connections to one process of the inbox; ``id`` is ``"<agent>/<process>"``.

    Each process writes only its own. A process that was killed leaves a row that is over soon.
    """

    agent_id: AgentId
    process: str
    connections: int
    active_at: Utc
    """When the agent last did something."""
    until: Utc
    since: Utc | None = None
    """Since when the agent has been connected to it."""
    viewing: ConversationId | None = None
    """The conversation that is open on the agent's screen."""
    viewing_since: Utc | None = None


class Standing(Model):
    """An agent's presence as it is now."""

    agent_id: AgentId
    state: PresenceState
    reason: str | None = None
    since: Utc | None = None


def standing(
    agent_id: AgentId,
    chosen: Presence | None,
    rows: Iterable[Attendance],
    now: datetime,
    idle_after_s: float,
) -> Standing:
    """Whether the agent is there. Pure."""
    rows = tuple(rows)
    present = [row for row in rows if row.until > now]
    if chosen is not None and chosen.until is not None and chosen.until <= now:
        chosen = None
    if chosen is not None and chosen.state is PresenceState.ABSENT:
        return _as_chosen(agent_id, chosen)
    if not present:
        gone_at = max((row.until for row in rows), default=None)
        return Standing(agent_id=agent_id, state=PresenceState.OFFLINE, since=gone_at)
    if chosen is not None and chosen.state is not PresenceState.ONLINE:
        return _as_chosen(agent_id, chosen)
    active_at = max(row.active_at for row in present)
    idle_at = active_at + timedelta(seconds=idle_after_s)
    if idle_at <= now:
        return Standing(agent_id=agent_id, state=PresenceState.AWAY, reason=IDLE, since=idle_at)
    came_at = [row.since for row in present if row.since is not None]
    since = min(came_at, default=None)
    if since is not None and chosen is not None:
        since = max(since, chosen.changed_at)
    return Standing(agent_id=agent_id, state=PresenceState.ONLINE, since=since)


def _as_chosen(agent_id: AgentId, chosen: Presence) -> Standing:
    return Standing(
        agent_id=agent_id, state=chosen.state, reason=chosen.reason, since=chosen.changed_at
    )
