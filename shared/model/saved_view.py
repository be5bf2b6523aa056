"""Saved views: filters of the list of conversations that agents keep under a name."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from shared.ids import TeamId
from shared.model.base import Strict, Utc
from shared.model.conversation import Priority, Status
from shared.ports.store import Document


class View(StrEnum):
    """Lists that everybody has."""

    MINE = "mine"
    FOLLOWING = "following"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class ConversationFilter(Strict):
    """Which conversations. What is left out restricts nothing; without a status it is open."""

    view: View | None = None
    status: Status | None = None
    assignee_id: str | None = Field(
        default=None, max_length=100, description="an id, `me` or `none`"
    )
    follower: str | None = Field(default=None, max_length=100, description="an agent's id, or `me`")
    channel_id: str | None = Field(default=None, max_length=100)
    team_id: str | None = Field(default=None, max_length=100)
    line: str | None = Field(default=None, max_length=100)
    label: str | None = Field(default=None, max_length=50)
    topic: str | None = Field(default=None, max_length=100, description="an id, or `none`")
    priority: Priority | None = None
    language: str | None = Field(
        default=None, max_length=35, description="`ru`, `en` ..., or `none`"
    )
    segment: str | None = Field(default=None, max_length=100)
    waiting_s: int | None = Field(
        default=None, ge=0, le=366 * 86_400,
        description="the customer has waited for an answer so many seconds, or longer",
    )  # fmt: skip


class SavedViewSpec(Strict):
    """What an agent says of a view."""

    name: str = Field(min_length=1, max_length=60, pattern=r"\S")
    filter: ConversationFilter
    team_id: TeamId | None = Field(default=None, max_length=100)
    """The team that has it too; null: its owner alone."""


class SavedView(SavedViewSpec, Document):
    """A view as the hub keeps it. ``me`` in its filter is whoever looks."""

    model_config = ConfigDict(frozen=True, extra="allow")

    owner_id: str
    created_at: Utc
    updated_at: Utc
    version: int = 1


class ViewOrder(Document):
    """In which order an agent sees the saved views; ``id`` is the agent's."""

    ids: tuple[str, ...] = ()
    version: int = 1
