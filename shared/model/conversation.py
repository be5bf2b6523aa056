"""Conversations: one case in one thread."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.ids import (
    AgentId,
    ChannelId,
    ChannelType,
    ContactId,
    ConversationId,
    ExternalId,
    IdentityId,
    MessageId,
    TeamId,
)
from shared.model.base import Model, Utc
from shared.model.bots import BotStanding
from shared.model.content import Entry
from shared.model.deadlines import CustomerPresence, Deadlines
from shared.model.delivery import Delivery
from shared.model.figures import NO_ANSWERS, Answers
from shared.model.message import Direction
from shared.model.queueing import Assignment
from shared.model.ruled import Ruled
from shared.model.task import NEVER_ESCALATED, Awaited, Escalation
from shared.ports.store import Document


class Status(StrEnum):
    """Where a case stands. A thread has at most one that is not resolved."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class PendingFor(StrEnum):
    """Whom a pending conversation waits for."""

    CUSTOMER = "customer"
    COLLEAGUE = "colleague"
    THIRD_PARTY = "third_party"


class Priority(StrEnum):
    """How soon it wants an answer."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Preview(Model):
    """The last message, as the list shows it."""

    text: str
    """Plain and short; for a file its kind stands in ``kind``."""
    kind: str = "text"
    direction: Direction
    author_name: str | None = None
    at: Utc
    delivery: Delivery | None = None


class Conversation(Document):
    """One case in one thread, with what the list shows."""

    id: ConversationId
    number: int | None = None
    """What people call it by, unique in the hub; None where it was opened before there were
    numbers."""
    channel_id: ChannelId
    channel_type: ChannelType
    thread: ExternalId
    """The place on the platform where messages go."""
    thread_kind: Literal["private", "group", "channel", "email", "topic"] = "private"
    title: str | None = None
    """Of a group or the subject of a mail; otherwise the contact's name is shown."""
    contact_id: ContactId
    identity_id: IdentityId
    contact_name: str | None = None
    status: Status = Status.OPEN
    pending_for: PendingFor | None = None
    awaited: Awaited | None = None
    """Of a pending one: the colleague who is asked."""
    escalation: Escalation = NEVER_ESCALATED
    snoozed_until: Utc | None = None
    assignee_id: AgentId | None = None
    assignee_name: str | None = None
    team_id: TeamId | None = None
    line: str | None = None
    followers: tuple[AgentId, ...] = ()
    """Agents who want to know what becomes of it, whoever holds it."""
    bot_id: str | None = None
    """The bot that holds it."""
    bots: BotStanding | None = None
    """How bots stand to it; None: none ever held it."""
    drafted_at: Utc | None = None
    """Since when a suggested answer lies here for whoever holds it."""
    priority: Priority = Priority.NORMAL
    labels: tuple[str, ...] = ()
    topic: str | None = None
    skills: tuple[str, ...] = ()
    """What whoever answers must be able to: ``refunds``, ``repairs``."""
    language: str | None = None
    """In which the customer writes, as a BCP 47 tag: ``ru``, ``en``."""
    segments: tuple[str, ...] = ()
    """Of the contact, such as ``vip``: as they were when something last happened."""
    verified: bool = False
    """It is certain who the contact is: a signature or an agent vouches for it."""
    fields: dict[str, str] = Field(default_factory=dict)
    """What is known of the case beside its messages, by the name of the field."""
    assigned_at: Utc | None = None
    """Since when its assignee holds it."""
    answers: Answers = NO_ANSWERS
    assignment: Assignment = Assignment()
    unread: int = 0
    """Inbound messages since an agent last read it."""
    preview: Preview | None = None
    messages: int = 0
    """How many there are; the next message's ``seq``."""
    last_place: str | None = None
    """The highest place in the platform's own order so far."""
    out_order: int = 0
    """How many parts were made; the next part's ``order``."""
    waiting_since: Utc | None = None
    """The oldest customer message that nobody has answered."""
    due_at: Utc | None = None
    """The earliest of its open deadlines: when somebody must have answered, called back or closed
    it at the latest."""
    deadlines: Deadlines | None = None
    """How it stands to each of them."""
    presence: CustomerPresence | None = None
    """Whether the customer is there to read an answer, where the channel tells."""
    last_inbound_at: Utc | None = None
    answered_at: Utc | None = None
    """When we last wrote to the customer, programs and rules included, acknowledgements not; None
    once the customer has written since."""
    last_activity_at: Utc
    reply_until: Utc | None = None
    """The end of the reply window, where the platform has one."""
    reachable: bool = True
    unreachable_reason: str | None = None
    entry: Entry | None = None
    listed: MessageId | None = None
    """Our last message whose buttons went as a numbered list: an answer with a number may be the
    press. Other messages may have followed it."""
    context: dict[str, str] = Field(default_factory=dict)
    """What the connector needs to address the thread."""
    merged_into: ConversationId | None = None
    """The conversation in which the case goes on; the thread stays this one's."""
    joined: tuple[ConversationId, ...] = ()
    """Those whose cases go on in this one."""
    continued_from: ConversationId | None = None
    """The conversation, mostly of another channel, that an agent went on with here."""
    continued_in: tuple[ConversationId, ...] = ()
    """Where agents went on with this one."""
    ruled: Ruled = Ruled()
    created_at: Utc
    resolved_at: Utc | None = None
    version: int = 1


def waits(conversation: Conversation) -> bool:
    """Whether it stands in the queue: open, and neither a person nor a bot has it."""
    return (
        conversation.status is Status.OPEN
        and conversation.assignee_id is None
        and conversation.bot_id is None
        and conversation.merged_into is None
    )


class Thread(Document):
    """A place on a platform and the conversation that stands in it.

    ``id`` is ``"<channel id>\\n<thread>"``; an alias (the platform renamed it) points to another
    thread by ``alias_of``.
    """

    channel_id: ChannelId
    thread: ExternalId
    alias_of: str | None = None
    slot_key: str
    """The partition key under which it was first seen; its slot never changes."""
    conversation_id: ConversationId | None = None
    """The latest conversation."""
    secrets: dict[str, str] = Field(default_factory=dict)
    """As connectors told them: codes that let whoever has them in as the customer."""
    has_parked: bool = False
    """Receipts have come for messages of it that we did not know yet, and were parked."""
    version: int = 1
