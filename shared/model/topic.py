"""Topics: what conversations are about. They form a tree, and reports count by them."""

from pydantic import ConfigDict, Field

from shared.model.policy import Policy, PolicySpec


class TopicSpec(PolicySpec):
    """What an admin says of a topic."""

    parent_id: str | None = Field(default=None, max_length=100)
    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there: ``{"ru": "Техника"}``."""


class Topic(TopicSpec, Policy):
    """A topic."""

    model_config = ConfigDict(frozen=True, extra="allow")
