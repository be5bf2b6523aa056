"""Bulk requests: one request over many conversations, and what each was before."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.ids import ConversationId
from shared.model.base import Model, Utc
from shared.model.people import Actor
from shared.ports.store import Document


class BulkKind(StrEnum):
    """What was asked for."""

    ACTIONS = "actions"
    REPLY = "reply"


class BulkLeftOut(Model):
    """A conversation that was not touched, and why."""

    conversation_id: ConversationId
    reason: str
    reason_code: str | None = None


class Bulk(Document):
    """One request over many conversations."""

    kind: BulkKind
    by: Actor
    at: Utc
    conversation_ids: tuple[ConversationId, ...]
    """Those that a command was given for; the outcome of each is found by ``command_id``."""
    left_out: tuple[BulkLeftOut, ...] = ()
    what: dict[str, Any] = Field(default_factory=dict)
    """The request, for whoever looks at it later."""
    undone_at: Utc | None = None
    version: int = 1


class BulkStep(Document):
    """What one conversation was before its piece of a bulk request; ``id`` is the command's."""

    bulk_id: str
    conversation_id: ConversationId
    before: dict[str, Any]
    after: dict[str, Any] = Field(default_factory=dict)
    """As the item left it, its consequences included."""
    undone: bool = False
    at: Utc
