"""Web push: the devices to which agents are told, and what waits to be told there."""

from pydantic import Field

from shared.ids import AgentId, ConversationId, MessageId
from shared.model.base import Utc
from shared.model.notification_settings import NotificationKind
from shared.ports.store import Document


class PushDevice(Document):
    """A browser that somebody allowed to show notifications. It goes with the session that it was
    allowed in: whoever is signed out is told nothing."""

    agent_id: AgentId
    session_id: str = Field(repr=False)
    endpoint: str = Field(repr=False)
    """Where the browser's maker takes pushes for it. Whoever has it and the keys can push."""
    p256dh: str = Field(repr=False)
    auth: str = Field(repr=False)
    name: str
    """As its owner tells it from others: ``Firefox, Linux``."""
    language: str = "en"
    muted: bool = False
    created_at: Utc
    pushed_at: Utc | None = None
    """When something last arrived there."""
    failing_since: Utc | None = None
    version: int = 1


class Push(Document):
    """What waits to be told to one device about one conversation; newer news take its place.

    Its id is ``"<device>/<conversation>"``.
    """

    device_id: str
    agent_id: AgentId
    conversation_id: ConversationId | None = None
    """None: a trial, which is told whatever holds."""
    notification_id: str
    message_id: MessageId | None = None
    """Whose text it shows."""
    kind: NotificationKind | None = None
    title: str = ""
    text: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    by: str | None = None
    count: int = 1
    """So many news it stands for."""
    at: Utc
    due_at: Utc
    expires_at: Utc
    attempt: int = 0
    version: int = 1
