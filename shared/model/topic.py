"""Topics: what conversations are about. They form a tree, and reports count by them."""

from pydantic import ConfigDict, Field

from shared.ids import AgentId, TeamId
from shared.model.policy import Policy, PolicySpec


class TopicSpec(PolicySpec):
    """What an admin says of a topic."""

    parent_id: str | None = Field(default=None, max_length=100)
    required: tuple[str, ...] = Field(default=(), max_length=30)
    """The fields that a task for the next line needs, beside those of the topics above."""
    responsible_agent_id: AgentId | None = None
    """Who answers for it,"""
    responsible_team_id: TeamId | None = None
    """or which team does."""
    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there: ``{"ru": "Техника"}``."""


class Topic(TopicSpec, Policy):
    """A topic."""

    model_config = ConfigDict(frozen=True, extra="allow")
