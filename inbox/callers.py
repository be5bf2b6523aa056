"""Who calls: an agent by session, or a program by token."""

from dataclasses import dataclass

from inbox.permissions import Permission, may
from shared.model.people import Actor, Agent, Role
from shared.model.records import Session


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody known, and what they may do."""

    actor: Actor
    role: Role
    agent: Agent | None = None
    """None for a program that acts in its own name."""
    session: Session | None = None
    """None for a program."""
    csrf: str | None = None
    """What changing requests of this session carry in their header."""

    @property
    def key(self) -> str:
        """What tells this caller from every other."""
        return self.actor.id or ""

    def may(self, permission: Permission) -> bool:
        """Whether the caller has the permission."""
        return may(self.role, permission)
