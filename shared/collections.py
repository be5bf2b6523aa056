"""Every collection of the hub, declared once."""

from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

from shared.contacts.keys import with_keys
from shared.envelope import Envelope
from shared.ids import ChannelType, ExternalId, IdentityId
from shared.model.acknowledgement import Acknowledgement
from shared.model.agent_draft import AgentDraft
from shared.model.answer_size import AnswerSize
from shared.model.bots import BotDuty, Draft
from shared.model.bulk import Bulk, BulkStep
from shared.model.calendar import Calendar
from shared.model.canned_reply import CannedReply, CannedUsage
from shared.model.channel import Channel, ChannelTypeInfo
from shared.model.conversation import Conversation, Thread
from shared.model.delivery import Part
from shared.model.field import FieldDefinition
from shared.model.figures import Figures
from shared.model.line import Line
from shared.model.macro import Macro
from shared.model.merge import ContactKey, ContactMerge, KeptApart
from shared.model.message import Message
from shared.model.notification import Notification
from shared.model.onward import without_code
from shared.model.peak import HourCount, Peak, PeakState
from shared.model.people import Agent, Contact, Identity
from shared.model.presence import Attendance, Presence
from shared.model.priority_score import PriorityScore
from shared.model.push import Push, PushDevice
from shared.model.queueing import AgentLoad, Queueing, QueueState, Reservation
from shared.model.records import (
    ApiToken,
    AuditEntry,
    Bot,
    ChannelHealth,
    ChannelHour,
    Counter,
    Cursor,
    DeadLetter,
    ExternalRef,
    HubSetting,
    Lease,
    LoggedEvent,
    Member,
    NumberSeries,
    Outcome,
    ParkedReceipt,
    SeenEvent,
    Session,
    Start,
    Timer,
    Upload,
    WebhookAttempt,
)
from shared.model.rule import Rule, RuleFiring
from shared.model.saved_view import SavedView, ViewOrder
from shared.model.segment import Segment
from shared.model.skill import Skill
from shared.model.sla import SlaPolicy
from shared.model.task import Task
from shared.model.team import Team
from shared.model.topic import Topic
from shared.model.verification import Verification
from shared.ports.store import Collection, Index
from shared.search_terms import FIELD_BREAK


def identity_id(channel_type: ChannelType, external_id: ExternalId) -> IdentityId:
    """The id of an identity: the same person on the same platform is the same document."""
    digest = blake2b(f"{channel_type}\n{external_id}".encode(), digest_size=16).hexdigest()
    return IdentityId(f"i{digest}")


def thread_id(channel_id: str, thread: str) -> str:
    """The id of a thread."""
    return f"{channel_id}\n{thread}"


def _message_text(message: Message) -> str:
    names = [attachment.name or "" for attachment in message.content.attachments]
    subject = message.content.email.subject if message.content.email else None
    return FIELD_BREAK.join([message.content.text, subject or "", *names])


def _conversation_text(conversation: Conversation) -> str:
    return FIELD_BREAK.join([conversation.title or "", conversation.contact_name or ""])


def _envelope_as_text(logged: dict[str, Any]) -> dict[str, Any]:
    """Version 1 held the envelope as an object."""
    return {**logged, "envelope": Envelope.model_validate(logged["envelope"]).text()}


CONVERSATIONS: Final = Collection(
    "conversations",
    Conversation,
    indexes=(
        Index(("status", "last_activity_at")),
        Index(("status", "assignee_id", "last_activity_at")),
        Index(("status", "channel_id", "last_activity_at")),
        Index(("status", "team_id", "last_activity_at")),
        Index(("status", "assignee_id", "channel_id", "last_activity_at")),
        Index(("status", "assignee_id", "bot_id", "created_at")),
        Index(("labels", "status", "last_activity_at"), many="labels"),
        Index(("followers", "status", "last_activity_at"), many="followers"),
        Index(("status", "topic", "last_activity_at")),
        Index(("status", "channel_id", "topic", "last_activity_at")),
        Index(("status", "assignee_id", "topic", "last_activity_at")),
        Index(("status", "language", "last_activity_at")),
        Index(("status", "due_at")),
        Index(("number",), unique=True),
        Index(("identity_id", "last_activity_at")),
        Index(("channel_id", "thread", "created_at")),
    ),
    text=_conversation_text,
    text_fields=("title", "contact_name"),
    version=2,
    migrations={1: without_code},
)
MESSAGES: Final = Collection(
    "messages",
    Message,
    indexes=(
        Index(("conversation_id", "seq"), unique=True),
        Index(("conversation_id", "sort")),
        Index(("conversation_id", "at")),
    ),
    text=_message_text,
    text_fields=("content",),
)
THREADS: Final = Collection("threads", Thread)
IDENTITIES: Final = Collection(
    "identities",
    Identity,
    indexes=(
        Index(("contact_id", "created_at")),
        Index(("keys", "created_at"), many="keys"),
    ),
    version=2,
    migrations={1: with_keys},
)
CONTACTS: Final = Collection(
    "contacts", Contact, text=lambda contact: contact.name or "", text_fields=("name",)
)
CONTACT_KEYS: Final = Collection("contact_keys", ContactKey)
CONTACT_MERGES: Final = Collection(
    "contact_merges",
    ContactMerge,
    indexes=(Index(("into_id", "at")), Index(("from_id", "at"))),
)
KEPT_APART: Final = Collection("kept_apart", KeptApart)
AGENTS: Final = Collection(
    "agents",
    Agent,
    indexes=(
        Index(("email",), unique=True),
        Index(("team_ids", "created_at"), many="team_ids"),
    ),
)
NOTIFICATIONS: Final = Collection(
    "notifications",
    Notification,
    indexes=(
        Index(("agent_id", "at")),
        Index(("agent_id", "at"), where=("unread", True)),
        Index(("agent_id", "conversation_id", "at"), where=("unread", True)),
        Index(("message_id", "at")),
    ),
    keep_for=timedelta(days=60),
    expires_from="at",
)
CHANNELS: Final = Collection("channels", Channel, indexes=(Index(("state", "created_at")),))
CHANNEL_TYPES: Final = Collection("channel_types", ChannelTypeInfo)
CHANNEL_HEALTH: Final = Collection("channel_health", ChannelHealth)
CHANNEL_HOURS: Final = Collection(
    "channel_hours",
    ChannelHour,
    indexes=(Index(("channel_id", "hour")),),
    keep_for=timedelta(days=30),
    expires_from="hour",
)
PARTS: Final = Collection(
    "parts",
    Part,
    indexes=(
        Index(("channel_id", "order"), where=("open", True)),
        Index(("channel_id", "thread", "order"), where=("open", True)),
        Index(("channel_id", "changed_at"), where=("unreported", True)),
        Index(("message_id", "index")),
        Index(("open", "due_at"), where=("scheduled", True)),
        Index(("conversation_id", "open", "due_at"), where=("scheduled", True)),
    ),
)
EVENT_LOG: Final = Collection(
    "event_log",
    LoggedEvent,
    indexes=(Index(("partition", "seq"), unique=True),),
    keep_for=timedelta(days=7),
    expires_from="at",
    version=2,
    migrations={1: _envelope_as_text},
)
SEEN_EVENTS: Final = Collection(
    "seen_events", SeenEvent, keep_for=timedelta(days=30), expires_from="at"
)
EXTERNAL_REFS: Final = Collection("external_refs", ExternalRef)
PARKED_RECEIPTS: Final = Collection(
    "parked_receipts",
    ParkedReceipt,
    indexes=(Index(("ref_id", "at")),),
    keep_for=timedelta(days=30),
    expires_from="at",
)
OUTCOMES: Final = Collection("outcomes", Outcome, keep_for=timedelta(days=7), expires_from="at")
STARTS: Final = Collection("starts", Start, keep_for=timedelta(days=7), expires_from="at")
AUDIT: Final = Collection(
    "audit",
    AuditEntry,
    indexes=(Index(("at",)), Index(("conversation_id", "at")), Index(("actor.id", "at"))),
)
TASKS: Final = Collection(
    "tasks",
    Task,
    indexes=(
        Index(("state", "created_at")),
        Index(("state", "line", "created_at")),
        Index(("state", "assignee_id", "created_at")),
        Index(("conversation_id", "created_at")),
    ),
)
TIMERS: Final = Collection("timers", Timer, indexes=(Index(("due_at",)),))
COUNTERS: Final = Collection("counters", Counter, indexes=(Index(("key",)),))
NUMBER_SERIES: Final = Collection("number_series", NumberSeries)
DEAD_LETTERS: Final = Collection(
    "dead_letters",
    DeadLetter,
    indexes=(Index(("state", "at")), Index(("at",)), Index(("asked_at",))),
)
LEASES: Final = Collection("leases", Lease)
MEMBERS: Final = Collection(
    "members",
    Member,
    indexes=(Index(("service", "until")),),
    keep_for=timedelta(hours=1),
    expires_from="until",
)
CURSORS: Final = Collection("cursors", Cursor)
SESSIONS: Final = Collection(
    "sessions",
    Session,
    indexes=(Index(("agent_id",)),),
    keep_for=timedelta(0),
    expires_from="until",
)
TOKENS: Final = Collection("tokens", ApiToken)
BOTS: Final = Collection("bots", Bot)
BOT_DUTIES: Final = Collection("bot_duties", BotDuty)
DRAFTS: Final = Collection("drafts", Draft)
PUSH_DEVICES: Final = Collection(
    "push_devices", PushDevice, indexes=(Index(("agent_id", "created_at")),)
)
PUSHES: Final = Collection(
    "pushes",
    Push,
    indexes=(Index(("due_at",)), Index(("device_id",))),
    keep_for=timedelta(hours=1),
    expires_from="expires_at",
)
AGENT_DRAFTS: Final = Collection(
    "agent_drafts",
    AgentDraft,
    indexes=(
        Index(("conversation_id", "updated_at"), where=("written", True)),
        Index(("agent_id", "updated_at"), where=("written", True)),
    ),
    keep_for=timedelta(days=7),
    expires_from="emptied_at",
)
SETTINGS: Final = Collection("settings", HubSetting)
FIGURES: Final = Collection(
    "figures",
    Figures,
    indexes=(
        Index(("grain", "start")),
        Index(("grain", "dimension", "start")),
        Index(("grain", "dimension", "value", "start")),
    ),
)
TOPICS: Final = Collection("topics", Topic)
TEAMS: Final = Collection("teams", Team)
LINES: Final = Collection("lines", Line)
SKILLS: Final = Collection("skills", Skill)
ANSWER_SIZES: Final = Collection("answer_sizes", AnswerSize)
QUEUEING: Final = Collection("queueing", Queueing)
PRESENCE: Final = Collection("presence", Presence)
ATTENDANCE: Final = Collection(
    "attendance",
    Attendance,
    indexes=(Index(("agent_id",)),),
    keep_for=timedelta(hours=1),
    expires_from="until",
)
AGENT_LOADS: Final = Collection("agent_loads", AgentLoad)
RESERVATIONS: Final = Collection("reservations", Reservation)
QUEUES: Final = Collection("queues", QueueState)
CALENDARS: Final = Collection("calendars", Calendar)
SLA_POLICIES: Final = Collection("sla_policies", SlaPolicy)
ACKNOWLEDGEMENTS: Final = Collection("acknowledgements", Acknowledgement)
SEGMENTS: Final = Collection("segments", Segment)
RULES: Final = Collection("rules", Rule)
RULE_FIRINGS: Final = Collection(
    "rule_firings",
    RuleFiring,
    indexes=(Index(("at",)), Index(("rule_id", "at")), Index(("conversation_id", "at"))),
    keep_for=timedelta(days=30),
    expires_from="at",
)
MACROS: Final = Collection("macros", Macro)
CANNED_REPLIES: Final = Collection("canned_replies", CannedReply)
CANNED_USAGE: Final = Collection("canned_usage", CannedUsage)
FIELDS: Final = Collection("fields", FieldDefinition)
PRIORITY_SCORES: Final = Collection("priority_scores", PriorityScore)
PEAKS: Final = Collection("peaks", Peak)
PEAK_STATE: Final = Collection("peak_state", PeakState)
HOUR_COUNTS: Final = Collection(
    "hour_counts",
    HourCount,
    indexes=(Index(("hour",)),),
    keep_for=timedelta(days=35),
    expires_from="hour",
)
BULKS: Final = Collection(
    "bulks", Bulk, indexes=(Index(("at",)),), keep_for=timedelta(days=7), expires_from="at"
)
BULK_STEPS: Final = Collection(
    "bulk_steps", BulkStep, keep_for=timedelta(days=7), expires_from="at"
)
SAVED_VIEWS: Final = Collection(
    "saved_views",
    SavedView,
    indexes=(Index(("owner_id", "created_at")), Index(("team_id", "created_at"))),
)
VIEW_ORDERS: Final = Collection("view_orders", ViewOrder)
VERIFICATIONS: Final = Collection(
    "verifications",
    Verification,
    indexes=(Index(("conversation_id", "at")),),
    keep_for=timedelta(days=7),
    expires_from="at",
)
UPLOADS: Final = Collection("uploads", Upload, keep_for=timedelta(days=2), expires_from="at")
WEBHOOK_ATTEMPTS: Final = Collection(
    "webhook_attempts",
    WebhookAttempt,
    indexes=(Index(("target", "at")),),
    keep_for=timedelta(days=7),
    expires_from="at",
)

ALL_COLLECTIONS: Final[tuple[Collection[Any], ...]] = (
    CONVERSATIONS,
    MESSAGES,
    THREADS,
    IDENTITIES,
    CONTACTS,
    CONTACT_KEYS,
    CONTACT_MERGES,
    KEPT_APART,
    AGENTS,
    NOTIFICATIONS,
    PUSH_DEVICES,
    PUSHES,
    CHANNELS,
    CHANNEL_TYPES,
    CHANNEL_HEALTH,
    CHANNEL_HOURS,
    PARTS,
    EVENT_LOG,
    SEEN_EVENTS,
    EXTERNAL_REFS,
    PARKED_RECEIPTS,
    OUTCOMES,
    STARTS,
    AUDIT,
    TASKS,
    TIMERS,
    COUNTERS,
    NUMBER_SERIES,
    DEAD_LETTERS,
    LEASES,
    MEMBERS,
    CURSORS,
    SESSIONS,
    TOKENS,
    BOTS,
    BOT_DUTIES,
    DRAFTS,
    AGENT_DRAFTS,
    SETTINGS,
    FIGURES,
    TOPICS,
    TEAMS,
    LINES,
    SKILLS,
    ANSWER_SIZES,
    QUEUEING,
    PRESENCE,
    ATTENDANCE,
    AGENT_LOADS,
    RESERVATIONS,
    QUEUES,
    CALENDARS,
    SLA_POLICIES,
    ACKNOWLEDGEMENTS,
    SEGMENTS,
    RULES,
    RULE_FIRINGS,
    MACROS,
    CANNED_REPLIES,
    CANNED_USAGE,
    FIELDS,
    PRIORITY_SCORES,
    PEAKS,
    PEAK_STATE,
    HOUR_COUNTS,
    BULKS,
    BULK_STEPS,
    SAVED_VIEWS,
    VIEW_ORDERS,
    VERIFICATIONS,
    UPLOADS,
    WEBHOOK_ATTEMPTS,
)
