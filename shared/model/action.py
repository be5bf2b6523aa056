"""What rules, macros and bulk requests do: a closed set, told apart by ``type``."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared.ids import AgentId, TeamId
from shared.model.base import Strict
from shared.model.conversation import PendingFor, Priority

Label = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=50, pattern=r"^[^/\x00-\x1f]+$"
    ),
]
_Labels = Annotated[tuple[Label, ...], Field(min_length=1, max_length=20)]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"\S")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class PutPriority(Strict):
    """How soon it wants an answer."""

    type: Literal["priority"] = "priority"
    priority: Priority


class PutTopic(Strict):
    """What it is about; null: nothing known."""

    type: Literal["topic"] = "topic"
    topic: str | None = Field(max_length=100)


class AddLabels(Strict):
    """Labels that it gets."""

    type: Literal["add_labels"] = "add_labels"
    labels: _Labels


class RemoveLabels(Strict):
    """Labels that it loses."""

    type: Literal["remove_labels"] = "remove_labels"
    labels: _Labels


class PutField(Strict):
    """A custom field's value; null empties it."""

    type: Literal["field"] = "field"
    name: FieldName
    value: str | None = Field(max_length=2000)


class PutSkills(Strict):
    """What whoever answers must be able to, beside what is asked for already."""

    type: Literal["skills"] = "skills"
    skills: _Labels


class PutLine(Strict):
    """The line that it is with."""

    type: Literal["line"] = "line"
    line: Annotated[str, Field(min_length=1, max_length=100)]


class GiveToAgent(Strict):
    """The agent who gets it; ``me`` in a macro is whoever runs it."""

    type: Literal["assign"] = "assign"
    agent_id: AgentId = Field(min_length=1, max_length=100)


class GiveToTeam(Strict):
    """The team that gets it; null: back to the queue."""

    type: Literal["team"] = "team"
    team_id: TeamId | None = Field(max_length=100)


class WriteNote(Strict):
    """A note to the colleagues, with variables."""

    type: Literal["note"] = "note"
    text: _Text


class WriteReply(Strict):
    """An answer to the customer, with variables."""

    type: Literal["reply"] = "reply"
    text: _Text


class SendCanned(Strict):
    """A canned reply as the answer."""

    type: Literal["canned_reply"] = "canned_reply"
    canned_reply_id: str = Field(min_length=1, max_length=100)
    values: dict[str, Annotated[str, Field(max_length=5000)]] = Field(
        default_factory=dict, max_length=50
    )


class AskProof(Strict):
    """A one-time link by which the customer proves who they are."""

    type: Literal["verify"] = "verify"


class DoResolve(Strict):
    """The case is done."""

    type: Literal["resolve"] = "resolve"


class DoReopen(Strict):
    """The case is open."""

    type: Literal["reopen"] = "reopen"


class DoSnooze(Strict):
    """Out of sight for some time."""

    type: Literal["snooze"] = "snooze"
    for_s: int = Field(ge=60, le=366 * 86_400)


class DoPend(Strict):
    """The case waits for somebody."""

    type: Literal["pend"] = "pend"
    waits_for: PendingFor


Action = Annotated[
    PutPriority
    | PutTopic
    | AddLabels
    | RemoveLabels
    | PutField
    | PutSkills
    | PutLine
    | GiveToAgent
    | GiveToTeam
    | WriteNote
    | WriteReply
    | SendCanned
    | AskProof
    | DoResolve
    | DoReopen
    | DoSnooze
    | DoPend,
    Field(discriminator="type"),
]
Actions = Annotated[tuple[Action, ...], Field(min_length=1, max_length=20)]
TO_CUSTOMER: Final = (WriteReply, SendCanned, AskProof)
"""What the customer gets."""
WRITES: Final = (WriteNote, *TO_CUSTOMER)
ME = AgentId("me")
"""In a macro: whoever runs it."""
