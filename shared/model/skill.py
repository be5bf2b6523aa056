"""Skills: what whoever answers must be able to, each in levels from 1 to 5."""

from typing import Final

from pydantic import ConfigDict, Field

from shared.model.policy import Policy, PolicySpec

BEST_LEVEL: Final = 5
_MARK: Final = ":"


class SkillSpec(PolicySpec):
    """What an admin says of a skill."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    """The word by which agents have it and conversations need it: ``refunds``."""
    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there."""


class Skill(SkillSpec, Policy):
    """A skill."""

    model_config = ConfigDict(frozen=True, extra="allow")


def needed_level(need: str) -> tuple[str, int]:
    """The skill and level of what a conversation needs: ``refunds`` is level 1, ``refunds:3`` is 3.

    What is no number behind the colon counts as 1: nobody waits for ever because of a slip.
    """
    key, _, level = need.partition(_MARK)
    return key, int(level) if level.isdecimal() else 1
