"""Lines: L1 meets the customer first, those behind it know more. Their order is their position."""

from typing import Final

from pydantic import ConfigDict, Field

from shared.model.policy import Policy, PolicySpec

MANY_LINES: Final = 5
"""More lines than that pass customers on more than they help them."""


class LineSpec(PolicySpec):
    """What an admin says of a line."""

    names: dict[str, str] = Field(default_factory=dict)
    """By language, where it is called otherwise there."""
    handle_s: float = Field(default=600.0, gt=0)
    """How long a case takes an agent of the line, until enough were measured."""
    overflow_wait_s: float | None = Field(default=None, gt=0)
    """Above this expected wait, those of ``overflow_line`` answer the line's conversations too."""
    overflow_line: str | None = Field(default=None, max_length=100)


class Line(LineSpec, Policy):
    """A line."""

    model_config = ConfigDict(frozen=True, extra="allow")
