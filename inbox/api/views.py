"""Documents as the API shows them, where something must be hidden."""

from typing import Any, Self

from pydantic import BaseModel

from inbox.channel_settings import shown
from inbox.traffic import ChannelTraffic
from shared.ids import ChannelId, ChannelType, TeamId
from shared.model.base import Utc
from shared.model.channel import Channel, ChannelState, ChannelTypeInfo
from shared.model.people import Agent, Role
from shared.model.queueing import Duties
from shared.model.records import ChannelHealth


class AgentView(BaseModel):
    """An agent, without the password."""

    id: str
    email: str
    name: str
    role: Role
    team_ids: tuple[TeamId, ...]
    duties: Duties
    language: str | None
    theme: str | None
    active: bool

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """What may be shown of the document."""
        return cls(**{name: getattr(agent, name) for name in cls.model_fields})


class ChannelView(BaseModel):
    """A channel, without its secrets; its settings only for admins."""

    id: ChannelId
    type: ChannelType
    name: str
    state: ChannelState
    reason: str | None
    settings: dict[str, Any] | None
    """Of a secret only ``{"set": true}``."""
    simulated: bool
    account: str | None
    created_at: Utc
    health: ChannelHealth | None
    traffic: ChannelTraffic

    @classmethod
    def of(
        cls,
        channel: Channel,
        info: ChannelTypeInfo | None,
        health: ChannelHealth | None,
        traffic: ChannelTraffic,
        *,
        for_admin: bool,
        secrets: frozenset[str] = frozenset(),
    ) -> Self:
        """What may be shown of the document."""
        settings = shown(info, channel.settings, secrets) if for_admin else None
        return cls(
            id=channel.id,
            type=channel.type,
            name=channel.name,
            state=channel.state,
            reason=channel.reason,
            settings=settings,
            simulated=channel.simulated,
            account=channel.account,
            created_at=channel.created_at,
            health=health,
            traffic=traffic,
        )
