"""Rules: when something happens or some time has passed, if the conditions hold, then act."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.ids import ConversationId
from shared.model.action import Actions
from shared.model.base import Strict, Utc
from shared.model.condition import Conditions
from shared.model.policy import Policy, PolicySpec
from shared.ports.store import Document


class Cause(StrEnum):
    """What may happen to a conversation, as rules name it."""

    CREATED = "created"
    MESSAGE = "message"
    """The customer wrote."""
    REPLY = "reply"
    """A person or program answered, rules not counted."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    PENDING = "pending"
    SNOOZED = "snoozed"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    PRIORITY = "priority"
    TOPIC = "topic"
    LABELS = "labels"
    FIELDS = "fields"
    DEADLINE_WARNED = "deadline_warned"
    DEADLINE_BREACHED = "deadline_breached"


class Since(StrEnum):
    """From when on the time of a rule runs."""

    WAITING = "waiting"
    """The customer waits for an answer."""
    SILENT = "silent"
    """We have answered and the customer has not written since."""
    IDLE = "idle"
    """Nobody has written."""
    CREATED = "created"
    ASSIGNED = "assigned"


class OnEvent(Strict):
    """As soon as one of these happens."""

    type: Literal["event"] = "event"
    causes: Annotated[tuple[Cause, ...], Field(min_length=1, max_length=20)]


class OnTime(Strict):
    """Once so much time has passed; once for each time that it begins to run."""

    type: Literal["time"] = "time"
    since: Since
    for_s: int = Field(ge=60, le=366 * 86_400)


When = Annotated[OnEvent | OnTime, Field(discriminator="type")]


class RuleSpec(PolicySpec):
    """What an admin says of a rule. Rules are asked by ``position``, each seeing what those before
    it have changed."""

    enabled: bool = True
    when: When
    conditions: Conditions = ()
    """All must hold."""
    actions: Actions
    last: bool = False
    """When it fires, the rules behind it are not asked for this."""


class Rule(RuleSpec, Policy):
    """A rule."""

    model_config = ConfigDict(frozen=True, extra="allow")


class RuleFiring(Document):
    """One rule that fired for one conversation, or was stopped there."""

    rule_id: str
    rule_name: str
    conversation_id: ConversationId
    causes: tuple[str, ...]
    """What happened: causes, or ``time``."""
    actions: tuple[str, ...]
    """What was done, by type."""
    refused: tuple[str, ...] = ()
    """What could not be done, and why."""
    stopped: str | None = None
    """``loop``, ``depth`` or ``rate`` where it was not let."""
    depth: int = 0
    """How many rules stand between it and what happened."""
    at: Utc
