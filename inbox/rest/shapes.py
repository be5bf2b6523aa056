"""Shapes that many routes share."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from shared.model.base import Strict

T = TypeVar("T")

OwnId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""The client's own id of a command, such as a UUID: makes a repeat harmless."""


class Items(BaseModel, Generic[T]):
    """One page of a list; ``next`` is the cursor of the following one."""

    items: list[T]
    next: str | None = None


class PageQuery(Strict):
    """Which page of a list."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=200)


class Accepted(BaseModel):
    """The command is stored and will be applied; its outcome comes as ``command.done``."""

    command_id: str
