"""The rules of the house that a later setting may change."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, Self

from shared.model.channel import ChannelTypeInfo
from shared.policies.book import Book
from shared.policies.shelf import Shelf
from shared.settings import Settings

_FOR_EVER_S: Final = 1000 * 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How conversations are run."""

    reopen_for: timedelta = timedelta(days=7)
    """A customer who writes within this time after the end goes on in the same case; zero: never,
    each time begins a new one."""
    assign_on_reply: bool = True
    """An agent who answers a conversation that nobody holds gets it."""
    echo_wait: timedelta = timedelta(seconds=60)
    """How long an unexplained echo waits for the send that may explain it."""
    deadline: timedelta = timedelta(days=1)
    """After that a part fails, where the channel type says nothing else."""
    owner_writes: Literal["escalated", "always", "never"] = "escalated"
    """When only the agent who holds a conversation writes to its customer."""
    public_url: str | None = None
    """How customers reach this hub from outside."""
    shelf: Shelf = field(default_factory=Shelf)
    """Where the present book of what admins decide stands."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """From the hub's settings."""
        for_s = settings.reopen_for_s
        return cls(
            reopen_for=timedelta.max if for_s > _FOR_EVER_S else timedelta(seconds=for_s),
            owner_writes=settings.owner_writes,
            public_url=settings.public_url,
        )

    @property
    def book(self) -> Book:
        """What admins have decided, as it stands now."""
        return self.shelf.book

    def deadline_for(self, info: ChannelTypeInfo | None) -> timedelta:
        """How long parts of a channel type may take."""
        return timedelta(seconds=info.capabilities.deadline_s) if info else self.deadline
