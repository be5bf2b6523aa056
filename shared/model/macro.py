"""Macros: several actions by one click, in one commit."""

from pydantic import ConfigDict, Field

from shared.model.action import Actions
from shared.model.policy import Policy, PolicySpec


class MacroSpec(PolicySpec):
    """What an admin says of a macro."""

    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there."""
    actions: Actions


class Macro(MacroSpec, Policy):
    """A macro."""

    model_config = ConfigDict(frozen=True, extra="allow")
