"""Commands by which agents say that they want to know what becomes of a conversation."""

from typing import ClassVar

from shared.commands.base import Command


class Follow(Command):
    """The actor, an agent, wants to know of it: what the customer writes, where it stands."""

    kind: ClassVar[str] = "command.follow"


class Unfollow(Command):
    """The actor does not want to know of it any more."""

    kind: ClassVar[str] = "command.unfollow"
