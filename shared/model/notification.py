"""Notifications: what an agent is told, because it is meant for them."""

from pydantic import Field

from shared.ids import AgentId, ChannelType, ConversationId, MessageId
from shared.model.base import Utc
from shared.model.notification_settings import Means, NotificationKind
from shared.model.people import Actor
from shared.ports.store import Document


class Notification(Document):
    """One agent is told of one thing. Made by the router in the commit of what it tells of."""

    agent_id: AgentId
    kind: NotificationKind
    conversation_id: ConversationId
    channel_type: ChannelType
    message_id: MessageId | None = None
    """Where in the conversation it stands."""
    title: str
    """Whose conversation it is, or what it is called."""
    text: str = ""
    """The beginning of the message, plain."""
    details: dict[str, str] = Field(default_factory=dict)
    """``status``; ``target``, ``percent`` and ``due_at`` of a deadline; ``line``, the name of the
    system line; ``team`` that was mentioned."""
    by: Actor | None = None
    """Who caused it."""
    means: tuple[Means, ...]
    """How the agent wanted to be told at that time. Without ``app`` it is told and not kept."""
    at: Utc
    unread: bool = True
    read_at: Utc | None = None
