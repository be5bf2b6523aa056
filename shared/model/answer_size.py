"""How long an answer in a chat should be: what a customer reads on one screen of a telephone."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.model.policy import Policy, PolicySpec

_Ids = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=100)]


class AnswerSizeSpec(PolicySpec):
    """What an admin says of it. It is advice to whoever writes, and refuses nothing.

    That which names the channel counts before that of its type, and both before one that names
    nothing.
    """

    channel_ids: _Ids = ()
    channel_types: _Ids = ()
    chars: int | None = Field(default=600, ge=1, le=100_000)
    """None: as many as one likes."""
    lines: int | None = Field(default=12, ge=1, le=10_000)


class AnswerSize(AnswerSizeSpec, Policy):
    """What an admin has decided of it."""

    model_config = ConfigDict(frozen=True, extra="allow")
