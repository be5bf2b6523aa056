"""Commands by which lines of support work for each other."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from shared.commands.base import Command
from shared.ids import TeamId

FactName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FactValue = Annotated[str, StringConstraints(max_length=2000)]
Link = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^https?://\S+$")]


class Escalate(Command):
    """Ask the next line; the conversation stays with its owner."""

    kind: ClassVar[str] = "command.escalate"

    line: str = Field(min_length=1, max_length=100)
    summary: str = Field(max_length=10_000)
    facts: dict[FactName, FactValue] = Field(default_factory=dict, max_length=100)
    """Beside those that the conversation has."""
    links: tuple[Link, ...] = Field(default=(), max_length=20)
    team_id: TeamId | None = None


class TakeTask(Command):
    """Somebody of the line does it."""

    kind: ClassVar[str] = "command.take_task"

    task_id: str


class FinishTask(Command):
    """It is done; the owner is told."""

    kind: ClassVar[str] = "command.finish_task"

    task_id: str
    result: str = Field(max_length=10_000)
