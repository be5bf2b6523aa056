"""The queue: how conversations find their agents, and what is kept of that."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from shared.ids import AgentId, CommandId, ConversationId
from shared.model.base import Model, Strict, Utc
from shared.model.policy import Policy, PolicySpec
from shared.ports.store import Document


class OverCapacity(StrEnum):
    """Who may give an agent by hand more than fits."""

    NOBODY = "nobody"
    SUPERVISORS = "supervisors"
    """Those who lead may, for themselves and for others."""
    EVERYBODY = "everybody"


class QueueingSpec(PolicySpec):
    """How the hub assigns. There is one such document."""

    assignment: bool = False
    """Conversations find their agents by themselves. Off: people take them."""
    capacity: int = Field(default=6, ge=1, le=1000)
    """How much fits an agent of whom nothing else is said."""
    weights: dict[str, int] = Field(default_factory=dict)
    """How much of the capacity a conversation takes, by channel type; 1 where nothing is said."""
    over_capacity: OverCapacity = OverCapacity.SUPERVISORS
    only_assignee_replies: bool = False
    """Agents answer only what is theirs or nobody's; supervisors and admins answer everything."""
    sticky: bool = True
    """Whoever last served the contact comes first, if there and free."""
    silent_after_s: float = Field(default=600.0, ge=30)
    """A customer who waits that long for the assignee goes to somebody else."""
    left_after_s: float = Field(default=120.0, ge=5)
    """The same where the assignee is gone or away."""
    passed_for_s: float = Field(default=120.0, ge=0)
    """Whoever gave a conversation back, or left it unanswered, does not get it again for so
    long."""
    tells_place: bool = False
    """Customers who wait are told their place in the queue and how long it takes: in the site chat
    always, elsewhere when they ask."""
    place_texts: dict[str, str] = Field(default_factory=dict, max_length=50)
    """How whoever asks is told, by language, with ``{place}``, ``{wait}`` and ``{number}``; the
    hub's own words (en, ru) where nothing is said."""
    idle_after_s: float = Field(default=900.0, ge=30)
    """Without input for that long an agent is away."""
    rebalance_every_s: float | None = Field(default=None, ge=10)
    """So often conversations that nobody has begun to answer are moved to those with less."""


class Queueing(QueueingSpec, Policy):
    """How the hub assigns."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Duties(Strict):
    """What an agent can and does, as admins say."""

    accepts: bool = True
    """Gets conversations by themselves at all."""
    skills: dict[str, int] = Field(default_factory=dict, max_length=100)
    """Level 1 to 5, by the skill's key."""
    languages: tuple[str, ...] = Field(default=(), max_length=20)
    """``ru``, ``en`` ...; none named: any."""
    lines: dict[str, float] = Field(default_factory=dict, max_length=20)
    """The lines that the agent serves, each with the share of the work there: 1 is a full one. None
    named: every line."""
    teams: dict[str, float] = Field(default_factory=dict, max_length=100)
    """The share of the work in a team, where it is not a full one."""
    capacity: int | None = Field(default=None, ge=1, le=1000)
    """None: as the hub's queueing says."""
    channel_types: tuple[str, ...] = Field(default=(), max_length=50)
    """None named: every type."""


class Assignment(Model):
    """What a conversation keeps of who held it."""

    weight: int = 1
    """How much of its assignee's capacity it takes."""
    last_agent_id: AgentId | None = None
    """Who held it last, the present assignee included."""
    passed_by: tuple[AgentId, ...] = ()
    """Who gave it back or left it unanswered."""
    returned_at: Utc | None = None
    """When it last came back to the queue."""
    cause: str | None = None
    """Why it is where it is: a word of the assigner's or somebody's own words."""
    place_told_at: Utc | None = None
    """When the customer who asked was last told their place in the queue."""


class AgentLoad(Document):
    """How much an agent holds; ``id`` is the agent's. Written in the commit that changes it."""

    weight: int = 0
    conversations: int = 0
    version: int = 1


class Reservation(Document):
    """A place at an agent that is kept while a command to give it is under way.

    ``id`` is the conversation's. Written by the holder of the assigner's lease alone.
    """

    id: ConversationId
    agent_id: AgentId
    weight: int
    command_id: CommandId
    command: dict[str, Any]
    """What was or will be asked of the partition: asking twice does it once."""
    valid_until: Utc
    """After that the router refuses the command."""
    epoch: int


class QueueState(Document):
    """One queue at a moment; ``id`` is ``"<team or ->/<line or ->"``. Kept by the assigner."""

    team_id: str | None = None
    line: str | None = None
    waiting: int = 0
    agents: int = 0
    """Who serve it and are there."""
    handle_s: float = 600.0
    """How long a case is taken to take: on average, or as the line says until enough were
    measured."""
    handled: int = 0
    """How many were measured."""
    average_s: float = 0.0
    """What those took."""
    wait_s: float | None = None
    """What the next one has to wait; None while nobody is there."""
    pace_s: float | None = None
    """So often somebody who serves it is free for the next one: what a case takes, by the agents
    who are there, each by their share; None while nobody is."""
    room: bool = False
    """Somebody who serves it has room now."""
    oldest_at: Utc | None = None
    """Since when the one waits that has waited longest; None while nothing does."""
    overflows: bool = False
    """It waits so long that another team answers too."""
    first: tuple[ConversationId, ...] = ()
    """The next in their order, a hundred at most."""
    at: Utc


class PlaceInLine(Model):
    """Where somebody stands in a queue, and what they have to wait."""

    place: int
    """1 is the next one."""
    wait_s: float | None
    """None while nobody is there."""


def place_in(state: QueueState, conversation_id: str) -> PlaceInLine:
    """Where a conversation that waits stands. One that the queue does not know yet, or that is not
    among its first hundred, stands at its end."""
    known = conversation_id in state.first
    place = state.first.index(ConversationId(conversation_id)) + 1 if known else state.waiting + 1
    if state.pace_s is None:
        return PlaceInLine(place=place, wait_s=None)
    at_once = state.room and not state.waiting
    return PlaceInLine(place=place, wait_s=0.0 if at_once else round(place * state.pace_s, 1))


def queue_id(team_id: str | None, line: str | None) -> str:
    """The id of the queue of a team's line."""
    return f"{team_id or '-'}/{line or '-'}"
