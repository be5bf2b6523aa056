"""Who: contacts and their identities, agents, and the actor of a command or message."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.ids import ChannelType, ContactId, ExternalId, IdentityId, TeamId
from shared.model.base import Model, Utc
from shared.model.notification_settings import NotificationSettings
from shared.model.queueing import Duties
from shared.ports.store import Document


class ActorKind(StrEnum):
    """Who did it."""

    CONTACT = "contact"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"
    PLATFORM = "platform"
    """Somebody in the platform's own app: the owner of the account, another administrator."""


class Actor(Model):
    """Who did something; kept with every message, command and audit entry."""

    kind: ActorKind
    id: str | None = None
    name: str | None = None


RULE_ACTOR: Final = "rule/"
"""What the id of a rule begins with, where it acts."""


def is_hub(actor: Actor) -> bool:
    """The hub itself, or one of its rules: no person, no bot, no program with a token of its own.
    What it says is no answer to a customer."""
    if actor.kind is not ActorKind.SYSTEM:
        return False
    return actor.id is None or actor.id.startswith(RULE_ACTOR)


class IdentifierKind(StrEnum):
    """What kind of address a value is."""

    PLATFORM_ID = "platform_id"
    USERNAME = "username"
    PHONE = "phone"
    EMAIL = "email"
    BUSINESS_USER = "bsuid"
    VISITOR = "visitor"


class Identifier(Model):
    """One address; any may be missing or change."""

    kind: IdentifierKind
    value: str
    verified: bool = False
    """The platform or a signature vouches for it."""


class Participant(Model):
    """Somebody on the platform: the author of a message, a member of a group."""

    external_id: ExternalId
    """The identity's key on the channel type."""
    aliases: tuple[ExternalId, ...] = ()
    """Other keys of the same person: identities under them belong to the same contact."""
    name: str | None = None
    username: str | None = None
    language: str | None = None
    is_bot: bool = False
    is_anonymous: bool = False
    """Writes in the name of a chat or community."""
    identifiers: tuple[Identifier, ...] = ()
    time_zone: str | None = None
    """As the person's device says: ``Europe/Berlin``."""
    avatar_native: dict[str, str] = Field(default_factory=dict)


class Block(Model):
    """Why nobody is called for what a contact writes, and until when."""

    reason: str
    until: Utc | None = None
    """None: until somebody ends it."""
    by: Actor
    at: Utc

    def holds(self, now: datetime) -> bool:
        """Whether it is not over."""
        return self.until is None or now < self.until


class Vouch(Model):
    """Somebody is certain who the contact is."""

    by: Actor
    reason: str = ""
    at: Utc


class Identity(Document):
    """A contact's address on a channel type; ``contact_id`` is the only pointer to the contact.

    Its id is ``"<channel type>:<external id>"`` hashed by ``identity_id``.
    """

    id: IdentityId
    channel_type: ChannelType
    external_id: ExternalId
    contact_id: ContactId
    name: str | None = None
    username: str | None = None
    language: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    keys: tuple[str, ...] = ()
    """What its addresses are compared by, see ``shared.contacts.keys``."""
    time_zone: str | None = None
    block: Block | None = None
    """The contact's, kept here for whoever takes in messages."""
    reachable: bool = True
    unreachable_reason: str | None = None
    heard_at: Utc | None = None
    """When a message first came from it; None: it was only told or typed."""
    created_at: Utc
    updated_at: Utc
    version: int = 1


class Contact(Document):
    """A person."""

    id: ContactId
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    """Where it was told; see ``shared.contacts.places`` for what is concluded otherwise."""
    labels: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    """Those that were set by hand, by the ids of their documents; others follow from rules."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """What is known of the person, by the name of the field: ``company``, ``contract``."""
    notes: str | None = None
    vouched: Vouch | None = None
    block: Block | None = None
    merged_into: ContactId | None = None
    """The contact to which its identities have gone."""
    created_at: Utc
    updated_at: Utc
    version: int = 1


class Role(StrEnum):
    """What somebody may do, see ``inbox/permissions.py``."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    BOT = "bot"


class Agent(Document):
    """Somebody who answers. The password hash never leaves the store."""

    email: str
    name: str
    role: Role = Role.AGENT
    password_hash: str | None = Field(default=None, repr=False)
    team_ids: tuple[TeamId, ...] = ()
    duties: Duties = Duties()
    language: str | None = None
    theme: str | None = None
    notify: NotificationSettings = NotificationSettings()
    """What the agent wants to be told, and how."""
    active: bool = True
    created_at: Utc
    version: int = 1
